"""What others' facts ask of audit, kept until it is done: a case of an approved change, a filing of an audited one, and
of what is withheld (CAT-15, CAT-17, CAT-18).

A reaction does it once; what was given up or refused is found here and done after all (decision 0048). Start at
:func:`asked_again`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, RowMapping, String, select

from services.audit.domain.case import CASE, Case, OpenCase
from services.audit.domain.filing import FILING, SubmitFiling
from services.audit.events import REGISTRY, CaseLine, CaseOpened, ChangeAudited, FilingSubmitted
from services.audit.heard import ChangeApproved, WithholdingFiled
from shared.clock import at
from shared.columns import Instant
from shared.decider import Refused
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.reckoning import due_day

Owing = ChangeApproved | ChangeAudited | WithholdingFiled
OWING: dict[str, type[Owing]] = {
    ChangeApproved.EVENT: ChangeApproved,
    ChangeAudited.__name__: ChangeAudited,
    WithholdingFiled.EVENT: WithholdingFiled,
}
DOING = frozenset({CaseOpened.__name__, FilingSubmitted.__name__})


class Owed(View):
    """A row for each thing to be done; what asks for it and its being done may be heard in either order."""

    name: ClassVar[str] = "owed"
    hears: ClassVar[tuple[str, ...]] = ("audit", "catalogue")
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {
        "audit": DOING | {ChangeAudited.__name__},
        "catalogue": frozenset({ChangeApproved.EVENT, WithholdingFiled.EVENT}),
    }

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "owed",
            Column("stream", String(130), primary_key=True),
            Column("round", Integer, primary_key=True, autoincrement=False),
            Column("town", String(40), nullable=False),
            Column("event", String(60), nullable=False, default=""),
            Column("fact", JSON),
            Column("told_at", Instant),
            Column("done", Boolean, nullable=False, default=False),
            index=(("done", "told_at"),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if told := hear(event, ChangeApproved) or hear(event, WithholdingFiled):
            self._owe(tx, event, told)
        if event.service != REGISTRY.service or event.name not in self.heeds["audit"]:
            return
        match REGISTRY.read(event):
            case ChangeAudited() as audited:
                self._owe(tx, event, audited)
            case CaseOpened() as opened:
                self._done(tx, CASE.stream(opened.change), opened.round, opened.town)
            case FilingSubmitted() as submitted:
                self._done(tx, FILING.stream(submitted.filing), 0, submitted.town)
            case _:
                pass

    def _owe(self, tx: Connection, event: Recorded, fact: Owing) -> None:
        match fact:
            case ChangeApproved():
                key = {"stream": CASE.stream(fact.change), "round": fact.round}
            case ChangeAudited():
                key = {"stream": FILING.stream(fact.change), "round": 0}
            case WithholdingFiled():
                key = {"stream": FILING.stream(fact.withholding), "round": 0}
        said: dict[str, Any] = {"town": fact.town, "event": event.name, "fact": fact.model_dump(mode="json")}
        upsert(tx, self.rows, key, said | {"told_at": event.recorded_at})

    def _done(self, tx: Connection, stream: str, round_: int, town: str) -> None:
        upsert(tx, self.rows, {"stream": stream, "round": round_}, {"town": town, "done": True})

    def undone(self, before: datetime) -> list[RowMapping]:
        """What was asked before an instant and has not been done."""
        rows = self.rows
        query = select(rows).where(~rows.c.done, rows.c.told_at < before).order_by(rows.c.told_at, rows.c.stream)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())


def asked_again(owed: Owed, handler: Handler, register: Register, before: datetime) -> Iterator[Do]:
    """Of what was asked before an instant all that is still to be done, and can be."""
    for row in owed.undone(before):
        do = doing(handler, register, OWING[row["event"]].model_validate(row["fact"]))
        try:
            facts = do.decider.decide(handler.state(do.decider, do.identity)[1], do.command)
        except Refused:
            continue
        if facts:
            key = f"owed/{row['stream']}/{row['round']}"
            yield Do(do.decider, do.identity, do.command, key=key, town=row["town"])


def doing(handler: Handler, register: Register, fact: Owing) -> Do:
    """What a fact asks of audit. The platform submits by itself; persons receipt or return."""
    match fact:
        case ChangeApproved():
            return _case_of(register, fact)
        case ChangeAudited():
            return _filing_of_change(handler, register, fact)
        case WithholdingFiled():
            return _filing_of_withholding(register, fact)


def _case_of(register: Register, approved: ChangeApproved) -> Do:  # CAT-17
    lines = tuple(_line(line) for line in approved.lines)
    kept = approved.model_dump(exclude={"lines", "on"})
    due = due_day(register, approved.town, "P-18", approved.on)
    return Do(CASE, approved.change, OpenCase(**kept, lines=lines, due=due, on=approved.on))


def _line(line: dict[str, object]) -> CaseLine:
    item = line.get("becomes") or line.get("was")
    titles = item if isinstance(item, dict) else {}
    said = {name: str(line[name]) for name in ("kind", "item", "sub_item")}
    said["reason"] = str(line.get("reason", ""))
    return CaseLine(**said, title_zh=str(titles.get("title_zh", "")), title_en=str(titles.get("title_en", "")))


def _filing_of_change(handler: Handler, register: Register, audited: ChangeAudited) -> Do:  # CAT-18
    case: Case = handler.state(CASE, audited.change)[1]
    opened = case.opening
    above = register.superiors(audited.organisation, at(audited.on))
    command = SubmitFiling(
        filing=audited.change,
        about="change",
        reference=audited.change,
        town=audited.town,
        organisation=audited.organisation,
        addressed_to=above[-1] if above else audited.organisation,
        items=tuple(line.item for line in opened.lines),
        matter=", ".join(sorted({line.kind for line in opened.lines})),
        ground="",
        persons=tuple(dict.fromkeys((opened.requested_by, opened.approved_by, audited.by, *opened.earlier))),
        late_workdays=0,
        due=due_day(register, audited.town, "P-18.receipt", audited.on),
        on=audited.on,
    )
    return Do(FILING, audited.change, command)


def _filing_of_withholding(register: Register, filed: WithholdingFiled) -> Do:  # CAT-15
    command = SubmitFiling(
        filing=filed.withholding,
        about="withholding",
        reference=filed.withholding,
        town=filed.town,
        organisation=filed.organisation,
        addressed_to=filed.addressed_to,
        items=(filed.item,),
        matter=filed.kind,
        ground=filed.ground,
        persons=tuple(dict.fromkeys(filter(None, (filed.filed_by, filed.reviewer)))),
        late_workdays=filed.late_workdays,
        due=due_day(register, filed.town, "P-18.receipt", filed.on),
        on=filed.on,
    )
    return Do(FILING, filed.withholding, command)
