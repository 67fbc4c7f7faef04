"""What was told of changes and withholdings, kept until it has been taken up (CAT-15 to CAT-19).

A reaction hands each fact on once. Where its command came too early, or the fact waited with a parked stream or was
given up, it is found here and asked again, as often as it takes (decision 0048). Start at :func:`asked_again`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, assert_never

from sqlalchemy import JSON, BigInteger, Column, Connection, RowMapping, String, select

from services.catalogue.domain.catalogue import CATALOGUE, BindChange
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import HearAudit, HearReceipt, HearRelease
from services.catalogue.domain.withholding import WITHHOLDING, HearWithholdingReceipt
from services.catalogue.events import (
    REGISTRY,
    CatalogueAdopted,
    ChangeAnnounced,
    ChangeRefused,
    Side,
    WithholdingReceipted,
)
from services.catalogue.heard import ChangeAudited, ChangeAuditReturned, FilingReceived, ReleasedInside, ReleasedOutside
from shared.columns import Instant
from shared.decider import Refused
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.reckoning import due_day

OfOthers = ChangeAudited | ChangeAuditReturned | FilingReceived | ReleasedInside | ReleasedOutside
OTHERS: tuple[type[OfOthers], ...] = (
    ChangeAudited,
    ChangeAuditReturned,
    FilingReceived,
    ReleasedInside,
    ReleasedOutside,
)
Fact = OfOthers | ChangeAnnounced
OWN = frozenset(f.__name__ for f in (CatalogueAdopted, ChangeAnnounced, ChangeRefused, WithholdingReceipted))
OVER, DEEMED, NUMBERED = "over", "deemed", "numbered"


class Told(View):
    """``told`` is what was said of a reference; ``taken`` says what needs to be asked of it no more."""

    name: ClassVar[str] = "told"
    hears: ClassVar[tuple[str, ...]] = ("catalogue", "publication", "audit")
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"catalogue": OWN} | {
        service: frozenset(fact.EVENT for fact in OTHERS if service == fact.SERVICE)
        for service in ("publication", "audit")
    }

    def define(self, table: TableMaker) -> None:
        self.told = table(
            "told",
            Column("service", String(20), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("town", String(40), nullable=False),
            Column("reference", String(120), nullable=False),
            Column("mark", String(20), nullable=False),
            Column("event", String(60), nullable=False),
            Column("fact", JSON, nullable=False),
            Column("post", String(100), nullable=False),
            Column("told_at", Instant, nullable=False),
            index=(("reference", "mark"),),
        )
        self.taken = table(
            "taken",
            Column("reference", String(120), primary_key=True),
            Column("mark", String(20), primary_key=True),
            Column("town", String(40), nullable=False),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service == REGISTRY.service and event.name in OWN:
            self._own(tx, event)
            return
        fact = hear(event, *OTHERS)
        match fact:
            case ChangeAudited() | ChangeAuditReturned():
                self._tell(tx, event, fact, fact.change, OVER)
            case FilingReceived(about="change"):
                self._tell(tx, event, fact, fact.reference, OVER)
            case FilingReceived(about="withholding"):
                self._tell(tx, event, fact, fact.reference, NUMBERED if fact.number else DEEMED)
            case ReleasedInside() | ReleasedOutside() if fact.announces:
                self._tell(tx, event, fact, fact.announces, OVER)
            case _:
                pass

    def _own(self, tx: Connection, event: Recorded) -> None:
        match REGISTRY.read(event):
            case ChangeAnnounced() as announced:
                self._tell(tx, event, announced, announced.change, OVER)
            case ChangeRefused() as refused:
                self._take(tx, refused.change, refused.town, OVER)
            case CatalogueAdopted() as adopted:
                for change in adopted.changes:
                    self._take(tx, change, adopted.town, OVER)
            case WithholdingReceipted() as receipted:
                for mark in (DEEMED, NUMBERED) if receipted.number else (DEEMED,):
                    self._take(tx, receipted.withholding, receipted.town, mark)
            case _:
                pass

    def _tell(self, tx: Connection, event: Recorded, fact: Fact, reference: str, mark: str) -> None:
        said: dict[str, Any] = {"town": fact.town, "reference": reference, "mark": mark, "event": event.name}
        said |= {"fact": fact.model_dump(mode="json"), "post": event.context.post, "told_at": event.recorded_at}
        upsert(tx, self.told, {"service": event.service, "position": event.position}, said)

    def _take(self, tx: Connection, reference: str, town: str, mark: str) -> None:
        upsert(tx, self.taken, {"reference": reference, "mark": mark}, {"town": town})

    def untaken(self, before: datetime) -> list[RowMapping]:
        """What was told before an instant of what is not over, in the order in which it was told."""
        told, taken = self.told, self.taken
        over = (taken.c.reference == told.c.reference) & (taken.c.mark == told.c.mark)
        query = select(told).select_from(told.outerjoin(taken, over)).where(taken.c.reference.is_(None))
        ordered = query.where(told.c.told_at < before).order_by(told.c.told_at, told.c.service, told.c.position)
        with self.reading() as connection:
            return list(connection.execute(ordered).mappings())


@dataclass(frozen=True)
class Asked:
    """``refusal``: why it cannot be taken up now."""

    town: str
    reference: str
    do: Do
    refusal: Refused | None = None


def asked_again(told: Told, handler: Handler, register: Register, before: datetime) -> Iterator[Asked]:
    """Of what was told before an instant, all that would still change something, or that is refused."""
    states: dict[str, Any] = {}
    for row in told.untaken(before):
        for do in _of_row(register, row):
            if do.stream not in states:
                states[do.stream] = handler.state(do.decider, do.identity)[1]
            try:
                facts = do.decider.decide(states[do.stream], do.command)
            except Refused as refusal:
                yield Asked(row["town"], row["reference"], do, refusal)
                continue
            states[do.stream] = do.decider.replay(facts, states[do.stream])
            if facts:
                yield Asked(row["town"], row["reference"], do)


def _of_row(register: Register, row: RowMapping) -> Iterator[Do]:
    key, town = f"told/{row['service']}/{row['position']}", row["town"]
    if row["event"] == ChangeAnnounced.__name__:
        found: Iterator[Do] = iter((binding(ChangeAnnounced.model_validate(row["fact"])),))
    else:
        model = next(fact for fact in OTHERS if row["event"] == fact.EVENT)
        found = taking_up(register, model.model_validate(row["fact"]), row["post"])
    yield from (Do(do.decider, do.identity, do.command, key=key, town=town) for do in found)


def taking_up(register: Register, fact: OfOthers, post: str) -> Iterator[Do]:
    """What a fact of audit or publication is to a change or withholding; ``post``: in which who did it acted."""
    match fact:
        case ChangeAudited():
            yield Do(CHANGE, fact.change, HearAudit(fact.round, True, "", fact.by, fact.on))
        case ChangeAuditReturned():
            yield Do(CHANGE, fact.change, HearAudit(fact.round, False, fact.reason, fact.by, fact.on))
        case FilingReceived(about="change"):
            announce = due_day(register, fact.town, "P-18.announce", fact.on)
            told = (fact.filing, fact.number, fact.deemed, fact.by, announce, fact.on)
            yield Do(CHANGE, fact.reference, HearReceipt(*told))
        case FilingReceived(about="withholding"):
            yield Do(WITHHOLDING, fact.reference, HearWithholdingReceipt(fact.number, fact.deemed, fact.on))
        case ReleasedInside() | ReleasedOutside() if fact.announces:
            side: Side = "inside" if isinstance(fact, ReleasedInside) else "outside"
            by = (fact.released_by, post, fact.on)
            yield Do(CHANGE, fact.announces, HearRelease(fact.item, fact.disclosure, side, *by))
        case FilingReceived() | ReleasedInside() | ReleasedOutside():
            return
        case _:
            assert_never(fact)


def binding(announced: ChangeAnnounced) -> Do:
    """Only now does it bind: as the catalogue's next version (CAT-19, CAT-21)."""
    bind = BindChange(announced.change, announced.lines, announced.approved_by, announced.on)
    return Do(CATALOGUE, announced.organisation, bind)
