"""The facts of a dossier, the file of one staged matter: owed once the matter closed, filed under a number, consulted.

Stream ``dossier-<matter>``; numbers come from stream ``dossiers-<organisation>/<year>``. A dossier holds no paper
twice: it names those that lie in the running files of the years. Start at :class:`DossierOwed` (ARC-05, P-20).
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from services.archive.events.files import Kind
from shared.due_days import DueDay
from shared.events import Event
from shared.personal_data import Personal


class DossierFact(Event):
    matter: str
    town: str
    organisation: str
    item: str
    title: str  # of the matter, zh-CN
    title_en: str = ""


class DossierOwed(DossierFact):
    """The matter closed; it is to be filed P-20 working days after. ``disclosures`` showed its stages and summary."""

    closed_on: date
    disclosures: tuple[str, ...]
    due: DueDay


class DossierDueMoved(DossierFact):
    was: date
    due: DueDay


class DossierFellOverdue(DossierFact):
    due: date
    from_day: date


class DossierPaper(BaseModel):
    """A paper by its place in a running file; ``digest`` is what it bore when the dossier was filed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    serial: int
    kind: Kind
    ref: str
    digest: str


class DossierFiled(DossierFact):
    """Sorted and registered under ``number``, after the check whether it is complete, intact and readable.

    ``defects`` are what the check found and ``note`` explains; ``late_workdays`` after the due day.
    """

    number: str
    year: int
    papers: tuple[DossierPaper, ...]
    defects: tuple[str, ...] = ()
    note: str = ""
    late_workdays: int
    by: str
    on: date


class DossierConsulted(DossierFact):
    """Somebody looked into it, and said what for: the log of its use (ARC-06)."""

    number: str
    purpose: Annotated[str, Personal(of="by")]
    by: str
    at: datetime


class DossierNumberGiven(Event):
    """The ``number``-th file of the organisation's year; the first is the running file of the year itself."""

    organisation: str
    town: str
    year: int
    number: int
    dossier_number: str
    matter: str


DossierEvent = DossierOwed | DossierDueMoved | DossierFellOverdue | DossierFiled | DossierConsulted
