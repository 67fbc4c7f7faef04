"""What one version of a catalogue says otherwise than another: added, removed, and changed by field (CAT-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.catalogue.domain import codes
from services.catalogue.events import Exclusion, Item

ALIKE = ("id", "category", "summary")  # follow from the others


@dataclass(frozen=True)
class FieldChanged:
    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class ItemChanged:
    sub_item: str
    fields: tuple[FieldChanged, ...]


@dataclass(frozen=True)
class Differences:
    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[ItemChanged, ...]
    newly_excluded: tuple[Exclusion, ...]
    no_longer_excluded: tuple[Exclusion, ...]


def between(
    old: Iterable[Item],
    new: Iterable[Item],
    old_exclusions: Iterable[Exclusion] = (),
    new_exclusions: Iterable[Exclusion] = (),
) -> Differences:
    """In the order of the code list. An exclusion with another reason is a new one in place of the old."""
    before, after = {i.sub_item: i for i in old}, {i.sub_item: i for i in new}
    both = sorted(before.keys() & after.keys(), key=codes.place_of)
    changed = (ItemChanged(sub_item, _fields(before[sub_item], after[sub_item])) for sub_item in both)
    was, now = set(old_exclusions), set(new_exclusions)
    return Differences(
        added=tuple(after[sub_item] for sub_item in sorted(after.keys() - before.keys(), key=codes.place_of)),
        removed=tuple(before[sub_item] for sub_item in sorted(before.keys() - after.keys(), key=codes.place_of)),
        changed=tuple(change for change in changed if change.fields),
        newly_excluded=_in_order(now - was),
        no_longer_excluded=_in_order(was - now),
    )


def _fields(old: Item, new: Item) -> tuple[FieldChanged, ...]:
    names = [name for name in Item.model_fields if name not in ALIKE]
    return tuple(
        FieldChanged(name, getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    )


def _in_order(exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    return tuple(sorted(exclusions, key=lambda exclusion: codes.place_of(exclusion.sub_item)))
