"""When a catalogue item falls due: kind, cycle and calendar in; periods, due days and their reckoning out.

A periodic item is replaced after each cycle and fine-tuned in the months between (A-06); long-term content
appears within P-05 of coming into being or changing (A-07) and is looked at once a year. An item that gets another
cycle keeps the old one for the period under way (decision 0039). Start at :func:`duties`.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.publication.domain.parameters import Parameters
from services.publication.events import Duty
from services.publication.events.parts import Condition, CountedDay
from shared.workdays import Calendar, Reckoning

CYCLE_MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
QUARTER_MONTHS = 3
CHECK_MONTHS = 12
PLAN = "plan-"  # how the sub-item of an approved plan begins


@dataclass(frozen=True)
class ItemInForce:
    """A catalogue item as far as its duties go. ``since`` is the day from which it has been in force.

    ``rhythm_from`` is the day from which its kind and cycle count; ``from_day`` that of this wording, and
    ``raises_until`` the day on which another wording raises its duties, or nothing does. ``altered``: what was shown
    under the wording before is no longer what the catalogue says.
    """

    item: str
    sub_item: str
    organisation: str
    town: str
    title: str
    title_en: str
    kind: str
    since: date
    cycle: str = ""
    fine_tune: str | None = None
    limit_days: int = 0
    limit_hours: int = 0  # of an immediate item, instead of its days
    scope: str = "inside"
    audience_inside: str = "members"
    audience_outside: str | None = None
    conditions: tuple[Condition, ...] = ()
    methods: tuple[str, ...] = ()
    rhythm_from: date = date.min
    from_day: date = date.min
    raises_until: date = date.max
    altered: bool = False
    major: bool = False  # a major decision: PUB-17 holds for its releases

    @property
    def begins(self) -> date:
        """From when on it owes by its kind and cycle."""
        return max(self.since, self.rhythm_from)

    @property
    def off_catalogue(self) -> bool:
        """The matter of an approved plan, which is for one disclosure (CAT-12)."""
        return self.sub_item.startswith(PLAN)


@dataclass(frozen=True)
class Planned:
    """A duty before it is raised, which is on ``raised_from``: when its quarter begins, or at the trigger.

    ``key`` stands for the period in the duty's id where a period alone would not tell it from another.
    """

    duty: Duty
    period: str
    trigger: date
    raised_from: date
    reckoned: "Reckoned"
    key: str = ""
    matter: str = ""
    milestone: str = ""
    cause: str = ""
    limit_hours: int = 0


@dataclass(frozen=True)
class Reckoned:
    due: date
    parameter: str
    provisional: bool
    calendars: tuple[str, ...]
    days: tuple[CountedDay, ...]
    due_at: datetime | None = None


Known = Callable[[Duty, str, date], bool]


def duties(
    item: ItemInForce,
    *,
    until: date,
    calendar: Calendar,
    parameters: Parameters,
    known: Known = lambda _duty, _period, _raised_from: False,
) -> Iterator[Planned]:
    """What is to be raised by the day ``until`` (PUB-01); ``known`` leaves out what has been raised already.

    What was due before the item came into force is not owed.
    """
    for duty, period, trigger, asked_from in _rhythm(item, until):
        raised_from = max(asked_from, item.begins)
        if not item.from_day <= raised_from < item.raises_until or known(duty, period, raised_from):
            continue
        reckoned = reckon(duty, trigger, limit_days=item.limit_days, calendar=calendar, parameters=parameters)
        if reckoned.due >= item.begins:
            yield Planned(duty, period, trigger, raised_from, reckoned)


def _rhythm(item: ItemInForce, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    if item.begins > until:
        return
    if item.kind == "long-term":
        yield from _long_term(item, until)
    elif item.kind == "periodic":
        yield from _periodic(item, until)


def _long_term(item: ItemInForce, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    """Shown first, again when the catalogue says otherwise, and looked at every year; it never expires (PUB-22)."""
    begins = item.begins
    yield Duty.FIRST, begins.isoformat(), begins, begins
    if item.altered and begins < item.from_day <= until:
        yield Duty.REPUBLICATION, item.from_day.isoformat(), item.from_day, item.from_day
    years = 1
    while (day := _months_after(begins, CHECK_MONTHS * years)) <= min(until, item.raises_until):
        yield Duty.EXISTENCE_CHECK, day.isoformat(), day, day
        years += 1


def _periodic(item: ItemInForce, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    length = CYCLE_MONTHS[item.cycle or "quarterly"]
    first = _first_of_cycle(item.begins, length)
    while first <= min(until, item.raises_until):
        last = _months_on(first, length) - timedelta(days=1)
        yield Duty.REPLACEMENT, period_name(first, length), last, first
        yield from _fine_tunes(item, first, length, until)
        first = _months_on(first, length)


def _fine_tunes(item: ItemInForce, first: date, length: int, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    """The months of a cycle but its first, in which the former cycle's replacement is due (PUB-25)."""
    if item.fine_tune != "monthly":
        return
    for offset in range(1, length):
        month = _months_on(first, offset)
        raised_from = _first_of_cycle(month, QUARTER_MONTHS)
        if raised_from <= until:
            yield Duty.FINE_TUNE, f"{month:%Y-%m}", month, raised_from


