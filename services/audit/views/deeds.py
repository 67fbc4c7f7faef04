"""Who answered for what beside disclosures: every step of a change, a withholding, a plan, a matter, a procedure.

With it stand the person and post as recorded with the act (ORG-15, SUP-14). Steps of disclosures stand in ``trace``;
the announcement of a change or a stage of a matter is named here by its disclosure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Integer, String, Text, case, func, select

from services.audit.heard.deeds import Deed
from services.audit.heard.deeds_of_catalogue import CATALOGUE_DEEDS
from services.audit.heard.deeds_of_filing import ARCHIVE_DEEDS, OWN_DEEDS
from services.audit.heard.deeds_of_matters import MATTER_DEEDS
from services.audit.heard.deeds_of_procedures import PROCEDURE_DEEDS
from shared.clock import at, business_day
from shared.columns import Instant
from shared.events import Recorded, hear
from shared.follow import GatheredView, Store, TableMaker

Row = dict[str, Any]
ALL = {
    "catalogue": CATALOGUE_DEEDS,
    "publication": (*MATTER_DEEDS, *PROCEDURE_DEEDS),
    "archive": ARCHIVE_DEEDS,
    "audit": OWN_DEEDS,
}


class Deeds(GatheredView):
    name: ClassVar[str] = "deeds"
    hears: ClassVar[tuple[str, ...]] = tuple(ALL)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        service: frozenset(deed.EVENT for deed in deeds) for service, deeds in ALL.items()
    }

    def define(self, table: TableMaker) -> None:
        def text(name: str, length: int = 120) -> "Column[str]":
            return Column(name, String(length), nullable=False)

        self.steps = table(
            "deeds",
            Column("service", String(40), primary_key=True),
            Column("position", BigInteger, primary_key=True),
            Column("ordinal", Integer, primary_key=True),
            *(text(name) for name in ("kind", "subject", "town", "organisation", "step", "person", "post")),
            *(text(name) for name in ("for_organisation", "event_id", "event_type", "command_id", "correlation_id")),
            Column("title", Text, nullable=False),
            Column("reference", Text, nullable=False),
            Column("at", Instant(), nullable=False),
            Column("recorded_at", Instant(), nullable=False),
            index=(("kind", "subject"), ("organisation", "kind")),
        )

    def change(self, rows: Store, event: Recorded) -> None:
        deed = hear(event, *ALL.get(event.service, ()))
        if deed is None:
            return
        own = {"service": event.service, "position": event.position}
        row = {**_of_deed(deed, event), **_of_envelope(event)}
        for ordinal, taken in enumerate(_taken(deed, event)):
            rows[self.steps].put({**own, "ordinal": ordinal, **row, **taken})

    def of(self, kind: str, subject: str) -> Sequence[Row]:
        """The steps in the order in which they were recorded."""
        s = self.steps.c
        question = select(self.steps).where(s.kind == kind, s.subject == subject)
        with self.reading() as connection:
            rows = connection.execute(question.order_by(s.recorded_at, s.service.desc(), s.position, s.ordinal))
            return [dict(row) for row in rows.mappings()]

    def of_organisation(self, organisation: str, kind: str, step: str) -> Sequence[Row]:
        """Its things of a kind: how many steps each has, first and last touched when; latest first.

        ``filed``: whether ``step`` is among them.
        """
        s = self.steps.c
        touched = (func.min(s.at).label("first_at"), func.max(s.at).label("last_at"))
        counted = func.count(func.distinct(s.event_id)).label("steps")
        filed = func.max(case((s.step == step, 1), else_=0)).label("filed")
        columns = (s.kind, s.subject, func.max(s.title).label("title"), filed)
        question = select(*columns, *touched, counted).where(s.organisation == organisation, s.kind == kind)
        with self.reading() as connection:
            rows = connection.execute(
                question.group_by(s.kind, s.subject).order_by(touched[1].desc(), s.subject.desc())
            )
            return [dict(row) for row in rows.mappings()]


def _taken(deed: Deed, event: Recorded) -> Iterable[Row]:
    """The act itself, by whom the fact names for it, else by who did it; then whoever else is named."""
    context, named = event.context, list(deed.named())
    actors = [who for part, who in named if part == deed.step] or [context.actor if context.post else ""]
    for who in actors:  # nobody where the platform acted, or somebody without a post (FBK-11)
        own = context.post if who == context.actor else ""
        place = context.organisation if own else deed.organisation if who else ""
        yield {"step": deed.step, "person": who, "post": own, "for_organisation": place}
    for part, who in named:
        if part != deed.step and who != context.actor:  # what they did themselves is told by its own fact
            yield {"step": part, "person": who, "post": "", "for_organisation": deed.organisation}


def _of_deed(deed: Deed, event: Recorded) -> Row:
    return {
        "kind": deed.kind,
        "subject": deed.subject,
        "town": deed.town,
        "organisation": deed.organisation,
        "title": deed.called,
        "reference": deed.refers_to,
        "at": _valid_time(deed, event),
    }


def _valid_time(deed: Deed, event: Recorded) -> datetime:
    """When the thing itself happened: of a day that was not that of the record, its beginning."""
    if isinstance(moment := getattr(deed, "at", None), datetime):
        return moment
    if deed.day is None or deed.day == business_day(event.recorded_at):
        return event.recorded_at
    return at(deed.day)


def _of_envelope(event: Recorded) -> Row:
    return {
        "recorded_at": event.recorded_at,
        "event_id": event.event_id,
        "event_type": event.type,
        "command_id": event.context.command_id,
        "correlation_id": event.context.correlation_id,
    }
