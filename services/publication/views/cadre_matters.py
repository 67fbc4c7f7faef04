"""Cadre matters as they stand, and the notices that are up before an appointment with their days (PUB-18, A-26).

Names and what is said of persons lie here sealed; a notice's days are for all who may see the notice.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, RowMapping, String, select

from services.publication.events import REGISTRY
from services.publication.events.cadre import (
    AppointmentDecided,
    CadreEvent,
    CadreMatterEnded,
    CadreMatterOpened,
    CadreStageShown,
    CandidateWithdrawn,
    InspectionHeld,
    ObjectionReceived,
    ObjectionSettled,
    PublicityBegan,
    PublicityEnded,
    PublicityMoved,
    PublicityTakenDown,
)
from services.publication.views.acts import DRAFTED, act, part
from shared import walls
from shared.columns import Instant
from shared.events import Event, Recorded
from shared.follow import TableMaker, View, upsert

OF_CADRE = frozenset(fact.__name__ for fact in get_args(CadreEvent))
DAYS = ("first_day", "last_day", "workdays", "provisional")


class CadreMatters(View):
    name: ClassVar[str] = "cadre_matters"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": OF_CADRE | {DRAFTED}}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "cadre_matters",
            Column("cadre", String(100), primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "unit", "opened_by")),
            Column("kind", String(20), nullable=False),
            Column("stage", String(20), nullable=False),
            *(Column(name, JSON, nullable=False) for name in ("candidates", "objections", "acts", "drafts")),
            Column("on", Date, nullable=False),
            Column("noticed_on", Date),
            Column("inspected_on", Date),
            Column("decided_on", Date),
            Column("notice", String(100), nullable=False),  # the disclosure that is or was up
            Column("version", Integer, nullable=False),
            index=(("organisation", "on"), ("stage",)),
        )
        self.notices = table(
            "notices",
            Column("disclosure", String(100), primary_key=True),
            Column("cadre", String(100), nullable=False),
            Column("town", String(100), nullable=False),
            Column("audience", String(160), nullable=False),
            Column("shown_version", Integer, nullable=False),
            Column("at", Instant, nullable=False),
            Column("down_at", Instant),
            Column("first_day", Date, nullable=False),
            Column("last_day", Date, nullable=False),
            Column("workdays", Integer, nullable=False),
            Column("provisional", Boolean, nullable=False),
            Column("ended", Boolean, nullable=False),
            Column("reckoning", JSON, nullable=False),
            Column("moves", JSON, nullable=False),
            index=(("cadre",),),
            open_to=walls.seen_by("audience"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name not in OF_CADRE | {DRAFTED}:
            return
        fact, key = REGISTRY.read(event), {"cadre": event.identity}
        if event.name == DRAFTED:
            self._drafted(tx, fact)
            return
        if isinstance(fact, CadreMatterOpened):
            row = fact.model_dump(exclude={"cadre", "candidates"}) | {"stage": "opened", "objections": [], "notice": ""}
            row |= {"acts": [act(event, fact)], "drafts": []}
            candidates = [c | {"withdrawn": False} for c in fact.model_dump(mode="json")["candidates"]]
            upsert(tx, self.rows, key, row | {"candidates": candidates, "version": event.version})
            return
        row = dict(tx.execute(select(self.rows).where(self.rows.c.cadre == event.identity)).mappings().one())
        own = self.rows.update().where(self.rows.c.cadre == event.identity)
        acts = [*row["acts"], act(event, fact)]
        tx.execute(own.values(**_changed(fact, row), acts=acts, version=event.version))
        self._notice(tx, fact)

    def _drafted(self, tx: Connection, fact: Event) -> None:
        """A notice of it is being written."""
        if drafted := part(fact, "cadre"):
            own = self.rows.c.cadre == drafted[0]
            known = tx.execute(select(self.rows.c.drafts).where(own)).scalar_one_or_none() or []
            tx.execute(self.rows.update().where(own).values(drafts=[*known, drafted[1]]))

    def _notice(self, tx: Connection, fact: Event) -> None:
        match fact:
            case PublicityBegan():
                names = ("cadre", "town", "audience", "at", *DAYS)
                new = fact.model_dump(include=set(names)) | {"reckoning": fact.model_dump(mode="json")["reckoning"]}
                new |= {"shown_version": fact.version, "down_at": None, "ended": False, "moves": []}
                upsert(tx, self.notices, {"disclosure": fact.disclosure}, new)
            case PublicityMoved():
                row = tx.execute(select(self.notices.c.moves).where(self.notices.c.disclosure == fact.disclosure)).one()
                moved = fact.model_dump(mode="json")
                told = {"was": moved["was"], "reason": fact.reason}
                new = fact.model_dump(include=set(DAYS)) | {"reckoning": moved["reckoning"], "ended": False}
                self._change(tx, fact.disclosure, new | {"moves": [*row.moves, told]})
            case PublicityTakenDown():
                self._change(tx, fact.disclosure, {"down_at": fact.at})
            case PublicityEnded():
                self._change(tx, fact.disclosure, {"ended": True})
            case _:
                pass

    def _change(self, tx: Connection, disclosure: str, values: dict[str, Any]) -> None:
        tx.execute(self.notices.update().where(self.notices.c.disclosure == disclosure).values(**values))

    # --- questions ---

    def one(self, cadre: str) -> RowMapping | None:
        with self.reading() as connection:
            return connection.execute(select(self.rows).where(self.rows.c.cadre == cadre)).mappings().first()

    def of(self, organisation: str) -> list[RowMapping]:
        """By id, which is by the time of opening."""
        query = select(self.rows).where(self.rows.c.organisation == organisation).order_by(self.rows.c.cadre)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def notice(self, disclosure: str) -> RowMapping | None:
        """Whoever asks has been asked whether they may see the disclosure."""
        with self.reading() as connection:
            query = select(self.notices).where(self.notices.c.disclosure == disclosure)
            return connection.execute(query).mappings().first()

    def running(self) -> list[RowMapping]:
        """The notices whose matter is in its publicity, over or not."""
        joined = select(self.notices).join(self.rows, self.rows.c.notice == self.notices.c.disclosure)
        with self.reading() as connection:
            query = joined.where(self.rows.c.stage == "publicity").order_by(self.notices.c.cadre)
            return list(connection.execute(query).mappings())


def _changed(fact: Event, row: dict[str, Any]) -> dict[str, Any]:
    match fact:
        case CadreStageShown():
            return {"stage": "noticed", "noticed_on": fact.on} if fact.stage == "inspection-notice" else {}
        case InspectionHeld():
            return {"stage": "inspected", "inspected_on": fact.on}
        case PublicityBegan():
            return {"stage": "publicity", "notice": fact.disclosure}
        case ObjectionReceived():
            names = {"number", "candidate", "opinion", "objector", "text", "on", "late", "owner"}
            told = fact.model_dump(mode="json", include=names)
            return {"objections": [*row["objections"], told | {"outcome": "", "reason": ""}]}
        case ObjectionSettled():
            settled: dict[str, Any] = {"outcome": fact.outcome, "reason": fact.reason}
            settled |= {"candidate": fact.candidate} if fact.candidate else {}
            return {"objections": [o | (settled if o["number"] == fact.number else {}) for o in row["objections"]]}
        case CandidateWithdrawn():
            gone = {"withdrawn": True}
            return {"candidates": [c | (gone if c["number"] == fact.candidate else {}) for c in row["candidates"]]}
        case AppointmentDecided():
            return {"stage": "decided", "decided_on": fact.on}
        case CadreMatterEnded():
            return {"stage": "ended"}
        case _:
            return {}
