"""What happens by itself as days pass: duties are raised as their quarter begins, moved when the calendar or
a parameter says otherwise, ended with their item, and marked when their day is over; planned days of staged work
come. Each once, however long nobody looked. Start at :func:`of_duties`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from services.publication.domain.matter import MATTER, PassDay
from services.publication.domain.obligation import OBLIGATION, MoveDue
from services.publication.domain.suspension import EndObligation, MarkOverdue, Resume, Suspend
from services.publication.events import Duty
from services.publication.views.almanac import Almanac, to_raise
from services.publication.views.items import CatalogueItems
from services.publication.views.matters import Matters
from services.publication.views.obligations import OPEN, SUSPENDED, Obligations
from services.publication.views.withheld import Withheld, Withholding
from shared.clock import at, business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def of_duties(
    items: CatalogueItems, obligations: Obligations, register: Register, withheld: Withheld, matters: Matters
) -> tuple[Ticker, ...]:
    """In this order: what is withheld or has ended is known before anything is called overdue."""
    return (
        planned_days(matters, register),
        raised(items, obligations, register),
        moved(items, obligations, register),
        withheld_meanwhile(withheld, obligations, register),
        ended(items, obligations, register),
        overdue(items, obligations, withheld),
    )


def raised(items: CatalogueItems, obligations: Obligations, register: Register) -> Ticker:
    """Looks through all items once a day, and whenever a catalogue was adopted."""
    settled: list[tuple[date, Any]] = []

    def due(now: datetime) -> Iterable[Do]:
        today, edition = business_day(now), items.edition()
        if settled == [(today, edition)]:
            return
        almanac, known, quiet = Almanac(register, now), obligations.raised(), True
        for item in items.raising(today):
            for do in to_raise(item, today, almanac, known):
                quiet = False
                yield do
        settled[:] = [(today, edition)] if quiet else []

    return Ticker("duties-raised", due)


def moved(items: CatalogueItems, obligations: Obligations, register: Register) -> Ticker:
    """Reckons what is open anew whenever the day or the register has changed since it was last done."""
    settled: list[tuple[date, Any]] = []

    def due(now: datetime) -> Iterable[Do]:
        today, structure = business_day(now), register.structure()
        if settled == [(today, structure)]:
            return
        almanac, quiet = Almanac(register, now), True
        limits = items.limits(today)
        for row in obligations.standing_open():
            if row["item"] in limits and not row["limit_hours"]:
                for do in _to_move(row, limits[row["item"]], almanac):
                    quiet = False
                    yield do
        settled[:] = [(today, structure)] if quiet else []

    return Ticker("duties-moved", due)


def _to_move(row: RowMapping, limit_days: int, almanac: Almanac) -> Iterator[Do]:
    reckoned = almanac.reckon(Duty(row["duty"]), row["trigger"], limit_days=limit_days, town=row["town"])
    backward = reckoned.due < min(row["due"], business_day(almanac.now))
    if (reckoned.due, reckoned.provisional) != (row["due"], row["provisional"]) and not backward:
        new_calendar = list(reckoned.calendars) != list(row["calendars"])
        reason = "calendar" if new_calendar else "parameter"
        key = f"move/{row['obligation']}/{row['version']}/{reckoned.due}/{reckoned.provisional}"
        move = MoveDue(reckoned, reason, business_day(almanac.now))
        yield Do(OBLIGATION, row["obligation"], move, key=key, town=row["town"])


def withheld_meanwhile(withheld: Withheld, obligations: Obligations, register: Register) -> Ticker:
    """Duties raised while their item is withheld wait too, and none waits longer than it is; the reactions see to those
    that stand when it is filed.
    """

    def due(now: datetime) -> Iterable[Do]:
        today, all_withheld = business_day(now), withheld.all()
        calendar = register.calendar()
        for row in obligations.of_items(all_withheld, OPEN):
            for filed in all_withheld[row["item"]]:
                if filed.holds(today) or _stood_again_after(filed, row):
                    suspend = Suspend(filed.withholding, filed.kind, filed.on, filed.until, calendar)
                    key = f"suspend/{row['obligation']}/{filed.withholding}"
                    yield Do(OBLIGATION, row["obligation"], suspend, key=key, town=row["town"])
                if filed.ended_on and _stood_again_after(filed, row):
                    yield _to_resume(row, Resume(filed.withholding, "ended", filed.ended_on))
        for row in obligations.of_items(all_withheld, SUSPENDED):
            yield from _outlasted(row, all_withheld[row["item"]], today)

    return Ticker("duties-withheld", due)


def _outlasted(row: RowMapping, filed: list[Withholding], today: date) -> Iterator[Do]:
    """Suspended by what has ended, with nothing in its place."""
    if any(one.holds(today) for one in filed):
        return
    for one in filed:
        if one.withholding == row["withholding"] and one.ended_on:
            reason = "expired" if one.until and one.until < one.ended_on else "withdrawn"
            yield _to_resume(row, Resume(one.withholding, reason, one.ended_on))


def _to_resume(row: RowMapping, resume: Resume) -> Do:
    key = f"resume/{row['obligation']}/{resume.withholding}"
    return Do(OBLIGATION, row["obligation"], resume, key=key, town=row["town"])


def _stood_again_after(filed: Withholding, row: RowMapping) -> bool:
    """It was withheld while the duty stood, though nobody suspended it then."""
    eve = filed.ended_on - timedelta(days=1) if filed.ended_on else date.min
    return row["due"] <= eve and (row["excused_until"] or date.min) < eve


def ended(items: CatalogueItems, obligations: Obligations, register: Register) -> Ticker:
    """What was owed of an item ends as the item leaves the catalogue (A-19)."""

    def due(now: datetime) -> Iterable[Do]:
        gone, calendar = items.gone(business_day(now)), register.calendar()
        for row in obligations.of_items(gone, OPEN, SUSPENDED):
            on, changes = gone[row["item"]]
            key = f"end/{row['obligation']}/{on}"
            yield Do(OBLIGATION, row["obligation"], EndObligation(changes, on, calendar), key=key, town=row["town"])

    return Ticker("duties-ended", due)


def overdue(items: CatalogueItems, obligations: Obligations, withheld: Withheld) -> Ticker:
    """Each once for every day from which it is late; not what is withheld or has ended (SUP-15)."""

    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        late = list(obligations.open_overdue(today, now))
        spared = _spared(items, withheld, today) if late else frozenset()
        for row in late:
            if row["item"] not in spared:
                key = f"overdue/{row['obligation']}/{row['version']}"
                past_hours = row["due_at"] is not None and row["due_at"] < now
                yield Do(OBLIGATION, row["obligation"], MarkOverdue(today, past_hours), key=key, town=row["town"])

    return Ticker("duties-overdue", due)


def _spared(items: CatalogueItems, withheld: Withheld, today: date) -> frozenset[str]:
    held = (item for item, filed in withheld.all().items() if any(one.holds(today) for one in filed))
    return frozenset((*held, *items.gone(today)))


def planned_days(matters: Matters, register: Register) -> Ticker:
    """Milestones and ends of staged work whose planned day has come (PUB-26)."""

    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in matters.arriving(today):
            end = at(min(row["ends"], today), 12)
            switch = Almanac(register, end).parameters(row["town"]).cross_year_summary
            key = f"days/{row['matter']}/{row['version']}"
            yield Do(MATTER, row["matter"], PassDay(today, switch), key=key, town=row["town"])

    return Ticker("planned-days", due)
