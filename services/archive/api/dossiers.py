"""HTTP to the dossiers: what is owed and overdue, filing a matter as one file, finding it and consulting it.

Start at ``sight`` for what of a dossier exists for whom.
"""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from services.archive.api.dossier_pages import ConsultationRow, DossierPage, DossierRow
from services.archive.api.papers import NOT_HERE, Parts
from services.archive.api.sight import Sight, checked, papers_of, sights
from services.archive.domain.dossier import (
    DOSSIER,
    DOSSIER_NUMBERS,
    ConsultDossier,
    FileDossier,
    GiveDossierNumber,
)
from services.archive.domain.file import file_id, file_number, short_name
from services.archive.views.dossiers import OWED
from shared.decider import Refused
from shared.handling import Do
from shared.policy import Acting, permits
from shared.web import Api, CommandDesk, Done, Page, Reader

NUMBER_ATTEMPTS_MAX = 20
NOTE_MAX, PURPOSE_MAX, WORDS_MAX = 1000, 500, 100
Stage = Literal["", "owed", "overdue", "filed"]
Place = Annotated[str, Query(max_length=40)]
Words = Annotated[str, Query(max_length=WORDS_MAX, description="Of a number, a title, or what was made public.")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FileBody(Body):
    note: str = Field(default="", max_length=NOTE_MAX, description="Why something is missing, if anything is.")


class ConsultBody(Body):
    purpose: str = Field(default="", max_length=PURPOSE_MAX, description="What it is consulted for.")


def add(router: Api, parts: Parts) -> None:
    _questions(router, parts)
    _commands(router, parts)


def _questions(router: Api, parts: Parts) -> None:
    @router.get("/dossiers", action="dossier.read")
    def dossiers(
        reader: Reader, organisation: Place = "", town: Place = "", stage: Stage = "", q: Words = ""
    ) -> Page[DossierRow]:
        """Of an organisation, or of a town for who oversees it: owed, overdue, filed (ARC-05); by words (ARC-06)."""
        known = parts.register.organisation(organisation) if organisation else None
        reader.may(known.organisation if known else "", known.town if known else town, hidden=True)
        if organisation and known is None:
            raise _nothing()
        rows = parts.dossiers.listed(
            organisation=organisation, town="" if organisation else town, stage=OWED if stage == "overdue" else stage
        )
        late = [row for row in rows if stage != "overdue" or row["due_on"] < reader.today]
        found = _saying(parts, sights(parts, reader.standing, reader.today, late), q)
        return reader.page(map(DossierRow.of, found), lambda row: (row.due_on, row.matter))

    @router.get("/dossiers/{matter}", action="dossier.read")
    def dossier(matter: str, reader: Reader) -> DossierPage:
        """Its due day with the reckoning, its papers, and what the check at filing found or would find (ARC-05)."""
        row = parts.dossiers.one(matter)
        organisation, town = (row["organisation"], row["town"]) if row else ("", "")
        reader.may(organisation, town, hidden=True)
        found = sights(parts, reader.standing, reader.today, [row] if row else [])
        if not found:
            raise _nothing()
        return DossierPage.of(found[0], permits("dossier.file", reader.standing, organisation, town))

    @router.get("/dossiers/{matter}/consultations", action="file.read")
    def consultations(matter: str, reader: Reader) -> list[ConsultationRow]:
        """Who consulted it, when and what for (ARC-06)."""
        row = parts.dossiers.one(matter)
        reader.may(row["organisation"] if row else "", row["town"] if row else "", hidden=True)
        if row is None:
            raise _nothing()
        return [ConsultationRow.of(each, parts.register) for each in parts.dossiers.consultations_of(matter)]


def _saying(parts: Parts, found: list[Sight], words: str) -> list[Sight]:
    if not words.strip():
        return found
    hits = parts.files.saying({d for sight in found for d in sight.dossier["disclosures"]}, words)
    return [sight for sight in found if sight.says(words, hits)]


def _commands(router: Api, parts: Parts) -> None:
    @router.post("/dossiers/{matter}/filing", action="dossier.file", versioned=True)
    def file_dossier(matter: str, body: FileBody, desk: CommandDesk) -> Done:
        """All papers of the matter's stages and summary as one file, under the year's next number (ARC-01, ARC-05)."""
        row = parts.dossiers.one(matter)
        acting = desk.may(row["organisation"] if row else "", row["town"] if row else "", hidden=True)
        if row is None:
            raise _nothing()
        return desk.earlier() or _numbered(parts, desk, acting, row, body.note)

    @router.post("/dossiers/{matter}/consultations", action="dossier.consult", status_code=201)
    def consult_dossier(matter: str, body: ConsultBody, desk: CommandDesk) -> Done:
        """Opens what its papers say to whoever consults it, for the day, and stands in its log (ARC-06)."""
        row = parts.dossiers.one(matter)
        acting = desk.may(row["organisation"] if row else "", row["town"] if row else "", hidden=True)
        if row is None or not sights(parts, desk.standing, desk.today, [row]):
            raise _nothing()
        command = ConsultDossier(body.purpose, acting.person, desk.now)
        return desk.handle(Do(DOSSIER, matter, command), acting=acting, town=row["town"])


def _numbered(parts: Parts, desk: CommandDesk, acting: Acting, row: RowMapping, note: str) -> Done:
    """Whoever loses a race for a number takes the one after (decision 0009)."""
    organisation, year = row["organisation"], row["closed_on"].year
    known, identity = parts.register.organisation(organisation), file_id(organisation, year)
    short = short_name(known.name_zh) if known else organisation
    papers, calendar = checked(papers_of(parts, row)), parts.register.calendar()
    for attempt in range(NUMBER_ATTEMPTS_MAX):
        number = parts.handler.state(DOSSIER_NUMBERS, identity)[1] + 1
        text = file_number(short, year, number)
        filing = FileDossier(text, papers, note, calendar, acting.person, desk.today)
        give = GiveDossierNumber(organisation, row["town"], year, number, text, row["matter"])
        both = (Do(DOSSIER, row["matter"], filing), Do(DOSSIER_NUMBERS, identity, give))
        try:
            return desk.handle(*both, acting=acting, result={"number": text}, town=row["town"])
        except Refused as taken:
            if taken.code != "VERSION_CONFLICT" or attempt + 1 == NUMBER_ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable: the last attempt raises or returns")


def _nothing() -> Refused:
    return Refused("NOT_FOUND", NOT_HERE)
