"""What happens by itself as days pass: duties are raised as their quarter begins, moved when the calendar or
a parameter says otherwise, and marked when their day is over. Each once, however long nobody looked.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping

from services.publication.domain import schedule
from services.publication.domain.obligation import (
    OBLIGATION,
    MarkOverdue,
    MoveDue,
)
from services.publication.events import Duty
from services.publication.views.almanac import Almanac, to_raise
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import OPEN, Obligations
from shared.clock import business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def raised(items: CatalogueItems, obligations: Obligations, register: Register) -> Ticker:
    """Looks through all items once a day, and whenever a catalogue was adopted."""
    settled: list[tuple[date, Any]] = []

    def due(now: datetime) -> Iterable[Do]:
        today, edition = business_day(now), items.edition()
        if settled == [(today, edition)]:
            return
        almanac, known, quiet = Almanac(register, now), obligations.raised(), True
        for item in items.in_force(today):
            for do in to_raise(item, today, almanac):
                if do.identity not in known:
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
        limits = {item.item: item.limit_days for item in items.in_force(today)}
        for row in obligations.listed(state=OPEN):
            if row["item"] in limits:
                for do in _to_move(row, limits[row["item"]], almanac):
                    quiet = False
                    yield do
        settled[:] = [(today, structure)] if quiet else []

    return Ticker("duties-moved", due)


def _to_move(row: RowMapping, limit_days: int, almanac: Almanac) -> Iterator[Do]:
    reckoned = schedule.reckon(
        Duty(row["duty"]),
        row["trigger"],
        limit_days=limit_days,
        calendar=almanac.calendar,
        parameters=almanac.parameters(row["town"]),
    )
    if (reckoned.due, reckoned.provisional) != (row["due"], row["provisional"]):
        new_calendar = list(reckoned.calendars) != list(row["calendars"])
        reason = "calendar" if new_calendar else "parameter"
        key = f"move/{row['obligation']}/{row['version']}/{reckoned.due}/{reckoned.provisional}"
        yield Do(OBLIGATION, row["obligation"], MoveDue(reckoned, reason), key=key)


def overdue(obligations: Obligations) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in obligations.open_overdue(today):
            key = f"overdue/{row['obligation']}/{row['due']}"
            yield Do(OBLIGATION, row["obligation"], MarkOverdue(today), key=key)

    return Ticker("duties-overdue", due)
