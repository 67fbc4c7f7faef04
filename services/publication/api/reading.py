"""HTTP to what is shown: page, list, search, count, versions, feed, sheet, LED text, downloads.

Every one of these asks the view with the reader's audiences and nothing else; what is not theirs is NOT_FOUND.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from sqlalchemy import RowMapping

from services.publication.api import feed
from services.publication.api.downloads import download
from services.publication.api.pages import (
    Count,
    EndNotice,
    KioskEntry,
    LedLine,
    PlainPage,
    SheetPage,
    ShownPage,
    ShownRow,
)
from services.publication.api.parts import Parts, nothing
from services.publication.views.shown import Filter
from shared.decider import Refused
from shared.fields import VersionNumber
from shared.web import Api, Page, Reader
from shared.web.reader import Reading

FEED_ENTRIES_MAX = 50
Words = Annotated[str, Query(max_length=100)]


def add(router: Api, parts: Parts) -> None:
    _lists(router, parts)
    _one(router, parts)
    _renditions(router, parts)


def _lists(router: Api, parts: Parts) -> None:
    @router.get("/shown", action="disclosure.read")
    def shown(
        reader: Reader,
        organisation: str = "",
        town: str = "",
        item: str = "",
        q: Words = "",
        history: bool = False,
    ) -> Page[ShownRow]:
        """Newest first; with ``q`` those with all of its words; with ``history`` former periods too."""
        wanted = Filter(organisation, town, item, q, history, _before(reader), reader.limit + 1)
        rows = parts.shown.listed(reader.audiences, wanted)
        return reader.page(
            (ShownRow.of(row, parts.register) for row in rows),
            lambda row: (row.shown_from, row.disclosure),
            descending=True,
        )

    @router.get("/shown/count", action="disclosure.read")
    def count(
        reader: Reader,
        organisation: str = "",
        town: str = "",
        item: str = "",
        q: Words = "",
        history: bool = False,
    ) -> Count:
        wanted = Filter(organisation, town, item, q, history)
        return Count(count=parts.shown.count(reader.audiences, wanted))


def _one(router: Api, parts: Parts) -> None:
    @router.get("/shown/{disclosure}", action="disclosure.read")
    def shown_one(disclosure: str, reader: Reader) -> ShownPage:
        """The present version for this reader."""
        row = _seen(parts, reader, disclosure)
        page = _page(parts, reader, row)
        noticed = page.notice.on if page.notice else ""
        reader.etag(f"{row['version']}-{row['side']}-{row['superseded_by'] or ''}-{noticed}")
        return page

    @router.get("/shown/{disclosure}/versions", action="disclosure.read")
    def versions(disclosure: str, reader: Reader) -> list[ShownRow]:
        """All versions this reader may see, newest first; corrected ones say so and stay readable."""
        _seen(parts, reader, disclosure)
        rows = parts.shown.versions(disclosure, reader.audiences)
        return [ShownRow.of(row, parts.register) for row in rows]

    @router.get("/shown/{disclosure}/versions/{version}", action="disclosure.read")
    def version(disclosure: str, version: VersionNumber, reader: Reader) -> ShownPage:
        return _page(parts, reader, _seen(parts, reader, disclosure, version))

    @router.get("/shown/{disclosure}/attachments/{digest}", action="disclosure.read")
    def attachment(disclosure: str, digest: str, reader: Reader) -> Response:
        found = parts.shown.attachment(disclosure, digest, reader.audiences)
        if found is None:
            raise nothing()
        return download(parts, found)


def _renditions(router: Api, parts: Parts) -> None:
    @router.get("/shown/{disclosure}/sheet", action="disclosure.read")
    def sheet(disclosure: str, reader: Reader) -> SheetPage:
        """The same content for a printed sheet, in the size of its column (PUB-11, PUB-32)."""
        row = parts.shown.on_public_sheet(disclosure, reader.audiences)
        if row is None:
            raise nothing()
        columns = [c for c in row["channels"] if c["channel"] == "public-column"]
        page = ShownPage.of(row, parts.register).model_dump()
        size = columns[0]["sheet"] if columns else "A4"
        places, days = [c["place"] for c in columns], parts.procedures.printed_days(disclosure)
        return SheetPage(**page, **days, sheet=size, places=places, printed_on=reader.today)

    @router.get("/shown/{disclosure}/plain", action="disclosure.read")
    def plain(disclosure: str, reader: Reader) -> PlainPage:
        """In few and plain words, for large type and for being read aloud (PUB-32)."""
        return PlainPage.of(_seen(parts, reader, disclosure), parts.register)

    @router.get("/kiosk/{device}", action="disclosure.read")
    def kiosk(device: str, reader: Reader) -> list[KioskEntry]:
        """The feed of a touch screen: the present version of what was released on it, newest first (PUB-14)."""
        shown = parts.shown.kiosk(device, reader.audiences)
        return [KioskEntry.of(row, parts.register) for row, _ in shown]

    @router.get("/led", action="disclosure.read")
    def led(reader: Reader, screen: str = "") -> list[LedLine]:
        """What the screens play now (PUB-13)."""
        playing = parts.shown.led(reader.audiences, reader.now)
        return [
            LedLine(
                disclosure=row["disclosure"],
                organisation=row["organisation"],
                screen=channel["screen"],
                play_list=channel["play_list"],
                text=row["led_text"],
                shown_from=channel["shown_from"],
                shown_to=channel["shown_to"],
            )
            for row, channel in playing
            if screen in ("", channel["screen"])
        ]

    @router.get("/feed.atom", action="disclosure.read", response_class=Response)
    def atom(reader: Reader, organisation: str = "", town: str = "") -> Response:
        """An Atom feed of what this reader may see: without a token, what is shown to society."""
        wanted = Filter(organisation, town, limit=FEED_ENTRIES_MAX)
        rows = parts.shown.listed(reader.audiences, wanted)
        page = str(reader.request.url_for("shown"))
        return Response(feed.atom(rows, page, reader.now), media_type="application/atom+xml")


def _page(parts: Parts, reader: Reading, row: RowMapping) -> ShownPage:
    """With the notice that its item has ended, where it has (A-19)."""
    ended = parts.announcements.notice(row["item"], reader.audiences)
    notice = EndNotice.model_validate({name: ended[name] for name in EndNotice.model_fields}) if ended else None
    return ShownPage.of(row, parts.register).model_copy(update={"notice": notice})


def _seen(parts: Parts, reader: Reading, disclosure: str, version: int = 0) -> RowMapping:
    row = parts.shown.one(disclosure, reader.audiences, version)
    if row is None:
        raise nothing()
    return row


def _before(reader: Reading) -> tuple[datetime, str] | None:
    if reader.cursor is None:
        return None
    try:
        at, disclosure = reader.cursor
        return datetime.fromisoformat(at), str(disclosure)
    except (TypeError, ValueError) as foreign:
        raise Refused("CURSOR_INVALID", "This cursor does not belong to this list.") from foreign
