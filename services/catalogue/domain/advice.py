"""What is usual for a sub-item, and a word of warning where somebody departs from it; nothing here refuses.

Scope and time limit have defaults by content (requirements 1.2); they may be overridden with a reason (CAT-13). A kind
of time limit that does not suit the content is pointed out even then (CAT-20). Start at :func:`of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from services.catalogue.domain import codes
from services.catalogue.domain.item import ItemDraft
from services.catalogue.events import LimitKind

ContentType = Literal["stable", "regular", "phased", "event", "any"]
Concern = Literal["KIND_UNSUITABLE", "DEFAULT_OVERRIDDEN"]

# Section II(四) of the plan: what lasts, daily work, work in phases, what happens; 1.1 lasts or goes in phases.
_TYPES: Mapping[str, ContentType] = {"long-term": "stable", "periodic": "regular", "staged": "phased"}
SUITABLE: Mapping[ContentType, frozenset[str]] = {
    "stable": frozenset({"long-term", "periodic"}),
    "regular": frozenset({"periodic", "staged"}),
    "phased": frozenset({"staged", "periodic"}),
    "event": frozenset({"immediate", "staged"}),
    "any": frozenset({"long-term", "periodic", "staged", "immediate"}),
}
_USUAL_TOO: Mapping[str, frozenset[str]] = {"1.1": frozenset({"staged"}), "8.1": SUITABLE["any"]}


@dataclass(frozen=True)
class Advice:
    """``pointer`` is the field meant, ``usual`` what the code list proposes for it."""

    pointer: str
    code: Concern
    detail: str
    usual: str


def content_type(sub_item: str) -> ContentType:
    """What kind of content it is; ``any`` for 8.1 and for items that a unit has added."""
    usual = codes.SUB_ITEMS.get(sub_item)
    if usual is None or sub_item == "8.1":
        return "any"
    return _TYPES.get(usual.kind, "event")


def usual_kinds(sub_item: str) -> tuple[LimitKind, ...]:
    """The kinds that requirements 1.2 propose, the first one first; none for an added item."""
    usual = codes.SUB_ITEMS.get(sub_item)
    if usual is None:
        return ()
    more = _USUAL_TOO.get(sub_item, frozenset()) - {usual.kind}
    return (usual.kind, *(cast("LimitKind", kind) for kind in sorted(more)))


def of_all(drafts: Iterable[ItemDraft]) -> list[Advice]:
    """Of a whole list, with pointers into ``/items``."""
    return [advice for number, draft in enumerate(drafts) for advice in of(draft, f"/items/{number}")]


def of(draft: ItemDraft, at: str = "") -> list[Advice]:
    """Of an item that stands: what departs from the usual without a reason, and a kind that does not suit it."""
    suited = SUITABLE[content_type(draft.sub_item)] | frozenset(usual_kinds(draft.sub_item))
    found = []
    if draft.kind not in suited:
        detail = f"{draft.sub_item} is {content_type(draft.sub_item)} content; {draft.kind} does not suit it."
        found.append(Advice(f"{at}/kind", "KIND_UNSUITABLE", detail, ", ".join(usual_kinds(draft.sub_item))))
    return found if draft.reason.strip() else [*found, *_overridden(draft, at)]


def _overridden(draft: ItemDraft, at: str) -> list[Advice]:
    usual = codes.SUB_ITEMS.get(draft.sub_item)
    if usual is None or draft.sub_item == "8.1":
        return []
    compared: Sequence[tuple[str, str, Sequence[str]]] = (
        ("kind", draft.kind, usual_kinds(draft.sub_item)),
        ("cycle", draft.cycle if draft.kind == usual.kind else usual.cycle, (usual.cycle,)),
        ("scope", draft.scope, (usual.scope,)),
    )
    return [
        Advice(
            f"{at}/{name}",
            "DEFAULT_OVERRIDDEN",
            f"The usual {name} of {draft.sub_item} is {' or '.join(known)}; say why it is {value} here.",
            ", ".join(known),
        )
        for name, value, known in compared
        if value not in known
    ]
