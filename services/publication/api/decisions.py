"""HTTP to major decisions: opened, notified, solicited on, weighed; and for everyone the rounds that ask them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.publication.api.acts import ActRow, DraftRow, of_procedure
from services.publication.api.bodies import Body
from services.publication.api.parts import Parts, nothing
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import (
    DecisionCommand,
    DropDecision,
    NotifyInside,
    OpenDecision,
    OpenSoliciting,
    SummariseOpinions,
)
from services.publication.events.decisions import Round, Weighed
from services.publication.events.parts import ChannelEvidence, CountedDay
from services.publication.views.almanac import Almanac
from shared import scope
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do
from shared.scope import Scope
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.desk import Desk
from shared.web.reader import Reading

TITLE_MAX, GIST_MAX = 200, 2000


class OpenBody(Body):
    item: str = Field(max_length=100, examples=["FY-R1/6.5"])
    title: str = Field(max_length=TITLE_MAX)


class NotifyBody(Body):
    on: Day
    told_through: ChannelEvidence


class RoundBody(Body):
    round: Round
    days: int = Field(default=0, ge=0, le=366, description="0: as few as the town's P-15 allows.")
    disclosure: str = Field(default="", max_length=100, description="What was put up for opinions.")


class WeighedBody(Body):
    gist: str = Field(min_length=1, max_length=GIST_MAX)
    opinions: int = Field(default=1, ge=1, le=100_000)
    taken: bool
    reason: str = Field(default="", max_length=GIST_MAX)


class SummaryBody(Body):
    weighed: list[WeighedBody] = Field(max_length=500)


class DropBody(Body):
    reason: str = Field(max_length=GIST_MAX)


class RoundRow(BaseModel):
    """Opinions are solicited from ``opens`` to the end of ``until``, counted day by day."""

    decision: str
    organisation: str
    title: str
    round: str
    disclosure: str
    opens: date
    until: date
    days: int
    reckoning: list[CountedDay]


class RoundPage(RoundRow):
    """``earliest`` is the first day after it."""

    earliest: date
    closed: bool
    opinions: int


class DecisionRow(BaseModel):
    decision: str
    town: str
    organisation: str
    item: str
    title: str
    outside: bool
    opened_by: str
    on: date
    stage: str
    version: int
    result: str
    published_on: date | None
    dropped_on: date | None


class DecisionPage(DecisionRow):
    notified_on: date | None
    evidence: dict[str, Any] | None
    weighed: list[Weighed]
    rounds: list[RoundPage]
    drafts: list[DraftRow]
    acts: list[ActRow]


def add(router: Api, parts: Parts) -> None:
    _keeping(router, parts)
    _soliciting(router, parts)
    _reading(router, parts)


def _keeping(router: Api, parts: Parts) -> None:
    path = "/decisions/{decision}"

    @router.post("/decisions", action="decision.keep", status_code=201)
    def open_decision(body: OpenBody, desk: CommandDesk) -> Done:
        """For an item in force; its result is drafted as ``decision-<id>/result``."""
        organisation = parts.register.organisation(body.item.partition("/")[0])
        if organisation is None:
            raise nothing()
        acting = desk.may(organisation.organisation, organisation.town)
        command = _opened(parts, desk, body, desk.new_id(), organisation.town)
        return desk.handle(Do(DECISION, command.decision, command), acting=acting, town=organisation.town)

    @router.post(f"{path}/notification", action="decision.keep", versioned=True)
    def notify_inside(decision: str, body: NotifyBody, desk: CommandDesk) -> Done:
        """That the members were notified (党内情况通报): when, how, with what evidence."""
        return _done(parts, desk, decision, NotifyInside(body.on, body.told_through, desk.standing.person, desk.today))

    @router.post(f"{path}/summary", action="decision.keep", versioned=True)
    def summarise_opinions(decision: str, body: SummaryBody, desk: CommandDesk) -> Done:
        """What was taken, what was not and why; PERIOD_TOO_SHORT while a round still runs."""
        weighed = tuple(Weighed(**each.model_dump()) for each in body.weighed)
        return _done(parts, desk, decision, SummariseOpinions(weighed, desk.standing.person, desk.today))

    @router.post(f"{path}/dropping", action="decision.keep", versioned=True)
    def drop_decision(decision: str, body: DropBody, desk: CommandDesk) -> Done:
        return _done(parts, desk, decision, DropDecision(body.reason, desk.standing.person, desk.today))


def _soliciting(router: Api, parts: Parts) -> None:
    @router.post("/decisions/{decision}/rounds", action="decision.keep", versioned=True, status_code=201)
    def open_soliciting(decision: str, body: RoundBody, desk: CommandDesk) -> Done:
        """Inside first, then in society; PERIOD_TOO_SHORT for fewer days than P-15, or before the inside round ends."""
        opened = parts.handler.state(DECISION, decision)[1].opened
        town, almanac = opened.town if opened else "", Almanac(parts.register, desk.now)
        least = almanac.parameters(town).soliciting(body.round)
        shown = _has_been_shown(parts, decision, body) if opened else False
        command = OpenSoliciting(
            round=body.round,
            days=body.days or least,
            least=least,
            disclosure=body.disclosure,
            shown=shown,
            calendar=almanac.calendar,
            by=desk.standing.person,
            on=desk.today,
        )
        return _done(parts, desk, decision, command)


def _opened(parts: Parts, desk: Desk, body: OpenBody, decision: str, town: str) -> OpenDecision:
    item = parts.items.item(body.item, desk.today)
    if item is None or item.since > desk.today:
        detail = "The organisation's catalogue has no such item in force."
        raise Refused("OFF_CATALOGUE", detail, accepted="an item in force", pointer="/item")
    place = {"organisation": item.organisation, "town": town}
    outside = item.audience_outside if item.scope != "inside" else None
    return OpenDecision(
        decision=decision,
        town=town,
        organisation=item.organisation,
        item=item.item,
        title=body.title,
        outside=outside is not None,
        audience_inside=_asked_inside(Scope(item.audience_inside), item.organisation, town),
        audience_outside=scope.audience_of(Scope(outside), **place) if outside else "",
        by=desk.standing.person,
        on=desk.today,
    )


def _asked_inside(meant: Scope, organisation: str, town: str) -> str:
    """Of an item for named persons only its desk hears here: whom it names is said at each release (PUB-02)."""
    if meant is Scope.NAMED:
        return scope.desk(organisation)
    return scope.audience_of(meant, organisation=organisation, town=town)


def _has_been_shown(parts: Parts, decision: str, body: RoundBody) -> bool:
    """Whether it is this decision's draft for opinions, and those who are asked have had it."""
    if not body.disclosure:
        return False
    state, drafted = parts.disclosure(body.disclosure)
    if drafted.part_of != f"decision-{decision}/solicitation":
        raise nothing()
    return any(v.inside if body.round == "inside" else v.outside for v in state.versions)