def running_period_ends(item: ItemInForce, day: date) -> date:
    """The day after the period that is under way as a day begins; that day itself if none is.

    A change of the catalogue lets the period under way run to its end by the rules it began under (A-19).
    """
    if item.kind != "periodic":
        return day
    length = CYCLE_MONTHS[item.cycle or "quarterly"]
    first = _first_of_cycle(day, length)
    return day if first == day else _months_on(first, length)


def reckon(duty: Duty, trigger: date, *, limit_days: int = 0, calendar: Calendar, parameters: Parameters) -> Reckoned:
    """The due day of a duty from its trigger, for the first time or again after a new calendar.

    ``limit_days`` of an item narrows the town's limit and never widens it (A-08); 0 leaves it.
    """
    match duty:
        case Duty.REPLACEMENT:
            month = _months_on(trigger.replace(day=1), 1)
            return _fixed(_day_of(month, parameters.replacement_day), calendar)
        case Duty.FINE_TUNE:
            return _fixed(_day_of(trigger, parameters.fine_tune_day), calendar)
        case Duty.FIRST | Duty.REPUBLICATION | Duty.EXISTENCE_CHECK:
            return _counted(trigger, _narrowed(parameters.long_term_workdays, limit_days), "P-05", calendar)
        case Duty.STAGE:
            return _counted(trigger, _narrowed(parameters.stage_workdays, limit_days), "P-03", calendar)
        case Duty.SUMMARY:
            return _counted(trigger, parameters.summary_workdays, "P-03.final", calendar)
        case Duty.TRIGGERED:
            return _counted(trigger, _narrowed(parameters.immediate_workdays, limit_days), "P-04", calendar)


def _narrowed(workdays: int, limit_days: int) -> int:
    return min(workdays, limit_days) if limit_days else workdays


def period_name(first: date, months: int) -> str:
    """2026-02, 2026-Q1, 2026-H1 or 2026."""
    if months == CYCLE_MONTHS["yearly"]:
        return f"{first.year}"
    letter = {1: "", QUARTER_MONTHS: "Q", CYCLE_MONTHS["half-yearly"]: "H"}[months]
    return f"{first.year}-{letter}{(first.month - 1) // months + 1}" if letter else f"{first:%Y-%m}"


def period_end(period: str) -> date | None:
    """The last day of a named period; of a period that is a single day, that day; None for no period."""
    year, _, part = period.partition("-")
    if not year:
        return None
    if "-" in part:
        return date.fromisoformat(period)
    months = {"Q": QUARTER_MONTHS, "H": CYCLE_MONTHS["half-yearly"]}.get(part[:1], 1)
    last = int(part.lstrip("QH")) * months if part else CYCLE_MONTHS["yearly"]
    return _day_of(date(int(year), last, 1), 31)


def _fixed(day: date, calendar: Calendar) -> Reckoned:
    return _reckoned(calendar.on_or_after(day), "P-02")


def _counted(trigger: date, workdays: int, parameter: str, calendar: Calendar) -> Reckoned:
    return _reckoned(calendar.add(trigger, workdays), parameter)


def _reckoned(reckoning: Reckoning, parameter: str) -> Reckoned:
    days = tuple(CountedDay(day=d.day, kind=d.kind.value, count=d.count) for d in reckoning.days)
    return Reckoned(reckoning.due, parameter, reckoning.provisional, reckoning.calendar_versions, days)


def _first_of_cycle(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last where it is shorter."""
    return _day_of(_months_on(day.replace(day=1), months), day.day)


def _day_of(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
