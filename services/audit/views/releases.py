"""Which event showed which version of a disclosure to whom: so that a reader finds the receipt of what they read.

The same rule as on the pages (publication's view of what is shown): what has no row among the asker's audiences does
not exist for them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Column, Connection, Integer, String, select

from services.audit.heard import DisclosureReleasedInside, DisclosureReleasedOutside
from services.audit.tlog.leaves import RELEASES
from shared import walls
from shared.cloudevents import from_structured, structured
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert


@dataclass(frozen=True)
class Release:
    """``event`` is the whole of it: it is hashed, never shown."""

    version: int
    event: Recorded


class Releases(View):
    name: ClassVar[str] = "releases"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": frozenset(RELEASES)}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "releases",
            Column("disclosure", String(100), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("audience", String(160), primary_key=True),
            Column("town", String(100), nullable=False),
            Column("position", BigInteger, nullable=False),
            open_to=walls.seen_by("audience"),
        )
        self.events = table(
            "events",
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("town", String(100), nullable=False),
            Column("event", JSON, nullable=False),
            open_to=walls.along(self.rows, "position"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        released = hear(event, DisclosureReleasedInside, DisclosureReleasedOutside)
        if released is None:
            return
        whole = {"town": released.town, "event": structured(event, "")}  # the county is not read back
        upsert(tx, self.events, {"position": event.position}, whole)
        for audience in released.audiences:
            key = {"disclosure": released.disclosure, "version": released.version, "audience": audience}
            upsert(tx, self.rows, key, {"town": released.town, "position": event.position})

    def shown(self, disclosure: str, audiences: Collection[str], version: int = 0) -> Release | None:
        """The last release by which a version (the newest, if none is named) was shown to these audiences."""
        r, e = self.rows.c, self.events.c
        wanted = select(r.version, e.event).join(self.events, e.position == r.position)
        wanted = wanted.where(r.disclosure == disclosure, r.audience.in_(sorted(audiences)))
        wanted = wanted.where(r.version == version) if version else wanted
        with self.reading() as tx:
            row = tx.execute(wanted.order_by(r.version.desc(), r.position.desc()).limit(1)).one_or_none()
        return Release(row.version, from_structured(row.event)) if row else None
