"""When a catalogue item falls due: kind, cycle and calendar in; periods, due days and their reckoning out.

A periodic item is replaced after each cycle and fine-tuned in the months between (A-06); long-term content
appears within P-05 of coming into being or changing (A-07). Start at :func:`duties`.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.publication.domain.parameters import Parameters
from services.publication.events import Duty
from services.publication.events.parts import Condition, CountedDay
from shared.workdays import Calendar, Reckoning

CYCLE_MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
QUARTER_MONTHS = 3


@dataclass(frozen=True)
class ItemInForce:
    """A catalogue item as far as its duties go. ``since`` is the day from which it has been in force."""

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
    scope: str = "inside"
    audience_inside: str = "members"
    audience_outside: str | None = None
    conditions: tuple[Condition, ...] = ()
    methods: tuple[str, ...] = ()
    major: bool = False  # a major decision: PUB-17 holds for its releases


@dataclass(frozen=True)
class Planned:
    """A duty before it is raised, which is on ``raised_from``: when its quarter begins, or at the trigger."""

    duty: Duty
    period: str
    trigger: date
    raised_from: date
    reckoned: "Reckoned"


@dataclass(frozen=True)
class Reckoned:
    due: date
    parameter: str
    provisional: bool
    calendars: tuple[str, ...]
    days: tuple[CountedDay, ...]


def duties(item: ItemInForce, *, until: date, calendar: Calendar, parameters: Parameters) -> Iterator[Planned]:
    """What is to be raised by the day ``until``. What was due before the item came into force is not owed."""

    def plan(duty: Duty, period: str, trigger: date, raised_from: date) -> Planned:
        reckoned = reckon(duty, trigger, limit_days=item.limit_days, calendar=calendar, parameters=parameters)
        return Planned(duty, period, trigger, max(raised_from, item.since), reckoned)

    if item.since > until:
        return
    if item.kind == "long-term":
        yield plan(Duty.FIRST, item.since.isoformat(), item.since, item.since)
    elif item.kind == "periodic":
        for duty, period, trigger, raised_from in _periodic(item, until):
            planned = plan(duty, period, trigger, raised_from)
            if planned.reckoned.due >= item.since:
                yield planned


def _periodic(item: ItemInForce, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    length = CYCLE_MONTHS[item.cycle or "quarterly"]
    first = _first_of_cycle(item.since, length)
    while first <= until:
        last = _months_on(first, length) - timedelta(days=1)
        yield Duty.REPLACEMENT, period_name(first, length), last, first
        yield from _fine_tunes(item, first, length, until)
        first = _months_on(first, length)


def _fine_tunes(item: ItemInForce, first: date, length: int, until: date) -> Iterator[tuple[Duty, str, date, date]]:
    """The months of a cycle but its first, in which the former cycle's replacement is due."""
    if item.fine_tune != "monthly":
        return
    for offset in range(1, length):
        month = _months_on(first, offset)
        raised_from = _first_of_cycle(month, QUARTER_MONTHS)
        if raised_from <= until:
            yield Duty.FINE_TUNE, f"{month:%Y-%m}", month, raised_from


def reckon(duty: Duty, trigger: date, *, limit_days: int = 0, calendar: Calendar, parameters: Parameters) -> Reckoned:
    """The due day of a duty from its trigger, for the first time or again after a new calendar."""
    match duty:
        case Duty.REPLACEMENT:
            month = _months_on(trigger.replace(day=1), 1)
            return _fixed(_day_of(month, parameters.replacement_day), calendar)
        case Duty.FINE_TUNE:
            return _fixed(_day_of(trigger, parameters.fine_tune_day), calendar)
        case Duty.FIRST | Duty.REPUBLICATION:
            return _counted(trigger, limit_days or parameters.long_term_workdays, "P-05", calendar)
        case Duty.STAGE:
            return _counted(trigger, limit_days or parameters.stage_workdays, "P-03", calendar)
        case Duty.SUMMARY:
            return _counted(trigger, parameters.summary_workdays, "P-03", calendar)
        case Duty.TRIGGERED:
            return _counted(trigger, limit_days or parameters.immediate_workdays, "P-04", calendar)


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


def _day_of(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
