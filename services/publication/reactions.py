"""What follows from a fact: a duty is met by the first inside release of what was drafted for it (PUB-01)."""

from collections.abc import Iterable

from services.publication.domain.obligation import OBLIGATION, Fulfil
from services.publication.events import REGISTRY, DisclosureReleasedInside
from shared.events import Recorded
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Reaction


def on_released_inside(register: Register) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name != DisclosureReleasedInside.__name__:
            return
        released = DisclosureReleasedInside.model_validate(REGISTRY.upcast(event))
        if released.obligation:
            fulfil = Fulfil(released.disclosure, released.version, released.on, register.calendar())
            yield Do(OBLIGATION, released.obligation, fulfil)

    return Reaction("duty-met-by-inside-release", (REGISTRY.service,), commands)
