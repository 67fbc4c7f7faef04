"""What a change asks of each item: a new wording, a new item, its removal; complete, in one unit's remit, and current.

Start at :func:`lines_of`. An item that somebody else changed meanwhile is refused with the present version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from services.catalogue.domain import codes
from services.catalogue.domain.catalogue import Catalogue
from services.catalogue.domain.item import ItemDraft, checked, item_of, kept, must_say_nothing_personal
from services.catalogue.events import ChangeKind, Item, ItemChange
from shared.decider import Refused


@dataclass(frozen=True)
class LineDraft:
    """One item as the request writes it; ``text`` is the new wording, for ``add`` and ``change``.

    ``reason``: why this one, where that is not the reason of the whole change (A-19).
    """

    kind: str
    sub_item: str
    text: ItemDraft | None = None
    reason: str = ""


@dataclass(frozen=True)
class Basis:
    """What a request is held against: the organisation's catalogue, the version its writer saw, the town's division."""

    organisation: str
    catalogue: Catalogue
    base_version: int
    in_charge: Mapping[str, str]
    channels: codes.Channels


def lines_of(drafts: tuple[LineDraft, ...], basis: Basis) -> tuple[ItemChange, ...]:
    """Refuses the first line that breaks a rule, with its place."""
    if not basis.catalogue.versions:
        raise Refused("NOT_IN_FORCE", "There is no catalogue to change yet; the first one is drafted and adopted.")
    if not drafts:
        raise Refused("MISSING_FIELD", "A change names at least one item.", pointer="/lines")
    subs = [draft.sub_item for draft in drafts]
    twice = next((number for number, sub in enumerate(subs) if sub in subs[:number]), None)
    if twice is not None:
        raise Refused("INVALID", f"{subs[twice]} is named twice.", "each item once", f"/lines/{twice}/sub_item")
    lines = tuple(
        _line(draft, basis, f"/lines/{number}").model_copy(update={"reason": draft.reason.strip()})
        for number, draft in enumerate(drafts)
    )
    _must_go_as_far(lines)
    return lines


def _must_go_as_far(lines: tuple[ItemChange, ...]) -> None:
    """They share a reason, which everyone reads to whom one of them is announced (CAT-16, CAT-19)."""
    reach = lines[0].announced_as.audience_outside
    for number, line in enumerate(lines):
        if line.announced_as.audience_outside != reach:
            raise Refused(
                "INVALID",
                f"{line.sub_item} and {lines[0].sub_item} are not announced to the same readers.",
                accepted="a change for each circle of readers outside the Party",
                pointer=f"/lines/{number}/sub_item",
            )


def unit_of(lines: tuple[ItemChange, ...], in_charge: Mapping[str, str]) -> str:
    """The unit that approves all of it, being in charge of the categories today (ORG-09, A-02)."""
    units: dict[str, str] = {}
    for line in lines:
        category = codes.category_of(line.sub_item)
        owner = in_charge.get(category, "")
        if not owner:
            raise Refused("CATEGORY_UNASSIGNED", f"No unit is in charge of {category}.", "a division")
        units[owner] = line.sub_item
    if len(units) > 1:
        raise Refused(
            "NOT_YOUR_REMIT",
            "Several units are in charge of these items.",
            accepted="a change for each unit in charge",
            facts={"units": sorted(units)},
        )
    return next(iter(units))


def _line(draft: LineDraft, basis: Basis, at: str) -> ItemChange:
    if draft.kind not in get_args(ChangeKind):
        raise Refused("UNKNOWN_CODE", f"{draft.kind!r} is no change.", ", ".join(get_args(ChangeKind)), f"{at}/kind")
    must_say_nothing_personal(draft, ("reason",), at)  # PUB-31
    was = _current(draft.sub_item, basis, at)
    if draft.kind == "add":
        if was is not None:
            raise Refused("INVALID", f"{draft.sub_item} is in the catalogue.", "a change of it", f"{at}/kind")
        becomes = _new_text(draft, basis, at)
        return ItemChange(kind="add", item=becomes.id, sub_item=becomes.sub_item, becomes=becomes)
    if was is None:
        raise Refused("OFF_CATALOGUE", f"The catalogue has no {draft.sub_item}.", pointer=f"{at}/sub_item")
    if draft.kind == "change":
        becomes = _new_text(draft, basis, at, was)
        if becomes == was:
            raise Refused("INVALID", f"Nothing of {draft.sub_item} changes.", "a new wording", f"{at}/text")
        return ItemChange(kind="change", item=was.id, sub_item=was.sub_item, was=was, becomes=becomes)
    if draft.text is not None:
        raise Refused("INVALID", "An item that ends has no new wording.", pointer=f"{at}/text")
    ending: ChangeKind = "revoke" if draft.kind == "revoke" else "terminate"
    return ItemChange(kind=ending, item=was.id, sub_item=was.sub_item, was=was)


def _new_text(draft: LineDraft, basis: Basis, at: str, was: Item | None = None) -> Item:
    """All four fields, as in the catalogue itself (CAT-03); what else the text leaves out stays as it was (PUB-17)."""
    if draft.text is None:
        raise Refused("MISSING_FIELD", f"What does {draft.sub_item} read from now on?", pointer=f"{at}/text")
    if draft.text.sub_item != draft.sub_item:
        raise Refused("INVALID", "The new wording is of another item.", draft.sub_item, f"{at}/text/sub_item")
    item = checked(kept(draft.text, was), basis.channels, f"{at}/text")
    category = codes.category_of(item.sub_item)
    unit = basis.in_charge.get(category, "")
    if not unit:
        raise Refused("CATEGORY_UNASSIGNED", f"No unit is in charge of {category}.", "a division", f"{at}/sub_item")
    return item_of(basis.organisation, item, unit)


def _current(sub_item: str, basis: Basis, at: str) -> Item | None:
    """The item as it stands; whoever wrote against an older wording of it learns of the newer (CAT-21)."""
    now = basis.catalogue.versions[-1]
    seen = next((v for v in basis.catalogue.versions if v.version == basis.base_version), None)
    present = _item(now.items, sub_item)
    if seen is None or _item(seen.items, sub_item) != present:
        raise Refused(
            "VERSION_CONFLICT",
            f"{sub_item} has changed; version {now.version} stands.",
            accepted="the same change to that version",
            pointer=f"{at}/sub_item",
            facts={"version": now.version},
        )
    return present


def _item(items: tuple[Item, ...], sub_item: str) -> Item | None:
    return next((item for item in items if item.sub_item == sub_item), None)
