"""What falls due by itself in the catalogue: a temporary withholding ends on the day after its last (CAT-15), and the
announcement of a filed change moves with the calendar and falls overdue (P-18). Each once, however long nobody looked.
"""

from collections.abc import Iterable
from datetime import datetime

from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import MarkAnnouncementOverdue, MoveAnnouncement
from services.catalogue.domain.withholding import WITHHOLDING, ExpireWithholding
from services.catalogue.views.changes import Changes
from services.catalogue.views.withholdings import Withholdings
from shared.clock import business_day
from shared.due_days import DueDay
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


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
