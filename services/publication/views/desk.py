"""The desk: every disclosure on its way, at which step it is, what it says so far, and who did what to it.

Only those who work on an organisation's disclosures ask here. What secrecy review refused is kept without
its words.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Integer, RowMapping, String, Table, Text, case, func, or_, select

from services.publication.events import (
    REGISTRY,
    AttachmentAdded,
    AttachmentRemoved,
    CorrectionOpened,
    DisclosureApproved,
    DisclosureDrafted,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    DisclosureReturned,
    DisclosureRevised,
    DisclosureSubmitted,
    ReleaseScheduleCancelled,
    ReleaseScheduled,
    ScheduledReleaseMissed,
    SecrecyCleared,
    SecrecyRefused,
    Written,
)
from shared.columns import Instant
from shared.events import Event, Recorded
from shared.follow import GatheredView, Key, Store, TableMaker
from shared.rows import Rows

WORDS = ("title", "text", "summary", "led_text", "outside_title", "outside_text", "outside_summary", "outside_note")
NOTES = ("note", "reason", "ground")


class DeskWork(GatheredView):
    name: ClassVar[str] = "desk"
    hears: ClassVar[tuple[str, ...]] = ("publication",)

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int = 100) -> "Column[str]":
            return Column(name, String(length), nullable=False, default="")

        self.work = table(
            "work",
            Column("disclosure", String(100), primary_key=True),
            *(text(name) for name in ("town", "organisation", "item", "sub_item", "kind", "period", "item_scope")),
            text("item_title", 400),
            Column("duty", String(40)),
            Column("obligation", String(200)),
            Column("audience_outside", String(40)),
            text("stage", 20),
            Column("version", Integer, nullable=False),
            Column("stream_version", Integer, nullable=False),
            *(Column(name, JSON, nullable=False) for name in ("content", "authors", "attested_by")),
            *(Column(name, JSON, nullable=False) for name in ("planned", "missed")),
            Column("planned_at", Instant),
            Column("missed_at", Instant),
            *(text(name) for name in ("reviewer", "approver", "register_number")),
            Column("content_digest", Text, nullable=False, default=""),
            Column("note", Text, nullable=False, default=""),
            Column("inside_at", Instant),
            Column("outside_at", Instant),
            Column("changed_at", Instant, nullable=False),
            index=(("organisation", "stage"), ("planned_at",), ("missed_at",)),
        )
        self.steps = table(
            "steps",
            Column("position", Integer, primary_key=True, autoincrement=False),
            text("disclosure"),
            text("town"),
            Column("version", Integer, nullable=False),
            *(text(name) for name in ("step", "actor", "post", "organisation")),
            Column("note", Text, nullable=False, default=""),
            Column("at", Instant, nullable=False),
            index=(("disclosure",),),
        )

    def touched(self, event: Recorded) -> Iterator[tuple[Table, Key]]:
        if event.stream.startswith("disclosure-"):
            yield self.work, (event.identity,)

    def change(self, rows: Store, event: Recorded) -> None:
        if event.service != REGISTRY.service or not event.stream.startswith("disclosure-"):
            return
        fact, work = REGISTRY.read(event), rows[self.work]
        rows[self.steps].put(_step(event, fact))
        if isinstance(fact, DisclosureDrafted):
            work.put({"disclosure": fact.disclosure} | _begun(fact, event.recorded_at))
        values = self._changed(work, fact) | {"stream_version": event.version, "changed_at": event.recorded_at}
        work.change(event.identity, **values)

    def _changed(self, work: Rows, fact: Event) -> dict[str, Any]:
        match fact:
            case DisclosureRevised() | AttachmentAdded() | AttachmentRemoved():
                return self._rewritten(work, fact)
            case CorrectionOpened():
                return _fresh(fact) | {"version": fact.version, "note": fact.note}
            case DisclosureSubmitted():
                attested = list(fact.attested_by)
                return {"stage": "submitted", "attested_by": attested, "content_digest": fact.content_digest}
            case SecrecyCleared():
                return {"stage": "cleared", "reviewer": fact.reviewer}
            case SecrecyRefused():
                return {"stage": "refused", "content": {}, "content_digest": fact.digest} | _noted(
                    fact.version, fact.ground
                )
            case DisclosureReturned():
                blank = dict.fromkeys(("reviewer", "approver", "register_number", "content_digest"), "")
                return {"stage": "draft", "attested_by": []} | blank | _noted(fact.version, fact.reason)
            case DisclosureApproved():
                return {
                    "stage": "approved",
                    "approver": fact.approver,
                    "register_number": fact.register_number,
                    "attested_by": list(fact.attested_by),
                }
            case DisclosureReleasedInside():
                return {"stage": "inside", "inside_at": fact.at} | self._planned(work, fact.disclosure, "inside")
            case DisclosureReleasedOutside():
                return {"stage": "outside", "outside_at": fact.at} | self._planned(work, fact.disclosure, "outside")
            case ReleaseScheduled() | ReleaseScheduleCancelled() | ScheduledReleaseMissed():
                return self._planned(work, fact.disclosure, fact.side, fact)
            case _:
                return {}

    def _planned(self, work: Rows, disclosure: str, side: str, fact: Event | None = None) -> dict[str, Any]:
        """What is still to be shown by itself, and what should have been: of a side only the last word counts."""
        row = work.get(disclosure) or {}
        kept = {name: [p for p in row.get(name, []) if p["side"] != side] for name in ("planned", "missed")}
        if isinstance(fact, ReleaseScheduled):
            kept["planned"].append(fact.model_dump(mode="json", include={"schedule", "side", "at", "by", "version"}))
        if isinstance(fact, ScheduledReleaseMissed):
            kept["missed"].append(fact.model_dump(mode="json", include={"side", "at", "reason", "owner", "version"}))
        return kept | {f"{name}_at": _first(plans) for name, plans in kept.items()}

    def _rewritten(self, work: Rows, fact: DisclosureRevised | AttachmentAdded | AttachmentRemoved) -> dict[str, Any]:
        row = work.get(fact.disclosure)
        if row is None:
            raise LookupError(f"{fact.disclosure} was never drafted")
        content = dict(row["content"])
        attached = content.get("attachments", [])
        match fact:
            case DisclosureRevised():
                content = _words(fact)
            case AttachmentAdded():
                content["attachments"] = [*attached, fact.attachment.model_dump(mode="json")]
            case AttachmentRemoved():
                content["attachments"] = [a for a in attached if a["digest"] != fact.digest]
        authors = list(dict.fromkeys([*row["authors"], fact.author]))
        return {"stage": "draft", "content": content, "authors": authors}

    # --- questions ---

    def one(self, disclosure: str) -> RowMapping | None:
        with self.reading() as connection:
            query = select(self.work).where(self.work.c.disclosure == disclosure)
            return connection.execute(query).mappings().first()

    def history(self, disclosure: str) -> list[RowMapping]:
        with self.reading() as connection:
            query = select(self.steps).where(self.steps.c.disclosure == disclosure)
            return list(connection.execute(query.order_by(self.steps.c.position)).mappings())

    def listed(
        self, organisations: Collection[str], stages: Collection[str] = (), *, planned: bool = False
    ) -> list[RowMapping]:
        """By id, which is by the time of drafting; ``planned``: of which a release is planned, or was missed."""
        work = self.work
        query = select(work).where(work.c.organisation.in_(sorted(organisations))).order_by(work.c.disclosure)
        if stages:
            query = query.where(work.c.stage.in_(sorted(stages)))
        if planned:
            query = query.where(or_(work.c.planned_at.is_not(None), work.c.missed_at.is_not(None)))
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def planned_until(self, now: datetime) -> list[RowMapping]:
        """The disclosures of which a planned release is due."""
        query = select(self.work).where(self.work.c.planned_at <= now).order_by(self.work.c.disclosure)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def missed_by_town(self) -> dict[str, int]:
        """How many planned releases did not happen and nobody has seen to; 0 for towns that have none (any more)."""
        missed = func.sum(case((self.work.c.missed_at.is_not(None), 1), else_=0))
        with self.reading() as connection:
            rows = connection.execute(select(self.work.c.town, missed).group_by(self.work.c.town))
            return {town: int(count) for town, count in rows}

    def drafted_for(self, obligations: Collection[str]) -> frozenset[str]:
        """Which of these duties somebody is already writing for."""
        query = select(self.work.c.obligation).where(self.work.c.obligation.in_(sorted(obligations)))
        with self.reading() as connection:
            return frozenset(connection.scalars(query))

    def drafts_for(self, obligation: str) -> list[str]:
        """The disclosures written for a duty, in the order of their drafting."""
        query = select(self.work.c.disclosure).where(self.work.c.obligation == obligation)
        with self.reading() as connection:
            return list(connection.scalars(query.order_by(self.work.c.disclosure)))


def _step(event: Recorded, fact: Event) -> dict[str, Any]:
    return {
        "position": event.position,
        "disclosure": event.identity,
        "town": event.context.town,
        "version": getattr(fact, "version", 0),
        "step": event.name,
        "actor": event.context.actor,
        "post": event.context.post,
        "organisation": event.context.organisation,
        "note": next((getattr(fact, name) for name in NOTES if getattr(fact, name, "")), ""),
        "at": event.recorded_at,
    }


def _begun(fact: DisclosureDrafted, at: datetime) -> dict[str, Any]:
    names = (
        "town", "organisation", "item", "sub_item", "kind", "period", "item_scope", "item_title", "duty",
        "obligation", "audience_outside", "version",
    )  # fmt: skip
    row = fact.model_dump(mode="json", include=set(names))
    return row | _fresh(fact) | {"note": "", "stream_version": 1, "changed_at": at}


def _noted(version: int, words: str) -> dict[str, str]:
    """Why it came back; the note of a correction stays, since readers will be shown it."""
    return {"note": words} if version == 1 else {}


def _fresh(fact: DisclosureDrafted | CorrectionOpened) -> dict[str, Any]:
    """A version at its beginning: nobody has examined it, and it has been shown to nobody."""
    blank = dict.fromkeys(("reviewer", "approver", "register_number", "content_digest"), "")
    shown: dict[str, Any] = dict.fromkeys(("inside_at", "outside_at", "planned_at", "missed_at"))
    shown |= {"planned": [], "missed": []}
    return {"stage": "draft", "content": _words(fact), "authors": [fact.author], "attested_by": []} | blank | shown


def _first(plans: list[dict[str, Any]]) -> datetime | None:
    return min((datetime.fromisoformat(p["at"]) for p in plans), default=None)


def _words(fact: Written) -> dict[str, Any]:
    return fact.model_dump(mode="json", include={*WORDS, "attachments", "outside_attachments"})
