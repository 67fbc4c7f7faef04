"""HTTP to the filings for the record: registers of a receiver or a town, receipts and returns, the county's figures."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from services.audit.api.casework import Casework, Owed, Someone, nothing
from services.audit.domain.filing import (
    FILING,
    FILING_NUMBERS,
    GiveFilingNumber,
    ReceiveFiling,
    ResubmitFiling,
    ReturnFiling,
    filing_number,
    register_identity,
)
from services.audit.events import FilingSubmitted
from shared.decider import Refused
from shared.handling import Do
from shared.identity import PostKind
from shared.policy import Acting, permits
from shared.reckoning import due_day
from shared.web import Api, CommandDesk, Done, Page, Reader

FILERS = frozenset({PostKind.CLERK, PostKind.SECRETARY, PostKind.COMMITTEE_SECRETARY})  # of a withholding
NUMBER_ATTEMPTS_MAX = 20
About = Literal["", "change", "withholding"]
Stage = Literal["", "submitted", "returned", "received"]
Place = Annotated[str, Query(max_length=40)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MissingBody(Body):
    missing: str = Field(max_length=1000, description="What is to be completed.")


class SupplementBody(Body):
    supplement: str = Field(max_length=1000, description="With what it was completed.")


class FilingRow(BaseModel):
    """``deemed``: nobody receipted it in time (A-04). ``items`` are codes; nothing of what they say stands here."""

    filing: str
    about: str
    reference: str
    town: str
    organisation: str
    addressed_to: str
    stage: str
    matter: str
    items: list[str]
    round: int
    number: str
    deemed: bool
    late_workdays: int
    submitted_on: date
    due_on: date
    received_on: date | None
    version: int = Field(description="Send as If-Match with the next command.")

    @classmethod
    def fields(cls, row: RowMapping) -> dict[str, object]:
        return {name: row[name] for name in cls.model_fields}


class FilingPage(FilingRow):
    ground: str
    missing: str
    supplement: str
    submitted_by: Someone
    received_by: Someone
    owed: Owed


class FigureRow(BaseModel):
    """How many filings of a kind a town has made: submitted in all, and of these received, deemed, returned, late."""

    town: str
    about: str
    submitted: int
    received: int
    deemed: int
    returned: int
    late: int


def add(router: Api, parts: Casework) -> None:
    _lists(router, parts)
    _one(router, parts)
    _receiving(router, parts)
    _submitting(router, parts)


def _lists(router: Api, parts: Casework) -> None:
    @router.get("/filings", action="filing.read")
    def filings(
        reader: Reader,
        organisation: Place = "",
        superior: Place = "",
        town: Place = "",
        about: About = "",
        stage: Stage = "",
    ) -> Page[FilingRow]:
        """What an organisation filed, what a superior has on record, or what a town filed; the latest first."""
        place = superior or organisation
        known = parts.register.organisation(place) if place else None
        reader.may(known.organisation if known else "", known.town if known else town, hidden=True)
        if place and known is None:
            raise nothing()
        rows = parts.filings.listed(
            organisation=organisation, addressed_to=superior, town=town, about=about, stage=stage
        )
        pages = (FilingRow.model_validate(FilingRow.fields(row)) for row in rows)
        return reader.page(pages, lambda filing: (filing.submitted_on, filing.filing), descending=True)

    @router.get("/filing-figures", action="filing.read")
    def figures(reader: Reader, organisation: Place = "", town: Place = "") -> list[FigureRow]:
        """Counts without content: of an organisation, of a town, or of all towns for the county (ORG-16)."""
        known = parts.register.organisation(organisation) if organisation else None
        reader.may(known.organisation if known else "", known.town if known else town, hidden=True)
        if organisation and known is None:
            raise nothing()
        return [FigureRow.model_validate(asdict(row)) for row in parts.filings.figures(organisation, town)]


def _one(router: Api, parts: Casework) -> None:
    @router.get("/filings/{filing:path}", action="filing.read")
    def filing(filing: str, reader: Reader) -> FilingPage:
        """One filing with its receipt, or what is missing, and the reckoning of the day for its receipt."""
        row = parts.filings.one(filing)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        organisation, town = row["organisation"], row["town"]
        above, over = row["addressed_to"], parts.town_of(row["addressed_to"])
        if permits("filing.receive", reader.standing, above, over):  # whoever may receive it opens it (CAT-15)
            organisation, town = above, over
        reader.may(organisation, town, hidden=True)
        reader.etag(row["version"])
        said = {name: parts.named(row[name]) for name in ("submitted_by", "received_by")}
        more = {name: row[name] for name in ("ground", "missing", "supplement")}
        return FilingPage.model_validate(FilingRow.fields(row) | said | more | {"owed": Owed.of(row)})


@dataclass(frozen=True)
class _Open:
    """A filing that somebody may act on."""

    acting: Acting
    submitted: FilingSubmitted


def _receiving(router: Api, parts: Casework) -> None:
    def opened(desk: CommandDesk, filing: str) -> _Open:
        """By an officer of whom it is addressed to (A-03)."""
        submitted = parts.filing(filing).submitted
        receiver = submitted.addressed_to if submitted else ""
        acting = desk.may(receiver, parts.town_of(receiver), hidden=_is_hidden(desk, submitted))
        if submitted is None:
            raise nothing()
        return _Open(acting, submitted)

    @router.post("/filings/{filing:path}/receipt", action="filing.receive", versioned=True)
    def receive_filing(filing: str, desk: CommandDesk) -> Done:
        """On record, under the next number of the receiver's year."""
        return desk.earlier() or _numbered(parts, desk, opened(desk, filing))

    @router.post("/filings/{filing:path}/return", action="filing.receive", versioned=True)
    def return_filing(filing: str, body: MissingBody, desk: CommandDesk) -> Done:
        found = opened(desk, filing)
        command = ReturnFiling(body.missing, found.acting.person, desk.today)
        return desk.handle(Do(FILING, filing, command), acting=found.acting, town=found.submitted.town)


