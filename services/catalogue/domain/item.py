"""What makes a catalogue item complete: content, scope, methods, time limit, in channels that fit (CAT-03).

An :class:`ItemDraft` is what someone wrote, blanks and all; ``checked`` makes an item of it or refuses.
"""

from dataclasses import dataclass, replace
from typing import Any, get_args

from services.catalogue.domain import codes
from services.catalogue.events import Cycle, Item, LimitKind, TemplateItem
from shared.decider import Refused
from shared.personal_data import gate
from shared.scope import Scope, is_outside

SCOPES = ("inside", "inside-then-outside", "outside")
HOURS_MAX = 72
WORDS = ("title_zh", "title_en", "content", "basis", "reason")
NOTHING_PERSONAL = "the same without it"
LEFT_OUT = (  # may be left out when an item is written anew: it stays as it was
    "title_zh", "title_en", "basis", "audience_inside", "audience_outside", "fine_tune", "limit_days", "limit_hours",
    "reason", "major",
)  # fmt: skip


@dataclass(frozen=True)
class ItemDraft:
    """``unsaid``: of :data:`LEFT_OUT` what the writer has not mentioned, which is not the same as emptying it."""

    sub_item: str
    title_zh: str = ""
    title_en: str = ""
    content: str = ""
    basis: str = ""
    scope: str = ""
    audience_inside: str = ""
    audience_outside: str = ""
    methods: tuple[str, ...] = ()
    kind: str = ""
    cycle: str = ""
    fine_tune: str = ""
    limit_days: int = 0
    reason: str = ""  # why its kind, cycle or scope is not the usual one (CAT-13)
    major: bool | None = None  # not said: as it was before, or as the template has it (PUB-17)
    limit_hours: int = 0
    unsaid: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ExclusionDraft:
    sub_item: str
    reason: str = ""


def kept(draft: ItemDraft, was: TemplateItem | Item | None, reason: str = "") -> ItemDraft:
    """Written anew, an item keeps what its writer left out; what they emptied is cleared (CAT-03).

    ``reason``: the one given for ``was``. What belongs to another kind or to a scope that is no more is not kept.
    """
    if was is None:
        return draft
    unsaid = draft.unsaid | ({"major"} if draft.major is None else set())
    stays: dict[str, Any] = {name: getattr(was, name) for name in unsaid - {"reason"} if _still_fits(name, draft, was)}
    if "reason" in unsaid and (draft.kind, draft.cycle, draft.scope) == (was.kind, was.cycle, was.scope):
        stays["reason"] = reason
    filled: dict[str, Any] = {name: "" if value is None else value for name, value in stays.items()}
    return replace(draft, **filled, unsaid=frozenset())


def _still_fits(name: str, draft: ItemDraft, was: TemplateItem | Item) -> bool:
    match name:
        case "fine_tune":
            return draft.kind == was.kind
        case "limit_days":
            return draft.kind == was.kind and not draft.limit_hours
        case "limit_hours":
            return draft.kind == was.kind and not draft.limit_days
        case "audience_outside":
            return draft.scope != "inside"
        case _:
            return True


def checked(draft: ItemDraft, channels: codes.Channels, at: str = "") -> TemplateItem:
    """The item, if nothing is missing and every channel fits. ``at`` is where the draft stands, for pointers."""
    must_be_listed(draft.sub_item, f"{at}/sub_item")
    must_say_nothing_personal(draft, WORDS, at)
    inside, outside = audiences_of(draft, channels, at)
    _must_be_limited_in_one_way(draft, at)
    title_zh, title_en = _titles(draft, at)
    return TemplateItem.model_validate(
        {
            "sub_item": draft.sub_item,
            "title_zh": title_zh,
            "title_en": title_en,
            "content": draft.content.strip(),
            "basis": draft.basis.strip(),
            "scope": draft.scope,
            "audience_inside": inside,
            "audience_outside": outside,
            "methods": tuple(dict.fromkeys(draft.methods)),
            "kind": draft.kind,
            "cycle": draft.cycle if draft.kind == "periodic" else "",
            "fine_tune": draft.fine_tune or None,
            "limit_days": draft.limit_days,
            "limit_hours": draft.limit_hours,
            "major": bool(draft.major),
        }
    )


def must_say_nothing_personal(said: object, names: tuple[str, ...], at: str = "") -> None:
    """What a catalogue says is read by many and never erased: no number and no home address of anybody (PUB-31)."""
    for name in names:
        gate.must_hold_nothing_personal(gate.find([(name, getattr(said, name))]), f"{at}/{name}", NOTHING_PERSONAL)


def audiences_of(draft: ItemDraft, channels: codes.Channels, at: str = "") -> tuple[Scope, Scope | None]:
    """Whom it reaches inside and outside, once nothing is missing and every channel fits (CAT-03, CAT-13, CAT-20)."""
    _must_be_complete(draft, at)
    _must_use_the_code_lists(draft, at)
    _must_fit_its_scope(draft, channels, at)
    inside = Scope(draft.audience_inside or Scope.MEMBERS)
    usual = codes.usual_outside(draft.sub_item)
    outside = None if draft.scope == "inside" else Scope(draft.audience_outside or usual)
    _must_reach_as_its_scope_says(inside, outside, at)
    return inside, outside


