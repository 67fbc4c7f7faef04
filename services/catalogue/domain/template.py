"""A template says for one type of organisation which of the 50 sub-items it has, and why not the others (CAT-02).

Each unit authors the categories it is in charge of (CAT-01). Once all 50 are included or excluded with a reason it
is completed as a version, and catalogues can be drafted from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from services.catalogue.domain import codes
from services.catalogue.domain.item import (
    ExclusionDraft,
    ItemDraft,
    checked,
    kept,
    must_be_listed,
    must_say_nothing_personal,
)
from services.catalogue.events import (
    Exclusion,
    OrganisationType,
    TemplateCompleted,
    TemplateItem,
    TemplateItemExcluded,
    TemplateItemSet,
    TemplateStarted,
)
from shared.decider import Decider, Refused

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class AuthorTemplate:
    """What ``unit`` writes of its own categories; ``in_charge`` is the town's division on that day.

    ``seen``: whoever writes has named the version of the template that they saw.
    """

    town: str
    type: OrganisationType
    unit: str
    in_charge: Mapping[str, str]
    channels: codes.Channels = field(default_factory=codes.Channels)
    items: tuple[ItemDraft, ...] = ()
    exclusions: tuple[ExclusionDraft, ...] = ()
    seen: bool = True


@dataclass(frozen=True)
class CompleteTemplate:
    town: str
    type: OrganisationType


TemplateCommand = AuthorTemplate | CompleteTemplate
TemplateEvent = TemplateStarted | TemplateItemSet | TemplateItemExcluded | TemplateCompleted


@dataclass(frozen=True)
class Template:
    """``version`` counts completions; ``open`` says whether something was written since the last."""

    started: bool = False
    version: int = 0
    open: bool = False
    items: Mapping[str, TemplateItem] = field(default_factory=dict)
    exclusions: Mapping[str, Exclusion] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)  # why an item departs from the usual (CAT-13)

    def kept(self, draft: ItemDraft) -> ItemDraft:
        """What is left out of an item that stands here stays as it was."""
        return kept(draft, self.items.get(draft.sub_item), self.reasons.get(draft.sub_item, ""))

    def missing(self) -> list[str]:
        return [code for code in codes.SUB_ITEMS if code not in self.items and code not in self.exclusions]


def decide(template: Template, command: TemplateCommand) -> list[TemplateEvent]:
    match command:
        case AuthorTemplate():
            return author_template(template, command)
        case CompleteTemplate():
            return complete_template(template, command)
        case _:
            assert_never(command)


def author_template(template: Template, command: AuthorTemplate) -> list[TemplateEvent]:
    set_items = [_item_set(template, command, number) for number in range(len(command.items))]
    excluded = [_item_excluded(command, number) for number in range(len(command.exclusions))]
    new_items = [e for e in set_items if not _stands(template, e.item, e.reason)]
    new_exclusions = [e for e in excluded if template.exclusions.get(e.exclusion.sub_item) != e.exclusion]
    touched = {e.item.sub_item for e in new_items} | {e.exclusion.sub_item for e in new_exclusions}
    _must_have_seen(template, command, touched)
    facts: list[TemplateEvent] = [*new_items, *new_exclusions]
    started = [] if template.started else [TemplateStarted(town=command.town, type=command.type)]
    return [*started, *facts]


def _must_have_seen(template: Template, command: AuthorTemplate, touched: set[str]) -> None:
    """Of two who write the same item at once, the second learns of the first and replaces nothing unseen (CAT-21)."""
    written = sorted(touched & (template.items.keys() | template.exclusions.keys()), key=codes.place_of)
    if written and not command.seen:
        detail = f"Written already: {', '.join(written)}."
        raise Refused("VERSION_NEEDED", detail, 'If-Match: "<version>"', facts={"written": written})


def _stands(template: Template, item: TemplateItem, reason: str) -> bool:
    sub_item = item.sub_item
    return template.items.get(sub_item) == item and template.reasons.get(sub_item, "") == reason


def _item_set(template: Template, command: AuthorTemplate, number: int) -> TemplateItemSet:  # CAT-03
    draft, at = command.items[number], f"/items/{number}"
    must_be_listed(draft.sub_item, f"{at}/sub_item")
    must_be_in_charge(command.unit, draft.sub_item, command.in_charge, f"{at}/sub_item")
    draft = template.kept(draft)
    item = checked(draft, command.channels, at)
    reason = draft.reason.strip()
    return TemplateItemSet(town=command.town, type=command.type, item=item, unit=command.unit, reason=reason)


def _item_excluded(command: AuthorTemplate, number: int) -> TemplateItemExcluded:  # CAT-02
    draft, at = command.exclusions[number], f"/exclusions/{number}"
    must_be_listed(draft.sub_item, f"{at}/sub_item")
    must_be_in_charge(command.unit, draft.sub_item, command.in_charge, f"{at}/sub_item")
    if not draft.reason.strip():
        raise Refused("REASON_REQUIRED", f"Why is {draft.sub_item} left out?", pointer=f"{at}/reason")
    must_say_nothing_personal(draft, ("reason",), at)  # PUB-31
    exclusion = Exclusion(sub_item=draft.sub_item, reason=draft.reason.strip())
    return TemplateItemExcluded(town=command.town, type=command.type, exclusion=exclusion, unit=command.unit)


def must_be_in_charge(unit: str, sub_item: str, in_charge: Mapping[str, str], pointer: str = "") -> None:
    """Only the unit in charge of a category writes its items (CAT-01, ORG-09); none is while it is unassigned."""
    category = codes.category_of(sub_item)
    owner = in_charge.get(category, "")
    if not owner:
        raise Refused("CATEGORY_UNASSIGNED", f"No unit is in charge of {category}.", "a division", pointer)
    if owner != unit:
        raise Refused("NOT_YOUR_REMIT", f"{owner} is in charge of {category}, not {unit}.", pointer=pointer)


def complete_template(template: Template, command: CompleteTemplate) -> list[TemplateEvent]:  # CAT-04 to CAT-11
    missing = template.missing()
    if missing:
        raise Refused(
            "TEMPLATE_INCOMPLETE",
            f"Neither included nor excluded: {', '.join(missing)}.",
            accepted="all 50 sub-items included, or excluded with a reason",
            facts={"missing": missing},
        )
    if not template.open:
        return []
    return [TemplateCompleted(town=command.town, type=command.type, version=template.version + 1)]


def evolve(template: Template, event: TemplateEvent) -> Template:
    match event:
        case TemplateStarted():
            return replace(template, started=True)
        case TemplateItemSet():
            code = event.item.sub_item
            items, reasons = {**template.items, code: event.item}, {**template.reasons, code: event.reason}
            exclusions = _without(template.exclusions, code)
            return replace(template, open=True, items=items, exclusions=exclusions, reasons=reasons)
        case TemplateItemExcluded():
            code = event.exclusion.sub_item
            exclusions = {**template.exclusions, code: event.exclusion}
            return replace(template, open=True, items=_without(template.items, code), exclusions=exclusions)
        case TemplateCompleted():
            return replace(template, open=False, version=event.version)
        case _:
            assert_never(event)


def identity(town: str, organisation_type: str) -> str:
    return f"{town}-{organisation_type}"


def _without(table: Mapping[str, Kept], key: str) -> dict[str, Kept]:
    return {k: v for k, v in table.items() if k != key}


TEMPLATE: Decider[Template, TemplateCommand, TemplateEvent] = Decider("template", Template(), decide, evolve)
