"""What a release is asked of the catalogue, and of what is withheld, on the day on which it happens.

A draft may lie for weeks, and its item be narrowed, revoked or withheld meanwhile (CAT-14, CAT-15, CAT-19). What was
shown stays shown: a correction goes to those who saw what it corrects, and an announcement to those it is for.
"""

from dataclasses import dataclass
from datetime import date

from services.publication.domain.channels import Side
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.versions import Disclosure
from services.publication.events import DisclosureDrafted
from shared.decider import Refused
from shared.scope import Scope

LADDER = tuple(Scope)  # narrow to wide


@dataclass(frozen=True)
class Present:
    """``item`` as it is or will be in force, None if it is not; ``withheld`` while a filing holds it back."""

    on: date
    item: ItemInForce | None
    withheld: bool = False

    @property
    def in_force(self) -> ItemInForce | None:
        return self.item if self.item and self.item.since <= self.on else None


def must_still_stand(disclosure: Disclosure, drafted: DisclosureDrafted, side: Side, present: Present) -> None:
    """Nothing is made public that the catalogue no longer lets be, or that is withheld (CAT-14, CAT-15, CAT-19)."""
    if drafted.announces or any(getattr(version, side) for version in disclosure.versions):
        return
    item = present.in_force
    if item is None:
        raise Refused("NOT_IN_FORCE", "The item of this draft is not in force on that day.")
    if present.withheld:
        detail = "It is on file that this item is withheld."
        raise Refused("WITHHELD", detail, accepted="a release once the filing has ended or was withdrawn")
    if _is_narrower(item, drafted, side):
        detail = "The catalogue has meanwhile narrowed to whom this item is made public."
        raise Refused("NOT_IN_FORCE", detail, accepted="a draft of the item as it stands now")


def is_of_these_terms(drafted: DisclosureDrafted, item: ItemInForce) -> bool:
    """Whether the item is still for those for whom it was drafted."""
    was = (drafted.item_scope, drafted.audience_inside, drafted.audience_outside)
    return was == (item.scope, item.audience_inside, item.audience_outside)


def _is_narrower(item: ItemInForce, drafted: DisclosureDrafted, side: Side) -> bool:
    if side == "inside":
        return _width(item.audience_inside) < _width(drafted.audience_inside)
    if item.scope == "inside":
        return True
    return _width(item.audience_outside) < _width(drafted.audience_outside)


def _width(audience: str | None) -> int:
    return LADDER.index(Scope(audience or Scope.SOCIETY))