def _titles(draft: ItemDraft, at: str) -> tuple[str, str]:
    """Chinese and English; an added item has none in the code list and needs one of its own (CAT-21)."""
    usual = codes.SUB_ITEMS.get(draft.sub_item)
    title_zh, title_en = draft.title_zh.strip(), draft.title_en.strip()
    if usual:
        return title_zh or usual.title_zh, title_en or usual.title_en
    if not (title_zh or title_en):
        raise Refused("MISSING_FIELD", f"The title of {draft.sub_item} is missing.", pointer=f"{at}/title_zh")
    return title_zh or title_en, title_en or title_zh


def item_of(organisation: str, item: TemplateItem, unit: str) -> Item:
    """An organisation's own item of a template's; ``unit`` is in charge of its category (ORG-09)."""
    return Item(
        id=f"{organisation}/{item.sub_item}",
        category=codes.category_of(item.sub_item),
        unit=unit,
        summary=item.content[:60],
        **item.model_dump(),
    )


def must_be_listed(sub_item: str, pointer: str) -> None:
    """One of the 50 sub-items, or an item added behind them (CAT-04 to CAT-11, CAT-21)."""
    if sub_item not in codes.SUB_ITEMS and not codes.is_extra(sub_item):
        accepted = "1.1 to 8.1, or a number behind the listed ones such as 3.12"
        raise Refused("UNKNOWN_CODE", f"{sub_item!r} is none of the 50 sub-items.", accepted, pointer)


def _must_be_complete(draft: ItemDraft, at: str) -> None:
    """The four fields of CAT-03; a periodic item's time limit is its cycle."""
    without_limit = not draft.kind or (draft.kind == "periodic" and not draft.cycle)
    blanks = (
        ("content", "The content", not draft.content.strip()),
        ("scope", "The scope", not draft.scope),
        ("methods", "The method", not draft.methods),
        ("kind" if not draft.kind else "cycle", "The time limit", without_limit),
    )
    for name, words, blank in blanks:
        if blank:
            raise Refused("MISSING_FIELD", f"{words} of {draft.sub_item} is missing.", pointer=f"{at}/{name}")


def _must_use_the_code_lists(draft: ItemDraft, at: str) -> None:
    lists = (
        ("scope", draft.scope, SCOPES),
        ("kind", draft.kind, get_args(LimitKind)),
        ("cycle", draft.cycle, get_args(Cycle)),
        ("fine_tune", draft.fine_tune, ("", "monthly")),
        ("audience_inside", draft.audience_inside, ("", *Scope)),
        ("audience_outside", draft.audience_outside, ("", *Scope)),
    )
    for name, value, known in lists:
        if value not in known:
            raise Refused("UNKNOWN_CODE", f"{value!r} is not a {name}.", ", ".join(filter(None, known)), f"{at}/{name}")
    if draft.fine_tune and draft.kind != "periodic":
        raise Refused("UNKNOWN_CODE", "Only a periodic item is fine-tuned.", "no fine_tune", f"{at}/fine_tune")


def _must_be_limited_in_one_way(draft: ItemDraft, at: str) -> None:
    """Hours are for what is made public at once, and stand instead of its working days (A-08, PUB-29)."""
    if not 0 <= draft.limit_hours <= HOURS_MAX:
        detail = "Hours are for what cannot wait."
        raise Refused("OUT_OF_RANGE", detail, f"1 to {HOURS_MAX}, or 0 for none", f"{at}/limit_hours")
    if draft.limit_hours and draft.kind != "immediate":
        detail = "Only an immediate item has a limit in hours."
        raise Refused("INVALID", detail, accepted="no limit_hours", pointer=f"{at}/limit_hours")
    if draft.limit_hours and draft.limit_days:
        detail = "Its limit is in working days or in hours."
        raise Refused("INVALID", detail, accepted="one of both", pointer=f"{at}/limit_hours")


def _must_fit_its_scope(draft: ItemDraft, channels: codes.Channels, at: str) -> None:
    for method in draft.methods:
        if method not in channels.inside | channels.public:
            known = ", ".join(sorted(channels.inside | channels.public))
            raise Refused("UNKNOWN_CODE", f"{method!r} is not a channel.", known, f"{at}/methods")
        if draft.scope == "inside" and method in channels.public:
            raise Refused(
                "CHANNEL_NOT_FOR_SCOPE",
                f"{draft.sub_item} stays inside the Party; {method} does not.",
                accepted=", ".join(sorted(channels.inside)),
                pointer=f"{at}/methods",
            )


def _must_reach_as_its_scope_says(inside: Scope, outside: Scope | None, at: str) -> None:
    if is_outside(inside):
        raise Refused("UNKNOWN_CODE", f"{inside} is outside the Party.", "members", f"{at}/audience_inside")
    if outside is not None and not is_outside(outside):
        raise Refused("UNKNOWN_CODE", f"{outside} is inside the Party.", "society", f"{at}/audience_outside")
