"""What falls due by itself in audit: days move with calendar and parameter, an audit falls overdue, and what nobody
receipted is deemed received (P-18). Each once, however long nobody looked. What was asked of audit and has not been
done is done after all (decision 0048).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.audit.domain.case import CASE, MarkCaseOverdue, MoveCaseDue
from services.audit.domain.filing import FILING, DeemReceived, MoveFilingDue
from services.audit.views.cases import Cases
from services.audit.views.filings import Filings
from services.audit.views.owed import Owed, asked_again
from shared.clock import business_day
from shared.due_days import DueDay
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.service import Ticker

REACTIONS_HAVE = timedelta(minutes=1)  # before what they were to do is done here


def moved(cases: Cases, filings: Filings, register: Register) -> Ticker:
    """Asked again and again rather than told once: no calendar and no case can slip past each other."""

    def due(now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in cases.listed(stage="open"):
            was = DueDay.model_validate(row["due"])
            new = was.again(calendar, register.parameter(row["town"], was.parameter, now))
            if new.differs(was):
                key = f"moved/{row['change']}/{row['version']}"
                yield Do(CASE, row["change"], MoveCaseDue(new), key=key, town=row["town"])
        for row in filings.listed(stage="submitted"):
            was = DueDay.model_validate(row["due"])
            new = was.again(calendar, register.parameter(row["town"], was.parameter, now))
            if new.differs(was):
                key = f"moved/{row['filing']}/{row['version']}"
                yield Do(FILING, row["filing"], MoveFilingDue(new), key=key, town=row["town"])

    return Ticker("audit-moved", due)


def overdue(cases: Cases) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in cases.listed(stage="open"):
            if row["due_on"] < today and row["overdue_from"] is None:
                key = f"overdue/{row['change']}/{row['version']}"
                yield Do(CASE, row["change"], MarkCaseOverdue(today), key=key, town=row["town"])

    return Ticker("audits-overdue", due)


def deemed(filings: Filings) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in filings.listed(stage="submitted"):
            if row["due_on"] < today:
                key = f"deemed/{row['filing']}/{row['version']}"
                yield Do(FILING, row["filing"], DeemReceived(today), key=key, town=row["town"])

    return Ticker("filings-deemed-received", due)


def owed_asked_again(owed: Owed, handler: Handler, register: Register) -> Ticker:
    """So that nothing approved, audited or withheld stays where it is (CAT-15, CAT-17, CAT-18)."""

    def due(now: datetime) -> Iterable[Do]:
        yield from asked_again(owed, handler, register, now - REACTIONS_HAVE)

    return Ticker("owed-asked-again", due)
