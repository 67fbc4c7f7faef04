"""What falls due by itself in the archive: the day by which a matter is filed moves with calendar and parameter, and is
missed (P-20). Each once, however long nobody looked.
"""

from collections.abc import Iterable
from datetime import datetime

from services.archive.domain.dossier import DOSSIER, MarkDossierOverdue, MoveDossierDue
from services.archive.views.dossiers import OWED, Dossiers
from shared.clock import business_day
from shared.due_days import DueDay
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def moved(dossiers: Dossiers, register: Register) -> Ticker:
    """Asked again and again rather than told once: no calendar and no dossier can slip past each other."""

    def due(now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in dossiers.listed(stage=OWED):
            was = DueDay.model_validate(row["due"])
            new = was.again(calendar, register.parameter(row["town"], was.parameter, now))
            if new.differs(was):
                key = f"moved/{row['matter']}/{row['version']}"
                yield Do(DOSSIER, row["matter"], MoveDossierDue(new), key=key, town=row["town"])

    return Ticker("dossiers-moved", due)


def overdue(dossiers: Dossiers) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in dossiers.listed(stage=OWED):
            if row["due_on"] < today and row["overdue_from"] is None:
                key = f"overdue/{row['matter']}/{row['version']}"
                yield Do(DOSSIER, row["matter"], MarkDossierOverdue(today), key=key, town=row["town"])

    return Ticker("dossiers-overdue", due)
