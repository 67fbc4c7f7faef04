"""HTTP to the archive: an organisation's files, and what was shown to whom at an instant.

Anyone may ask what they themselves or society could see; for others it takes a post (:func:`_audiences`). The
answer holds only what is within the asker's reach today.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from services.archive.api.papers import NOT_HERE, PaperRow, Parts, as_read_by
from services.archive.domain.file import file_id
from services.archive.views.shown_history import Instants, Row
from shared.decider import Refused
from shared.fields import Instant, Year
from shared.identity import Standing
from shared.scope import SOCIETY
from shared.web import Api, Reader
from shared.web.reader import Reading

Person = Annotated[str, Query(max_length=80)]
Audience = Annotated[str, Query(max_length=120, examples=["society", "members:FY-R1"])]


class FileRow(BaseModel):
    file: str
    organisation: str
    town: str
    year: int
    number: str
    papers: int


class FilePage(BaseModel):
    file: str
    organisation: str
    town: str
    year: int
    number: str
    papers: list[PaperRow]


class ShownRow(BaseModel):
    """A version as it stood: from ``valid_from``; ``valid_to`` is when it stopped, as far as is known."""

    disclosure: str
    version: int
    organisation: str
    item: str
    title: str
    text: str
    attachments: list[dict[str, Any]]
    content_digest: str
    note: str
    audiences: list[str]
    valid_from: datetime
    valid_to: datetime | None
    recorded_from: datetime


class AsOf(BaseModel):
    at: datetime
    known_at: datetime | None
    audiences: list[str]
    shown: list[ShownRow]


class Difference(BaseModel):
    """What came to be shown, and what no longer was, between two instants."""

    since: datetime
    until: datetime
    appeared: list[ShownRow]
    gone: list[ShownRow]


def add(router: Api, parts: Parts) -> None:
    _files(router, parts)
    _time_travel(router, parts)


def _files(router: Api, parts: Parts) -> None:
    @router.get("/files", action="file.read")
    def files(organisation: str, reader: Reader) -> list[FileRow]:
        """An organisation's files, a year each (ARC-01)."""
        reader.may(organisation, parts.town_of(organisation), hidden=True)
        return [FileRow.model_validate(row) for row in parts.files.of_organisation(organisation)]

    @router.get("/files/{organisation}/{year}", action="file.read")
    def file(organisation: str, year: Year, reader: Reader) -> FilePage:
        """Versions, evidence, approval sheets, opinions and what came of them (ARC-02 to ARC-04)."""
        reader.may(organisation, parts.town_of(organisation), hidden=True)
        found = parts.files.one(file_id(organisation, year))
        if found is None:
            raise Refused("NOT_FOUND", NOT_HERE)
        papers = [as_read_by(reader.standing, paper, organisation, found["town"]) for paper in found["papers"]]
        return FilePage.model_validate({**found, "papers": papers})


def _time_travel(router: Api, parts: Parts) -> None:
    @router.get("/as-of", action="archive.as-of")
    def as_of(
        at: Instant,
        reader: Reader,
        person: Person = "",
        audience: Audience = "",
        known_at: Instant | None = None,
        disclosure: str = "",
    ) -> AsOf:
        """What society, an audience or a person could see at an instant, as known now or at ``known_at``."""
        _not_later(reader, at, known_at)
        audiences = _audiences(parts, reader, at, person, audience)
        rows = _within_reach(reader, parts.history.shown(audiences, Instants(at, known_at), disclosure=disclosure))
        reached = sorted({a for row in rows for a in row["audiences"]})
        return AsOf(at=at, known_at=known_at, audiences=reached, shown=_rows(rows))

    @router.get("/difference", action="archive.as-of")
    def difference(
        since: Instant, until: Instant, reader: Reader, person: Person = "", audience: Audience = ""
    ) -> Difference:
        """What a person's or audience's view gained and lost from one instant to another."""
        _not_later(reader, since, until)
        before = parts.history.shown(_audiences(parts, reader, since, person, audience), Instants(since))
        after = parts.history.shown(_audiences(parts, reader, until, person, audience), Instants(until))
        appeared, gone = (_within_reach(reader, r) for r in (_without(after, before), _without(before, after)))
        return Difference(since=since, until=until, appeared=_rows(appeared), gone=_rows(gone))


def _audiences(parts: Parts, reader: Reading, at: datetime, person: str, audience: str) -> Collection[str]:
    """The audiences asked about, once it is clear that the caller may ask (design 1.5)."""
    own = reader.audiences
    if person and audience:
        raise Refused("INVALID", "Ask for a person or for an audience.", "one of them", "/person")
    if person:
        asked = parts.register.standing(person, at)
        if person != reader.standing.person:
            _must_reach_all_of(parts, reader, asked)
        return asked.audiences
    asked_for = audience or SOCIETY
    if asked_for not in own:
        organisation = asked_for.partition(":")[2]
        reader.may(organisation, parts.town_of(organisation), hidden=True)
    return {asked_for}


def _must_reach_all_of(parts: Parts, reader: Reading, asked: Standing) -> None:
    """Of someone else only who may ask about every organisation that opened something to them."""
    places = asked.member_of | asked.staff_of | {post.organisation for post in asked.posts}
    if not places:
        raise Refused("NOT_FOUND", NOT_HERE)
    for organisation in sorted(places):
        reader.may(organisation, parts.town_of(organisation), hidden=True)


def _within_reach(reader: Reading, rows: Sequence[Row]) -> list[Row]:
    """Of what somebody could see then, what the asker may see or ask about now.

    So a former member does not read here what is closed to them since, nor a clerk what another organisation
    opened to a person of theirs by name. Beside a whole text its shortened one is left out (A-05).
    """
    within = [r for r in rows if reader.audiences.intersection(r["audiences"]) or _may_ask_of(reader, r)]
    whole = {(row["disclosure"], row["version"]) for row in within if not row["told"]}
    return [row for row in within if not row["told"] or (row["disclosure"], row["version"]) not in whole]


def _may_ask_of(reader: Reading, row: Row) -> bool:
    try:
        reader.may(row["organisation"], row["town"])
    except Refused:
        return False
    return True


def _not_later(reader: Reading, *instants: datetime | None) -> None:
    if any(instant is not None and instant > reader.now for instant in instants):
        raise Refused("INVALID", "The archive does not know the future.", "an instant up to now")


def _without(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    known = {(row["disclosure"], row["version"]) for row in others}
    return [row for row in rows if (row["disclosure"], row["version"]) not in known]


def _rows(rows: Sequence[Row]) -> list[ShownRow]:
    return [ShownRow.model_validate(row) for row in rows]
