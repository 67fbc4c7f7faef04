"""How dossiers read in answers: as rows of a list, one with its papers, and the log of who consulted it."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.archive.api.papers import PaperRow
from services.archive.api.sight import Sight, checked
from services.archive.domain.dossier import defects_of
from services.archive.views.dossiers import OWED
from shared.due_days import DueDay
from shared.identity.register import Register
from shared.personal_data import Clear


class DossierRow(BaseModel):
    """``stage``: owed or filed; ``overdue``: on the day of asking. ``late_workdays``: how late it was filed."""

    matter: str
    organisation: str
    town: str
    item: str
    title: Clear
    title_en: str
    stage: str
    number: str
    closed_on: date
    due_on: date
    overdue: bool
    filed_on: date | None
    late_workdays: int | None
    version: int = Field(description="Send as If-Match with the next command.")

    @classmethod
    def fields(cls, sight: Sight) -> dict[str, object]:
        row = sight.dossier
        said: dict[str, object] = {name: row[name] for name in DossierRow.model_fields if name in row}
        overdue = row["stage"] == OWED and row["due_on"] < sight.today
        own = {"title": sight.title, "title_en": row["title_en"] if sight.keeps else "", "overdue": overdue}
        return said | own

    @classmethod
    def of(cls, sight: Sight) -> Self:
        return cls.model_validate(cls.fields(sight))


class DossierPaperRow(PaperRow):
    file: str = Field(description="The running file in which it lies.")
    place: int = Field(description="In the dossier; 0: it came after the filing, or nothing has been filed yet.")


class DossierPage(DossierRow):
    """``opens``: what the papers say is open now; else it takes a consultation first. ``defects``: what the check at
    filing found, or would find now.
    """

    due: DueDay
    moves: list[date] = Field(description="The days on which it was due before.")
    disclosures: list[str]
    opens: bool
    may_file: bool
    defects: list[str]
    note: str
    filed_by: str
    papers: list[DossierPaperRow]

    @classmethod
    def of(cls, sight: Sight, may_file: bool = False) -> Self:
        row, papers = sight.dossier, sight.read()
        waiting = row["stage"] == OWED
        found = defects_of(row["disclosures"], checked(sight.papers)) if waiting else tuple(row["defects"])
        kept = {name: row[name] if sight.keeps else "" for name in ("note", "filed_by")}
        known = set(row["disclosures"]) if sight.keeps else {paper["disclosure"] for paper in papers}
        more = {
            "due": row["due"],
            "moves": row["moves"],
            "disclosures": [d for d in row["disclosures"] if d in known],
            "opens": sight.opens,
            "may_file": may_file and waiting,
            "defects": list(found) if sight.keeps else [],
            "papers": papers,
        }
        return cls.model_validate(cls.fields(sight) | kept | more)


class ConsultationRow(BaseModel):
    person: str
    person_name_zh: Clear
    person_name_en: Clear
    purpose: Clear
    at: datetime

    @classmethod
    def of(cls, row: RowMapping, register: Register) -> Self:
        known = register.person(row["by"])
        names = {"zh": known.name_zh, "en": known.name_en} if known else {"zh": "", "en": ""}
        named = {f"person_name_{language}": name for language, name in names.items()}
        return cls(person=row["by"], purpose=row["purpose"], at=row["at"], **named)
