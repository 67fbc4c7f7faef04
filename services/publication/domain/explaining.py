"""Announcing and explaining a change of the catalogue (CAT-19): a disclosure of the item, on the change's behalf.

It may be written once the change is on the county's record (FILING_REQUIRED), for each of its items whether that stays,
comes or goes; it is released in the item's own channels, by somebody who took none of the earlier steps (A-20, A-21).
"""

from dataclasses import dataclass
from typing import Literal

from services.publication.domain import channels
from services.publication.domain.channels import Side, TownChannels, kinds
from services.publication.domain.schedule import ItemInForce
from services.publication.events import DisclosureDrafted
from services.publication.events.parts import ChannelEvidence
from shared.decider import Refused

ChangeStage = Literal["unknown", "requested", "refused", "filed", "announced"]


@dataclass(frozen=True)
class Announced:
    """The change that a draft announces, as far as the catalogue has told; ``item`` on the terms of announcing it.

    ``persons`` have taken its earlier steps.
    """

    change: str
    stage: ChangeStage
    item: ItemInForce | None = None
    persons: tuple[str, ...] = ()


def must_be_ready(announced: Announced) -> None:
    if announced.stage in ("unknown", "refused"):
        raise Refused("NOT_FOUND", "There is no such change.", pointer="/announces")
    if announced.stage == "requested":
        detail = "The county has not yet receipted the change."
        raise Refused("FILING_REQUIRED", detail, accepted="once it is on record", pointer="/announces")
    if announced.stage == "announced":
        raise Refused("STEP_OUT_OF_ORDER", "The change has been announced and is in force.", pointer="/announces")
    if announced.item is None:
        raise Refused("OFF_CATALOGUE", "The change does not touch this item.", pointer="/item")


def must_be_as_the_item(
    drafted: DisclosureDrafted, shown_in: tuple[ChannelEvidence, ...], town: TownChannels, side: Side, by: str
) -> None:
    """Through every channel that the item has on this side, and by another person (CAT-19, A-21)."""
    if not drafted.announces:
        return
    if by in drafted.barred:
        raise Refused("SELF_APPROVAL", "This person has taken an earlier step.", accepted="another person")
    listed = channels.INSIDE if side == "inside" else channels.OUTSIDE
    known = (*listed, *(own.code for own in town.own if own.audience == side))
    left_out = [method for method in drafted.methods if method in known and method not in kinds(shown_in)]
    if left_out:
        raise Refused(
            "MISSING_FIELD",
            "A change is announced in the same channels as its item.",
            accepted=", ".join(method for method in drafted.methods if method in known),
            pointer="/channels",
            facts={"left_out": left_out},
        )
