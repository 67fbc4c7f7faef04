"""From a sheet that was read to the items of a catalogue, with every bad cell named at once and nothing half-done.

Pure: which unit is in charge of what, and what the town's organisations are called, come in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.catalogue.domain import codes
from services.catalogue.domain.item import ExclusionDraft, ItemDraft, checked, item_of, must_say_nothing_personal
from services.catalogue.domain.sheet import BadCell, Reading, Row
from services.catalogue.events import Exclusion, Item
from shared.decider import Refused

_COLUMN_OF = {
    "content": "content",
    "scope": "scope",
    "audience_inside": "scope",
    "audience_outside": "scope",
    "methods": "methods",
    "kind": "limit",
    "cycle": "limit",
    "fine_tune": "limit",
    "limit_hours": "hours",
}


@dataclass(frozen=True)
class Importer:
    """For whom and by whom. ``unit`` is empty for the leading group's office, which compiles all units' parts."""

    organisation: str
    unit: str
    in_charge: Mapping[str, str]
    channels: codes.Channels
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # organisation to what it is called
    majors: frozenset[str] = frozenset()  # sub-items that the template calls major decisions (PUB-17)
    hours: Mapping[str, int] = field(default_factory=dict)  # sub-item to the template's limit in hours (PUB-29)

    @property
    def categories(self) -> frozenset[str]:
        """Those this import speaks for."""
        return frozenset(c for c in codes.CATEGORIES if not self.unit or self.in_charge.get(c) == self.unit)

    def completed(self, draft: ItemDraft) -> ItemDraft:
        """A row that says nothing of whether it is major, or of hours, says what the template says."""
        major = draft.sub_item in self.majors if draft.major is None else draft.major
        of_template = "limit_hours" in draft.unsaid and draft.kind == "immediate"
        hours = self.hours.get(draft.sub_item, 0) if of_template else draft.limit_hours
        return replace(draft, major=major, limit_hours=hours)

    def named(self, text: str) -> list[str]:
        """The organisations that a cell may mean: by id or name, else by a part of the name."""
        words = text.strip()
        exact = [o for o, names in self.names.items() if words == o or words in names]
        return exact or [o for o, names in self.names.items() if any(words in name for name in names)]


@dataclass
class Imported:
    items: list[Item] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)

    @property
    def not_covered(self) -> list[str]:
        covered = {i.sub_item for i in self.items} | {e.sub_item for e in self.exclusions}
        return [code for code in codes.SUB_ITEMS if code not in covered]


def items_of(reading: Reading, importer: Importer) -> Imported:
    imported = Imported(bad=list(reading.bad))
    faulty = {bad.cell for bad in reading.bad}
    for row in reading.rows:
        fault = _unit_fault(row, importer)
        if fault:
            imported.bad.append(fault)
        elif row.exclusion and row.exclusion.reason:
            _add_exclusion(row, row.exclusion, imported)
        elif row.item and not faulty & set(row.cells.values()):
            _add_item(row, importer, imported)
    if not reading.rows and not reading.bad:
        imported.bad.append(BadCell("A1", "MISSING_FIELD", "The sheet has a header, but no items."))
    imported.bad.sort(key=lambda bad: _place(bad.cell))
    return imported


def _add_exclusion(row: Row, exclusion: ExclusionDraft, imported: Imported) -> None:
    try:
        must_say_nothing_personal(exclusion, ("reason",))
    except Refused as refusal:
        imported.bad.append(BadCell(row.cells["content"], refusal.code, refusal.detail))
        return
    imported.exclusions.append(Exclusion(sub_item=row.sub_item, reason=exclusion.reason))


def _add_item(row: Row, importer: Importer, imported: Imported) -> None:
    assert row.item is not None  # noqa: S101 - the caller has looked
    try:
        item = checked(importer.completed(row.item), importer.channels)
    except Refused as refusal:
        column = _COLUMN_OF.get(refusal.pointer.rsplit("/", 1)[-1], "item")
        imported.bad.append(BadCell(row.cells[column], refusal.code, refusal.detail))
        return
    unit = importer.in_charge[codes.category_of(item.sub_item)]
    imported.items.append(item_of(importer.organisation, item, unit))


def _unit_fault(row: Row, importer: Importer) -> BadCell | None:
    """A row names the unit in charge, or the organisation itself, or nobody (ORG-09, CAT-01)."""
    category = codes.category_of(row.sub_item)
    owner, cell = importer.in_charge.get(category, ""), row.cells["unit"]
    if not owner:
        return BadCell(row.cells["item"], "CATEGORY_UNASSIGNED", f"No unit is in charge of {category}.")
    if importer.unit and owner != importer.unit:
        return BadCell(row.cells["item"], "NOT_YOUR_REMIT", f"{owner} is in charge of {category}.")
    if not row.unit:
        return None
    meant = importer.named(row.unit)
    if owner in meant or importer.organisation in meant:
        return None
    if not meant:
        return BadCell(cell, "UNKNOWN_CODE", f"{row.unit!r} is no organisation of the town.")
    return BadCell(cell, "NOT_YOUR_REMIT", f"{owner} is in charge of {category}, not {row.unit!r}.")


def _place(cell: str) -> tuple[int, int, str]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), len(letters), letters
