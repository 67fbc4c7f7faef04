"""What falls due by itself in the catalogue: a temporary withholding ends on the day after its last (CAT-15), and the
announcement of a filed change moves with the calendar and falls overdue (P-18). Each once, however long nobody looked.
What was told of a change and has not been taken up is asked again (decision 0048).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import MarkAnnouncementOverdue, MoveAnnouncement
from services.catalogue.domain.withholding import WITHHOLDING, ExpireWithholding
from services.catalogue.views.changes import Changes
from services.catalogue.views.told import Told, asked_again
from services.catalogue.views.withholdings import Withholdings
from shared.clock import Clock, business_day
from shared.due_days import DueDay
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.service import Ticker
from shared.telemetry import metrics

REACTIONS_HAVE = timedelta(minutes=1)  # before it is asked again what they were to take up
STALLED_AFTER = timedelta(hours=1)


def withholdings_expired(withholdings: Withholdings) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in withholdings.standing_over(today):
            filed, key = row["withholding"], f"expired/{row['withholding']}"
            yield Do(WITHHOLDING, filed, ExpireWithholding(today), key=key, town=row["town"])

    return Ticker("withholdings-expired", due)


def announcements_moved(changes: Changes, register: Register) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in changes.waiting_for_announcement():
            was = DueDay.model_validate(row["due"])
            new = was.again(calendar, register.parameter(row["town"], was.parameter, now))
            if new.differs(was):
                key = f"moved/{row['change']}/{row['version']}"
                yield Do(CHANGE, row["change"], MoveAnnouncement(new), key=key, town=row["town"])

    return Ticker("announcements-moved", due)


def announcements_overdue(changes: Changes) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in changes.waiting_for_announcement():
            last = DueDay.model_validate(row["due"]).due
            if last < today and row["overdue_from"] is None:
                key = f"overdue/{row['change']}/{row['version']}"
                yield Do(CHANGE, row["change"], MarkAnnouncementOverdue(today), key=key, town=row["town"])

    return Ticker("announcements-overdue", due)


def untaken_asked_again(told: Told, handler: Handler, register: Register) -> Ticker:
    """So that no order of deliveries, and no refusal, leaves a change or a receipt where it is (CAT-15 to CAT-19)."""

    def due(now: datetime) -> Iterable[Do]:
        for asked in asked_again(told, handler, register, now - REACTIONS_HAVE):
            if asked.refusal is None:
                yield asked.do

    return Ticker("untaken-asked-again", due)


def measure_stalled(name: str, told: Told, handler: Handler, register: Register, clock: Clock) -> Callable[[], None]:
    """How many changes and withholdings of each town wait for what was told of them an hour ago, at each scrape."""

    def measure() -> None:
        stalled = dict.fromkeys((town.town for town in register.towns_known()), 0)
        found = {
            (asked.town, asked.reference) for asked in asked_again(told, handler, register, clock.now() - STALLED_AFTER)
        }
        for town, _ in found:
            stalled[town] = stalled.get(town, 0) + 1
        for town, count in stalled.items():
            metrics.STALLED.labels(name, town).set(count)

    return measure
