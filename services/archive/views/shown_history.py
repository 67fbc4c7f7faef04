"""What was shown to whom, in two times: when it stood, and when we held that it did.

A row is never changed but for the end of its being believed: what is learnt later closes it and puts others
beside it. So :meth:`ShownHistory.shown` answers for any instant as it was, or as it was known at another.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Integer, String, Text, and_, or_, select

from services.archive.heard import (
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    Released,
    VersionCorrected,
    VersionRedisclosed,
)
from shared import walls
from shared.columns import Instant
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert

Row = dict[str, Any]
KEY = ("disclosure", "version", "audience", "valid_from")
PLACE = ("town", "organisation", "item", "told")


@dataclass(frozen=True, slots=True)
class Instants:
    """``at``: the instant asked about. ``known_at``: as the records stood then; None: as they stand now."""

    at: datetime
    known_at: datetime | None = None


class ShownHistory(View):
    name: ClassVar[str] = "shown_history"
    hears: ClassVar[tuple[str, ...]] = ("publication",)

    def define(self, table: TableMaker) -> None:
        self.spans = table(
            "spans",
            Column("position", Integer, primary_key=True),
            Column("disclosure", String(80), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("audience", String(120), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("item", String(80), nullable=False),
            Column("told", String(20), nullable=False),  # outside: this audience got the shortened text
            Column("valid_from", Instant(), primary_key=True),
            Column("valid_to", Instant()),
            Column("recorded_from", Instant(), nullable=False),
            Column("recorded_to", Instant()),
            index=(("audience", "valid_from"), ("disclosure", "version")),
            open_to=walls.seen_by("audience"),
        )
        self.contents = table(
            "contents",
            Column("disclosure", String(80), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("told", String(20), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("title", String(400), nullable=False),
            Column("text", Text, nullable=False),
            Column("attachments", Text, nullable=False),
            Column("content_digest", String(80), nullable=False),
            Column("note", Text, nullable=False),
            open_to=walls.along(self.spans, "disclosure", "version", "told"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        match hear(event, DisclosureReleasedInside, DisclosureReleasedOutside, VersionCorrected, VersionRedisclosed):
            case Released() as released:
                self._show(tx, event, released)
            case VersionCorrected() as corrected:
                self._end(tx, event, corrected)
            case _:
                pass

    def shown(self, audiences: Collection[str], instants: Instants, *, disclosure: str = "") -> Sequence[Row]:
        """What these audiences were shown at an instant: one row a version, with the audiences it reached."""
        s, c = self.spans.c, self.contents.c
        valid = and_(s.valid_from <= instants.at, or_(s.valid_to.is_(None), s.valid_to > instants.at))
        held = _held(s, instants.known_at)
        wanted = [s.audience.in_(sorted(audiences)), valid, held]
        if disclosure:
            wanted.append(s.disclosure == disclosure)
        same = and_(s.disclosure == c.disclosure, s.version == c.version, s.told == c.told)
        joined = self.spans.join(self.contents, same)
        columns = (self.spans, c.title, c.text, c.attachments, c.content_digest, c.note)
        question = select(*columns).select_from(joined).where(*wanted)
        order = (s.valid_from, s.disclosure, s.version, s.audience)
        with self.reading() as connection:
            return _one_a_version(connection.execute(question.order_by(*order)).mappings().all())

    def ever_shown(self, disclosures: Collection[str], audiences: Collection[str]) -> set[tuple[str, int, bool]]:
        """Which of their versions were ever shown to one of the audiences; the last is whether shortened (A-05)."""
        s = self.spans.c
        reached = (s.disclosure.in_(sorted(disclosures)), s.audience.in_(sorted(audiences)))
        with self.reading() as connection:
            rows = connection.execute(select(s.disclosure, s.version, s.told).where(*reached).distinct())
            return {(row.disclosure, row.version, bool(row.told)) for row in rows}

    def _show(self, tx: Connection, event: Recorded, released: Released) -> None:
        shortened = isinstance(released, DisclosureReleasedOutside) and released.shortened
        told = {"told": "outside" if shortened else ""}
        key = {"disclosure": released.disclosure, "version": released.version}
        content = released.model_dump(include={"town", "title", "text", "content_digest", "note"})
        attachments = json.dumps(released.attachments, ensure_ascii=False, sort_keys=True)
        upsert(tx, self.contents, key | told, {**content, "attachments": attachments})
        place = released.model_dump(include={"town", "organisation", "item"})
        for audience in sorted(set(released.audiences)):
            row = {**key, "audience": audience, "valid_from": released.at, "position": event.position}
            held = {"valid_to": None, "recorded_from": event.recorded_at, "recorded_to": None}
            upsert(tx, self.spans, row, place | told | held)

    def _end(self, tx: Connection, event: Recorded, corrected: VersionCorrected) -> None:
        """The replaced version, and any before it that these audiences still had, stood until ``at``.

        What was believed of them closes for what is known now.
        """
        s = self.spans.c
        standing = and_(
            s.disclosure == corrected.disclosure,
            s.version <= corrected.replaces,
            s.audience.in_(sorted(corrected.audiences)),
            s.recorded_to.is_(None),
            or_(s.valid_to.is_(None), s.valid_to > corrected.at),
        )
        rows = tx.execute(select(self.spans).where(standing)).mappings().all()
        tx.execute(self.spans.update().where(standing).values(recorded_to=event.recorded_at))
        for row in rows:
            if row["valid_from"] < corrected.at:
                key = {**{name: row[name] for name in KEY}, "position": event.position}
                ended = {"valid_to": corrected.at, "recorded_from": event.recorded_at, "recorded_to": None}
                upsert(tx, self.spans, key, {name: row[name] for name in PLACE} | ended)


def _held(s: Any, known_at: datetime | None) -> Any:
    if known_at is None:
        return s.recorded_to.is_(None)
    return and_(s.recorded_from <= known_at, or_(s.recorded_to.is_(None), s.recorded_to > known_at))


def _one_a_version(rows: Sequence[Any]) -> list[Row]:
    """A version that was shortened for some audiences is two rows: each with those that had it so."""
    versions: dict[tuple[str, int, str], Row] = {}
    for row in rows:
        key = (row["disclosure"], row["version"], row["told"])
        seen = versions.setdefault(key, {**row, "audiences": []})
        if row["audience"] not in seen["audiences"]:
            seen["audiences"].append(row["audience"])
    return [{**row, "attachments": json.loads(row["attachments"])} for row in versions.values()]
