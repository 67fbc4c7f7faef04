"""Duties that follow from facts: raised from an adopted catalogue, met by the first inside release (PUB-01)."""

from collections.abc import Iterable

from services.publication.domain.obligation import OBLIGATION, Fulfil
from services.publication.events import REGISTRY, DisclosureReleasedInside
from services.publication.heard import CatalogueAdopted
from services.publication.views.almanac import Almanac, to_raise
from services.publication.views.items import CatalogueItems
from shared.clock import business_day
from shared.events import Recorded, hear
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Reaction


def on_catalogue_adopted(items: CatalogueItems, register: Register) -> Reaction:
    """What is in force on the day of adoption is owed at once; the ticker raises whatever comes later."""

    def commands(event: Recorded) -> Iterable[Do]:
        adopted = hear(event, CatalogueAdopted)
        if adopted:
            today, almanac = business_day(event.recorded_at), Almanac(register, event.recorded_at)
            for item in items.in_force(today, adopted.organisation):
                yield from to_raise(item, today, almanac)

    return Reaction("duties-of-adopted-catalogue", (CatalogueAdopted.SERVICE,), commands)


def on_released_inside(register: Register) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name != DisclosureReleasedInside.__name__:
            return
        released = DisclosureReleasedInside.model_validate(REGISTRY.upcast(event))
        if released.obligation:
            fulfil = Fulfil(released.disclosure, released.version, released.on, register.calendar())
            yield Do(OBLIGATION, released.obligation, fulfil)

    return Reaction("duty-met-by-inside-release", (REGISTRY.service,), commands)
