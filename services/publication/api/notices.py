"""HTTP to notices: my inbox, what I have read, how I want to be told; and for the desk whether members were told."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.publication.api.bodies import Body
from services.publication.api.pages import Count, organisation_names
from services.publication.api.parts import Parts, nothing
from services.publication.domain.notices import NOTICES, ReadNotice, notices_id
from services.publication.domain.preference import PREFERENCE, ChooseChannels
from services.publication.views.inbox import Inbox
from shared.fields import VersionNumber
from shared.handling import Do
from shared.identity.register import Register
from shared.personal_data import Clear
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.reader import Reading


class NoticeRow(BaseModel):
    """Something was shown for me; what it says is what I may see of it now."""

    disclosure: str
    version: int
    organisation: str
    organisation_zh: str
    organisation_en: str
    item: str
    title: str
    replaces: int
    note: str
    told_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: RowMapping, shown: RowMapping, register: Register) -> Self:
        told = {"told_at": notice["prepared_at"], "read_at": notice["read_at"]}
        return cls.model_validate(dict(shown) | organisation_names(register, shown["organisation"]) | told)


class Preference(BaseModel):
    channels: list[str]
    address: Clear


class PreferenceBody(Body):
    channels: list[Literal["inbox", "email"]] = Field(max_length=2)
    address: str = Field(default="", max_length=254)


class NoticeFigures(BaseModel):
    """Of one version: whom it was to reach and whom it did. ``read``: of their own accord; nobody must."""

    version: int
    prepared: int
    delivered: int
    by_email: int
    waiting: int
    failures: int
    read: int


def notice_routes(parts: Parts, inbox: Inbox) -> Api:
    router = Api("publication")
    _mine(router, parts, inbox)
    _preference(router, inbox)

    @router.get("/disclosures/{disclosure}/notices", action="file.read")
    def notices(disclosure: str, reader: Reader) -> list[NoticeFigures]:
        """Whether the members in scope were told (PUB-19): counts, and no names."""
        row = parts.work.one(disclosure)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        return [NoticeFigures.model_validate(dict(figures)) for figures in inbox.figures(disclosure)]

    return router


def _mine(router: Api, parts: Parts, inbox: Inbox) -> None:
    @router.get("/inbox", action="notice.read")
    def my_notices(reader: Reader, unread: bool = False) -> Page[NoticeRow]:
        """What was shown for me, newest first; what I may no longer see is not among it."""
        reader.may()
        rows = _visible(parts, reader, inbox.of(reader.standing.person, unread=unread))
        return reader.page(rows, lambda row: (row.told_at, row.disclosure, row.version), descending=True)

    @router.get("/inbox/count", action="notice.read")
    def unread_notices(reader: Reader) -> Count:
        reader.may()
        return Count(count=len(_visible(parts, reader, inbox.of(reader.standing.person, unread=True))))

    @router.post("/inbox/{disclosure}/{version}/read", action="notice.read")
    def read_notice(disclosure: str, version: VersionNumber, desk: CommandDesk) -> Done:
        """Marks it as read, for myself."""
        acting = desk.may()
        identity = notices_id(disclosure, version)
        prepared = parts.handler.state(NOTICES, identity)[1].prepared
        if prepared is None:
            raise nothing()
        command = ReadNotice(desk.standing.person, desk.now)
        return desk.handle(Do(NOTICES, identity, command), acting=acting, town=prepared.town)


def _visible(parts: Parts, reader: Reading, notices: list[RowMapping]) -> list[NoticeRow]:
    found = []
    for notice in notices:
        shown = parts.shown.one(notice["disclosure"], reader.audiences, notice["version"])
        if shown is not None:
            found.append(NoticeRow.of(notice, shown, parts.register))
    return sorted(found, key=lambda row: (row.told_at, row.disclosure, row.version), reverse=True)


def _preference(router: Api, inbox: Inbox) -> None:
    @router.get("/notice-preference", action="notice.read")
    def my_preference(reader: Reader) -> Preference:
        """How I want to be told: by my inbox, unless I chose otherwise."""
        reader.may()
        chosen = inbox.preference(reader.standing.person)
        if chosen is None:
            return Preference(channels=["inbox"], address="")
        return Preference(channels=chosen["channels"], address=chosen["address"])

    @router.post("/notice-preference", action="notice.read")
    def choose_channels(body: PreferenceBody, desk: CommandDesk) -> Done:
        """The inbox has everything in any case; an e-mail says only that there is something, and where."""
        acting, person = desk.may(), desk.standing.person
        return desk.handle(
            Do(PREFERENCE, person, ChooseChannels(person, tuple(body.channels), body.address)), acting=acting
        )
