"""What duties are reckoned with at an instant: the calendar and each town's parameters, from the register."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.publication.domain import schedule
from services.publication.domain.obligation import OBLIGATION, RaiseObligation, obligation_id
from services.publication.domain.parameters import Parameters
from services.publication.domain.schedule import ItemInForce, Reckoned
from services.publication.events import Duty
from shared.handling import Do
from shared.identity.register import Register
from shared.workdays import Calendar


@dataclass
class Almanac:
    """Asks the register once for the calendar and once for each town."""

    register: Register
    now: datetime
    calendar: Calendar = field(init=False)
    _parameters: dict[str, Parameters] = field(default_factory=dict, init=False)
    _reckoned: dict[tuple[Duty, date, int, str], Reckoned] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.calendar = self.register.calendar()

    def parameters(self, town: str) -> Parameters:
        if town not in self._parameters:
            self._parameters[town] = Parameters.of(lambda p: self.register.parameter(town, p, self.now))
        return self._parameters[town]

    def reckon(self, duty: Duty, trigger: date, *, limit_days: int, town: str) -> Reckoned:
        """The due day; what many duties have in common is reckoned once, and its list of days shared."""
        key = (duty, trigger, limit_days, town)
        if key not in self._reckoned:
            parameters = self.parameters(town)
            self._reckoned[key] = schedule.reckon(
                duty, trigger, limit_days=limit_days, calendar=self.calendar, parameters=parameters
            )
        return self._reckoned[key]


Raised = Mapping[str, date | None]  # the ids of duties, with the day they ended with their item, if they did


def to_raise(item: ItemInForce, today: date, almanac: Almanac, raised: Raised | None = None) -> Iterator[Do]:
    """Commands for all duties of an item whose time has come; to raise one again changes nothing."""
    ended = raised or {}

    def known(duty: Duty, period: str, raised_from: date) -> bool:
        there = f"{item.item}/{duty}/{period}"
        return raised_from > today or (there in ended and raised_from < (ended[there] or date.max))

    parameters = almanac.parameters(item.town)
    for planned in schedule.duties(item, until=today, calendar=almanac.calendar, parameters=parameters, known=known):
        obligation = obligation_id(item, planned)
        key = f"raise/{obligation}/{planned.raised_from}"
        yield Do(OBLIGATION, obligation, RaiseObligation(item, planned), key=key, town=item.town)