def _done(parts: Parts, desk: Desk, decision: str, command: DecisionCommand) -> Done:
    opened = parts.handler.state(DECISION, decision)[1].opened
    if opened is None:
        desk.may(hidden=True)
        raise nothing()
    acting = desk.may(opened.organisation, opened.town, hidden=True)
    return desk.handle(Do(DECISION, decision, command), acting=acting, town=opened.town)


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/decisions", action="decision.read")
    def decisions(organisation: str, reader: Reader) -> Page[DecisionRow]:
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = parts.procedures.decisions.of(organisation)
        return reader.page((DecisionRow.model_validate(dict(row)) for row in rows), lambda row: row.decision)

    @router.get("/decisions/{decision}", action="decision.read")
    def decision(decision: str, reader: Reader) -> DecisionPage:
        """With each round counted day by day, how many opinions came in by now, its disclosures, and who acted."""
        row = parts.procedures.decisions.one(decision)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        told = {name: row[name] for name in ("title", "dropped_on")}
        rounds = [_round(parts, dict(each) | told, reader) for each in parts.procedures.decisions.rounds_of(decision)]
        return DecisionPage.model_validate(dict(row) | of_procedure(parts, dict(row)) | {"rounds": rounds})

    @router.get("/soliciting", action="disclosure.read")
    def soliciting(reader: Reader, organisation: Annotated[str, Field(max_length=40)] = "") -> list[RoundRow]:
        """On which major decisions the asker's opinion is solicited today, by the title that was released to them."""
        rows = parts.procedures.decisions.open_to(reader.audiences, reader.today)
        wanted = [row for row in rows if organisation in ("", row["organisation"])]
        shown = [(row, parts.shown.one(row["disclosure"], reader.audiences)) for row in wanted]
        return [RoundRow.model_validate(dict(row) | {"title": text["title"]}) for row, text in shown if text]


def _round(parts: Parts, row: Mapping[str, Any], reader: Reading) -> RoundPage:
    """A round that runs has as many opinions as came in so far; of a decision given up, until it was (PUB-17)."""
    last = min(row["until"], row["dropped_on"] or reader.today)
    received = parts.procedures.opinions.count(row["disclosure"], row["opens"], last)
    counted = received if row["opinions"] is None else row["opinions"]
    earliest = date.fromordinal(row["until"].toordinal() + 1)
    return RoundPage.model_validate(dict(row) | {"opinions": counted, "earliest": earliest})
