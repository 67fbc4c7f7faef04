"""What has been shown, to which audience, from when: the only source of what readers are given.

One row for each disclosure, version and audience. A question brings the asker's audiences, and whatever has
no row among them does not exist: on no page, in no list, search, feed, count or download (design 1.5). So an
outsider neither sees nor can infer a correction that has so far been shown inside only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, ClassVar, Literal

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    RowMapping,
    Select,
    String,
    Text,
    and_,
    case,
    func,
    or_,
    select,
)

from services.publication.domain.schedule import period_end
from services.publication.events import REGISTRY, DisclosureReleasedInside, DisclosureReleasedOutside, Duty, Released
from services.publication.events.parts import Attachment
from shared import scope, walls
from shared.columns import Instant
from shared.events import Recorded
from shared.follow import GatheredView, Store, TableMaker
from shared.rows import Rows

SUPERSEDING = (Duty.REPLACEMENT, Duty.FIRST, Duty.REPUBLICATION)
HISTORY = ("corrected_at", "redisclosed_at", "superseded_at", "superseded_by")
Renewal = Literal["", "correction", "redisclosure"]
"""What was wrong was put right (PUB-31), or nothing was, and it was made public again because of opinions (PUB-30)."""
RELEASES = (DisclosureReleasedInside.__name__, DisclosureReleasedOutside.__name__)


@dataclass(frozen=True)
class Filter:
    """Which of what the asker may see is meant; empty fields do not narrow."""

    organisation: str = ""
    town: str = ""
    item: str = ""
    words: str = ""
    history: bool = False  # also what a later period has superseded
    before: tuple[datetime, str] | None = None  # only what was shown earlier than this instant and disclosure
    limit: int = 0  # no more than so many; 0: all


class Shown(GatheredView):
    name: ClassVar[str] = "shown"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": frozenset(RELEASES)}
    data_alone: ClassVar[bool] = True

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int) -> "Column[str]":
            return Column(name, String(length), nullable=False)

        self.rows = table(
            "shown",
            Column("disclosure", String(100), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("audience", String(160), primary_key=True),
            *(text(name, 100) for name in ("side", "town", "organisation", "item", "period")),
            Column("period_end", Date),
            Column("superseding", Boolean, nullable=False),
            Column("shortened", Integer, nullable=False),  # 1: this audience gets the declared shortening
            Column("shown_from", Instant, nullable=False),
            *(Column(name, Instant) for name in ("corrected_at", "redisclosed_at", "superseded_at")),
            Column("superseded_by", String(100)),
            text("renewal", 20),
            index=(("audience", "shown_from"), ("item", "audience")),
            open_to=walls.seen_by("audience"),
        )
        self.contents = table(
            "contents",
            Column("disclosure", String(100), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("side", String(20), primary_key=True),
            text("town", 100),
            text("title", 400),
            Column("summary", Text, nullable=False),
            Column("text", Text, nullable=False),
            text("led_text", 200),
            Column("attachments", JSON, nullable=False),
            Column("channels", JSON, nullable=False),
            text("content_digest", 100),
            text("register_number", 100),
            Column("replaces", Integer, nullable=False),
            Column("note", Text, nullable=False),
            open_to=walls.along(self.rows, "disclosure", "version", "side"),
        )

    def change(self, rows: Store, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in RELEASES:
            return
        released = REGISTRY.read(event)
        assert isinstance(released, Released)  # noqa: S101 - the two names above are its kinds
        side = "inside" if isinstance(released, DisclosureReleasedInside) else "outside"
        self._put_content(rows[self.contents], released, side)
        shortened = isinstance(released, DisclosureReleasedOutside) and released.shortened
        for audience in released.audiences:
            self._put_row(rows[self.rows], released, side, audience, shortened)
            self._replace(rows[self.rows], released, audience)
            self._supersede(rows[self.rows], released, audience)

    def _put_content(self, contents: Rows, released: Released, side: str) -> None:
        kept = (
            "town", "title", "summary", "text", "led_text", "attachments", "channels", "content_digest",
            "register_number", "replaces", "note",
        )  # fmt: skip
        key = {"disclosure": released.disclosure, "version": released.version, "side": side}
        contents.put(key | released.model_dump(mode="json", include=set(kept)))

    def _put_row(self, shown: Rows, released: Released, side: str, audience: str, shortened: bool) -> None:
        key = {"disclosure": released.disclosure, "version": released.version, "audience": audience}
        names = released.model_dump(include={"town", "organisation", "item", "period"})
        period = {
            "period_end": period_end(released.period),
            "superseding": released.duty in SUPERSEDING and bool(released.period),
            "shortened": int(shortened),
        }
        history = shown.get(*key.values()) or dict.fromkeys(HISTORY)
        told = {"side": side, "shown_from": released.at, "renewal": self._renewal(shown, released, audience)}
        shown.put({**history, **key, **names, **period, **told})

    def _renewal(self, shown: Rows, released: Released, audience: str) -> Renewal:
        """What was wrong in what this audience had is put right by whatever it is shown next, though others were told
        before (PUB-31).
        """
        if not released.replaces:
            return ""
        had = max((row["version"] for row in self._former(shown, released, audience)), default=0)
        others = shown.alike(("disclosure",), released.disclosure) if had else []
        missed = {row["renewal"] for row in others if had < row["version"] < released.version}
        return "redisclosure" if released.opinions and "correction" not in missed else "correction"

    def _replace(self, shown: Rows, released: Released, audience: str) -> None:
        """For this audience, earlier versions stand corrected from now on; made public again, superseded (PUB-30)."""
        again = {"redisclosed_at": released.at, "superseded_at": released.at, "superseded_by": released.disclosure}
        marked = again if self._renewal(shown, released, audience) == "redisclosure" else {"corrected_at": released.at}
        for row in self._former(shown, released, audience):
            if row["corrected_at"] is None:
                shown.change(*_key(row), **marked)

    def _former(self, shown: Rows, released: Released, audience: str) -> list[dict[str, Any]]:
        return [row for row in self._versions(shown, released, audience) if row["version"] < released.version]

    def _supersede(self, shown: Rows, released: Released, audience: str) -> None:
        """For this audience, a period's content makes that of earlier periods history, in whatever order."""
        end = period_end(released.period)
        if end is None:
            return
        of_item = shown.alike(("item", "audience"), released.item, audience)
        others = [row for row in of_item if row["disclosure"] != released.disclosure and row["period_end"] is not None]
        if released.duty in SUPERSEDING:
            for row in others:
                if row["period_end"] <= end and row["superseded_at"] is None:
                    shown.change(*_key(row), superseded_at=released.at, superseded_by=released.disclosure)
        later = [row for row in others if row["superseding"] and row["period_end"] > end]
        if later:
            newer = min(later, key=itemgetter("period_end", "disclosure"))["disclosure"]
            for row in self._versions(shown, released, audience):
                if row["superseded_at"] is None:
                    shown.change(*_key(row), superseded_at=released.at, superseded_by=newer)

    def _versions(self, shown: Rows, released: Released, audience: str) -> list[dict[str, Any]]:
        return shown.alike(("disclosure", "audience"), released.disclosure, audience)

    # --- questions; every one of them begins with the asker's audiences ---

    def listed(self, audiences: Collection[str], wanted: Filter | None = None) -> list[RowMapping]:
        """The present version of each disclosure, newest first."""
        with self.reading() as connection:
            query = self._present(audiences, wanted or Filter())
            return list(connection.execute(query).mappings())

    def count(self, audiences: Collection[str], wanted: Filter | None = None) -> int:
        with self.reading() as connection:
            inner = self._present(audiences, wanted or Filter()).subquery()
            return connection.scalar(select(func.count()).select_from(inner)) or 0

    def one(self, disclosure: str, audiences: Collection[str], version: int = 0) -> RowMapping | None:
        """A version as this asker may see it (if none is named, the present one), or None: there is none."""
        return next((row for row in self.versions(disclosure, audiences) if version in (0, row["version"])), None)

    def on_public_sheet(self, disclosure: str, audiences: Collection[str]) -> RowMapping | None:
        """As it goes on a public column where it is public, else as this asker may see it."""
        return self.one(disclosure, public(audiences)) or self.one(disclosure, audiences)

    def kiosk(self, device: str, audiences: Collection[str]) -> list[tuple[RowMapping, dict[str, Any]]]:
        """What a touch screen shows: each present disclosure that was released on it (PUB-14)."""
        return [
            (row, channel)
            for row in self.listed(public(audiences))
            for channel in row["channels"]
            if channel["channel"] == "touch-screen" and channel["device"] == device
        ]

    def versions(self, disclosure: str, audiences: Collection[str]) -> list[RowMapping]:
        """Every version the asker may see, newest first; all but the first are marked as corrected or redisclosed."""
        seen = self._seen(audiences).where(self.rows.c.disclosure == disclosure).group_by(*self._grouping()).subquery()
        query = self._joined(seen).order_by(seen.c.version.desc())
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def attachment(self, disclosure: str, digest: str, audiences: Collection[str]) -> Attachment | None:
        """An attachment of any version the asker may see, by its digest."""
        for row in self.versions(disclosure, audiences):
            for attachment in row["attachments"]:
                if attachment["digest"] == digest:
                    return Attachment.model_validate(attachment)
        return None

    def _grouping(self) -> tuple[Any, ...]:
        c = self.rows.c
        return (c.disclosure, c.version, c.town, c.organisation, c.item, c.period)

    def _seen(self, audiences: Collection[str]) -> Select[Any]:
        """The rows of these audiences, one a version; ``side`` is outside if it was shown there too, ``told`` whose
        words the asker gets: whoever may read the whole text is not given the shortened one.
        """
        c = self.rows.c
        return select(
            *self._grouping(),
            func.min(c.shown_from).label("shown_from"),
            func.max(c.side).label("side"),
            case((func.max(c.shortened) == 1, func.min(c.side)), else_=func.max(c.side)).label("told"),
            case((func.min(c.shortened) == 1, 1), else_=0).label("shortened"),
            func.min(c.corrected_at).label("corrected_at"),
            func.min(c.redisclosed_at).label("redisclosed_at"),
            func.max(c.renewal).label("renewal"),
            func.min(c.superseded_at).label("superseded_at"),
            func.min(c.superseded_by).label("superseded_by"),
        ).where(c.audience.in_(sorted(audiences)))

    def _joined(self, seen: Any) -> Select[Any]:
        texts = self.contents.c
        content = [column for column in texts if column.name not in seen.c]
        same = and_(texts.disclosure == seen.c.disclosure, texts.version == seen.c.version, texts.side == seen.c.told)
        return select(seen, *content).join(self.contents, same)

    def _present(self, audiences: Collection[str], wanted: Filter) -> Select[Any]:
        c, texts = self.rows.c, self.contents.c
        query = self._seen(audiences)
        for column in ("organisation", "town", "item"):
            if value := getattr(wanted, column):
                query = query.where(c[column] == value)
        seen = query.group_by(*self._grouping()).subquery()
        newest = (
            select(seen.c.disclosure, func.max(seen.c.version).label("version")).group_by(seen.c.disclosure).subquery()
        )
        present = and_(newest.c.disclosure == seen.c.disclosure, newest.c.version == seen.c.version)
        joined = self._joined(seen).join(newest, present)
        if not wanted.history:
            joined = joined.where(seen.c.superseded_at.is_(None))
        for word in wanted.words.lower().split():
            fields = (texts.title, texts.summary, texts.text)
            joined = joined.where(or_(*(func.lower(f).contains(word, autoescape=True) for f in fields)))
        if wanted.before:
            at, disclosure = wanted.before
            same = and_(seen.c.shown_from == at, seen.c.disclosure < disclosure)
            joined = joined.where(or_(seen.c.shown_from < at, same))
        joined = joined.order_by(seen.c.shown_from.desc(), seen.c.disclosure.desc())
        return joined.limit(wanted.limit) if wanted.limit else joined

    def led(self, audiences: Collection[str], at: datetime) -> list[tuple[RowMapping, dict[str, Any]]]:
        """What LED screens play at an instant: each present disclosure with its screen and window."""
        playing = []
        for row in self.listed(public(audiences)):
            for channel in row["channels"]:
                if channel["channel"] == "led" and _window(channel, at):
                    playing.append((row, channel))
        return playing


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["disclosure"], row["version"], row["audience"]


def public(audiences: Collection[str]) -> frozenset[str]:
    """Those of the asker's audiences that lie outside the Party: what a public screen or column shows is for them."""
    return frozenset(a for a in audiences if a == scope.SOCIETY or a.startswith("staff:"))


def _window(channel: dict[str, Any], at: datetime) -> bool:
    return datetime.fromisoformat(channel["shown_from"]) <= at <= datetime.fromisoformat(channel["shown_to"])
