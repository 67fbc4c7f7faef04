"""What was made public of staged work comes into its history; its summary, once everywhere, closes it (PUB-27)."""

from collections.abc import Iterable
from typing import Literal

from services.publication.domain.matter import MATTER, RecordPublic
from services.publication.events import (
    REGISTRY,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    Duty,
    Released,
)
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import Obligations
from shared.events import Recorded
from shared.handling import Do
from shared.service import Reaction

RELEASES = (DisclosureReleasedInside.__name__, DisclosureReleasedOutside.__name__)


def on_stage_released(obligations: Obligations, items: CatalogueItems) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name not in RELEASES:
            return
        released = REGISTRY.read(event)
        if isinstance(released, Released) and released.duty in (Duty.STAGE, Duty.SUMMARY):
            row = obligations.one(released.obligation or "")
            if row and row["matter"]:
                yield Do(MATTER, row["matter"], _shown(released, row["obligation"], items))

    heeds = {REGISTRY.service: frozenset(RELEASES)}
    return Reaction("matter-made-public", (REGISTRY.service,), commands, heeds)


def _shown(released: Released, obligation: str, items: CatalogueItems) -> RecordPublic:
    side: Literal["inside", "outside"] = "inside" if isinstance(released, DisclosureReleasedInside) else "outside"
    item = items.item(released.item, released.on)
    goes_outside = item is not None and item.audience_outside is not None
    stage = released.duty == Duty.STAGE
    return RecordPublic(
        part="stage" if stage else "summary",
        number=int(obligation.rsplit("/", 1)[1]) if stage else 0,
        obligation=obligation,
        disclosure=released.disclosure,
        version=released.version,
        side=side,
        on=released.on,
        whole=side == "outside" or not goes_outside,
    )
