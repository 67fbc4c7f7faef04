"""The accountability trace of a disclosure: every step, who took it, in which post, and when (ORG-15).

A step's person and post come from the event's envelope, as recorded with the act; names and titles are looked
up in the register for that time by whoever shows the trace.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Integer, String, Text, func, select

from services.audit.heard import (
    DISCLOSURE_FACTS,
    OPINION_FACTS,
    CorrectionOpened,
    DisclosureApproved,
    DisclosureReleasedOutside,
    DisclosureSubmitted,
    OfDisclosure,
    OfOpinion,
    RedisclosureOpened,
    Released,
    SecrecyRefused,
)
from shared.columns import Instant
from shared.events import Recorded, hear
from shared.follow import GatheredView, Store, TableMaker
from shared.rows import Rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """A step and its person; ``post`` is empty where the fact names someone beside the one who acted."""

    step: str
    person: str
    post: str
    for_organisation: str


class Trace(GatheredView):
    name: ClassVar[str] = "trace"
    hears: ClassVar[tuple[str, ...]] = ("publication", "feedback")
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "publication": frozenset(fact.EVENT for fact in DISCLOSURE_FACTS),
        "feedback": frozenset(fact.EVENT for fact in OPINION_FACTS),
    }

    def define(self, table: TableMaker) -> None:
        self.steps = table(
            "steps",
            Column("service", String(40), primary_key=True),
            Column("position", BigInteger, primary_key=True),
            Column("ordinal", Integer, primary_key=True),
            Column("disclosure", String(80), nullable=False),
            Column("version", Integer, nullable=False),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("title", Text, nullable=False),
            Column("step", String(40), nullable=False),
            Column("person", String(80), nullable=False),
            Column("post", String(120), nullable=False),
            Column("for_organisation", String(40), nullable=False),
            Column("reference", String(80), nullable=False),
            Column("at", Instant(), nullable=False),
            Column("recorded_at", Instant(), nullable=False),
            Column("event_id", String(40), nullable=False),
            Column("event_type", String(120), nullable=False),
            Column("command_id", String(40), nullable=False),
            Column("correlation_id", String(40), nullable=False),
            index=(("disclosure",), ("organisation", "at")),
        )
        self.openings = table(
            "openings",
            Column("disclosure", String(80), primary_key=True),
            Column("version", Integer, primary_key=True),
            Column("audience", String(160), primary_key=True),
            Column("town", String(40), nullable=False),
        )

    def change(self, rows: Store, event: Recorded) -> None:
        fact = hear(event, *DISCLOSURE_FACTS) or hear(event, *OPINION_FACTS)
        if fact is None or not fact.disclosure:
            return
        row = {**_of_fact(fact, event), **_of_envelope(event)}
        for ordinal, taken in enumerate(_taken(fact, event)):
            key = {"service": event.service, "position": event.position, "ordinal": ordinal}
            rows[self.steps].put({**key, **row, **vars(taken)})
        if isinstance(fact, SecrecyRefused):
            self._forget_words(rows[self.steps], fact)
        if isinstance(fact, Released) and not _is_shortened(fact):
            shown = {"disclosure": fact.disclosure, "version": fact.version, "town": fact.town}
            for audience in fact.audiences:
                rows[self.openings].put({**shown, "audience": audience})

    def _forget_words(self, steps: Rows, refused: SecrecyRefused) -> None:
        """What was refused for secrecy stands nowhere in clear, its title neither (A-11)."""
        for step in steps.alike(("disclosure", "version"), refused.disclosure, refused.version):
            steps.change(step["service"], step["position"], step["ordinal"], title="")

    def of(self, disclosure: str) -> Sequence[Row]:
        """The steps in the order in which they were recorded."""
        s = self.steps.c
        question = select(self.steps).where(s.disclosure == disclosure)
        with self.reading() as connection:
            rows = connection.execute(question.order_by(s.recorded_at, s.service.desc(), s.position, s.ordinal))
            return [dict(row) for row in rows.mappings()]

    def opened_to(self, disclosures: Collection[str], audiences: Collection[str]) -> set[tuple[str, int]]:
        """Which of their versions were ever shown to one of the audiences, which may know what those are called."""
        o = self.openings.c
        question = select(o.disclosure, o.version).where(
            o.disclosure.in_(sorted(disclosures)), o.audience.in_(sorted(audiences))
        )
        with self.reading() as connection:
            return {(row.disclosure, row.version) for row in connection.execute(question)}

    def of_organisation(self, organisation: str) -> Sequence[Row]:
        """Its disclosures: how many steps each has, and when it was first and last touched; latest first."""
        s = self.steps.c
        touched = (func.min(s.at).label("first_at"), func.max(s.at).label("last_at"))
        columns = (s.disclosure, func.max(s.title).label("title"), func.max(s.version).label("version"))
        counted = func.count(func.distinct(s.event_id)).label("steps")
        question = select(*columns, *touched, counted).where(s.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(question.group_by(s.disclosure).order_by(touched[1].desc(), s.disclosure.desc()))
            return [dict(row) for row in rows.mappings()]


def _is_shortened(fact: Released) -> bool:
    """Its audiences were told less than the steps are called by (A-05)."""
    return isinstance(fact, DisclosureReleasedOutside) and fact.shortened


def _taken(fact: OfDisclosure | OfOpinion, event: Recorded) -> Iterable[Taken]:
    """The act itself, then whoever else the fact holds to account."""
    context = event.context
    person = context.actor if context.post or isinstance(fact, OfDisclosure) else ""  # no giver (FBK-11)
    yield Taken(fact.STEP, person, context.post, context.organisation)
    if isinstance(fact, DisclosureSubmitted):
        for attester in fact.attested_by:
            yield Taken("attested", attester, "", fact.organisation)
    if isinstance(fact, CorrectionOpened) and not isinstance(fact, RedisclosureOpened):
        yield Taken("found", fact.found_by, "", fact.organisation)


def _of_fact(fact: OfDisclosure | OfOpinion, event: Recorded) -> Row:
    reference = fact.receipt_number if isinstance(fact, OfOpinion) else ""
    return {
        "disclosure": fact.disclosure,
        "version": getattr(fact, "version", 0),
        "town": fact.town,
        "organisation": fact.organisation,
        "title": getattr(fact, "title", ""),
        "reference": fact.register_number if isinstance(fact, DisclosureApproved) else reference,
        "at": _valid_time(fact, event),
    }


def _valid_time(fact: OfDisclosure | OfOpinion, event: Recorded) -> datetime:
    """When the thing itself happened; for a step without an instant of its own, when it was recorded."""
    at: datetime | None = getattr(fact, "at", None)
    return at or event.recorded_at


def _of_envelope(event: Recorded) -> Row:
    return {
        "recorded_at": event.recorded_at,
        "event_id": event.event_id,
        "event_type": event.type,
        "command_id": event.context.command_id,
        "correlation_id": event.context.correlation_id,
    }