def _is_hidden(desk: CommandDesk, submitted: FilingSubmitted | None) -> bool:
    """Whether they may not even know that there is such a filing."""
    return submitted is None or not permits("filing.read", desk.standing, submitted.organisation, submitted.town)


def _numbered(parts: Casework, desk: CommandDesk, found: _Open) -> Done:
    """Whoever loses a race for a number takes the one after (decision 0009)."""
    submitted, acting, year = found.submitted, found.acting, desk.today.year
    receiver = parts.register.organisation(submitted.addressed_to)
    others = [known.name_zh for known in parts.register.organisations()]
    called = receiver.name_zh if receiver else ""
    if others.count(called) != 1:  # no name tells it from others
        called += submitted.addressed_to
    identity = register_identity(submitted.addressed_to, year)
    for attempt in range(NUMBER_ATTEMPTS_MAX):
        next_number = parts.handler.state(FILING_NUMBERS, identity)[1] + 1
        text = filing_number(called, year, next_number, others)
        receive = Do(FILING, submitted.filing, ReceiveFiling(text, acting.person, desk.today))
        give = GiveFilingNumber(submitted.addressed_to, year, next_number, text, submitted.filing)
        try:
            return desk.handle(
                receive,
                Do(FILING_NUMBERS, identity, give),
                acting=acting,
                result={"number": text},
                town=submitted.town,
            )
        except Refused as taken:
            if taken.code != "VERSION_CONFLICT" or attempt + 1 == NUMBER_ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable: the last attempt raises or returns")


def _submitting(router: Api, parts: Casework) -> None:
    @router.post("/filings/{filing:path}/resubmission", action="filing.submit", versioned=True)
    def resubmit_filing(filing: str, body: SupplementBody, desk: CommandDesk) -> Done:
        """After a return: a change by the leading group's office, a withholding by its organisation (A-04)."""
        submitted = parts.filing(filing).submitted
        place = (submitted.organisation, submitted.town) if submitted else ("", "")
        acting = desk.may(*place, hidden=_is_hidden(desk, submitted))
        if submitted is None:
            raise nothing()
        posts = desk.standing.posts
        command = ResubmitFiling(
            body.supplement,
            due_day(parts.register, submitted.town, "P-18.receipt", desk.today),
            acting.person,
            by_office=any(p.kind == PostKind.LEADING_GROUP_OFFICE and p.town == submitted.town for p in posts),
            on=desk.today,
            by_filer=any(p.kind in FILERS and p.organisation == submitted.organisation for p in posts),
        )
        return desk.handle(Do(FILING, filing, command), acting=acting, town=submitted.town)
