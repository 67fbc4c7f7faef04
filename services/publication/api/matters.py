"""HTTP to staged work and to what raises duties beside the catalogue: changed content, something that happened.

Commands and questions, no rules. Start at :func:`matter_routes`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import RowMapping

from services.publication.api.bodies import Body
from services.publication.api.duty_pages import DutyRow, MatterPage, MatterRow, MilestoneRow
from services.publication.api.parts import Parts, nothing
from services.publication.domain import schedule
from services.publication.domain.matter import MATTER, CloseMatter, EndMatter, MatterCommand, ReachMilestone
from services.publication.domain.matter_plan import MILESTONES_MAX, OpenMatter, ReplanMatter
from services.publication.domain.trigger import CONTENT, HOURS_MAX, TRIGGER, RecordTrigger, TellContentChanged
from services.publication.events import TITLE_MAX, Duty
from services.publication.views.almanac import Almanac
from services.publication.views.matters import Matters
from shared.clock import at, business_day
from shared.fields import Day, Instant
from shared.handling import Do
from shared.policy import Acting
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.web.desk import Desk
from shared.web.reader import Reading

WHAT_MAX = 1000
Stage = Literal["", "open", "ended", "closed"]


class PlannedPart(Body):
    name: str = Field(max_length=TITLE_MAX)
    on: Day


class MovedPart(Body):
    number: int = Field(ge=1, le=1000)
    on: Day


class OpenMatterBody(Body):
    """Staged work under an item of kind staged; each milestone is a part after which a stage is made public."""

    item: str = Field(max_length=100, examples=["FY-R1/3.8"])
    title: str = Field(default="", max_length=TITLE_MAX)
    title_en: str = Field(default="", max_length=TITLE_MAX)
    starts: Day
    ends: Day
    milestones: list[PlannedPart] = Field(default_factory=list, max_length=MILESTONES_MAX)


class ReplanBody(Body):
    moved: list[MovedPart] = Field(default_factory=list, max_length=MILESTONES_MAX)
    added: list[PlannedPart] = Field(default_factory=list, max_length=MILESTONES_MAX)
    ends: Day | None = None
    reason: str = Field(default="", max_length=WHAT_MAX)


class HappenedBody(Body):
    on: Day | None = Field(default=None, description="Empty: today.")


class ContentChangeBody(Body):
    item: str = Field(max_length=100, examples=["FY-R1/4.2"])
    what: str = Field(default="", max_length=WHAT_MAX)
    on: Day


class TriggerBody(Body):
    """Something that an immediate item wants made known at once; ``limit_hours`` asks for more haste than its days."""

    item: str = Field(max_length=100, examples=["FY-R1/4.3"])
    what: str = Field(default="", max_length=WHAT_MAX)
    happened_at: Instant
    limit_hours: int = Field(default=0, ge=0, le=HOURS_MAX)


@dataclass(frozen=True)
class MatterParts:
    parts: Parts
    matters: Matters

    def switch(self, town: str, day: date) -> bool:
        """Whether work that crossed a year's end owes a summary, as the town has it on a day (A-01)."""
        return Almanac(self.parts.register, at(day, 12)).parameters(town).cross_year_summary

    def changed(self, desk: Desk, matter: str, command: Callable[[RowMapping, bool], MatterCommand]) -> Done:
        row = self.matters.one(matter)
        if row is None:
            raise nothing()
        acting = desk.may(row["organisation"], row["town"], hidden=True)
        switch = self.switch(row["town"], min(row["ends"], desk.today))
        return desk.handle(Do(MATTER, matter, command(row, switch)), acting=acting, town=row["town"])


def matter_routes(parts: Parts, matters: Matters) -> Api:
    router, own = Api("publication"), MatterParts(parts, matters)
    _plans(router, own)
    _progress(router, own)
    _questions(router, own)
    _triggers(router, own)
    return router


def _plans(router: Api, own: MatterParts) -> None:
    @router.post("/matters", action="duty.tell", status_code=201)
    def open_staged_matter(body: OpenMatterBody, desk: CommandDesk) -> Done:
        """Staged work begins: the stages are owed as its milestones are reached, a summary at its end (PUB-26)."""
        acting, town = _acting(own.parts, desk, body.item)
        item, made = own.parts.items.item(body.item, desk.today), desk.new_id()
        parts = tuple((part.name, part.on) for part in body.milestones)
        days = (body.starts, body.ends, parts)
        command = OpenMatter(made, item, body.title, body.title_en, *days, desk.standing.person, desk.today)
        return desk.handle(Do(MATTER, made, command), acting=acting, town=town, result={"matter": made})

    @router.post("/matters/{matter}/replan", action="duty.tell", versioned=True)
    def replan_staged_matter(matter: str, body: ReplanBody, desk: CommandDesk) -> Done:
        """Put off, bring forward or add what has not come yet, with a reason; the old days stay in sight."""
        moved = tuple((part.number, part.on) for part in body.moved)
        added = tuple((part.name, part.on) for part in body.added)
        said = (moved, added, body.ends, body.reason, desk.standing.person, desk.today)
        return own.changed(desk, matter, lambda _row, switch: ReplanMatter(*said, switch))


def _progress(router: Api, own: MatterParts) -> None:
    path = "/matters/{matter}"

    @router.post(f"{path}/milestones/{{number}}/reached", action="duty.tell", versioned=True)
    def reach_milestone(matter: str, number: int, body: HappenedBody, desk: CommandDesk) -> Done:
        """Sooner than planned; on its planned day a milestone counts as reached without being told."""
        said = (number, body.on or desk.today, desk.standing.person, desk.today)
        return own.changed(desk, matter, lambda _row, switch: ReachMilestone(*said, switch))

    @router.post(f"{path}/end", action="duty.tell", versioned=True)
    def end_staged_matter(matter: str, body: HappenedBody, desk: CommandDesk) -> Done:
        """The work has ended sooner than planned; its summary is owed from that day (PUB-27)."""
        said = (body.on or desk.today, desk.standing.person, desk.today)
        return own.changed(desk, matter, lambda _row, switch: EndMatter(*said, switch))

    @router.post(f"{path}/close", action="duty.tell", versioned=True)
    def close_staged_matter(matter: str, desk: CommandDesk) -> Done:
        """SUMMARY_MISSING while the summary is owed; publishing it closes the matter by itself (PUB-27)."""

        def command(row: RowMapping, switch: bool) -> CloseMatter:
            left = own.parts.items.item(row["item"], desk.today) is None
            return CloseMatter(desk.standing.person, desk.today, switch, left)

        return own.changed(desk, matter, command)


def _questions(router: Api, own: MatterParts) -> None:
    @router.get("/matters", action="obligation.read")
    def staged_matters(reader: Reader, organisation: str = "", town: str = "", stage: Stage = "") -> Page[MatterRow]:
        """Of one organisation, or of a town for those who oversee it; by their beginning."""
        known = own.parts.register.organisation(organisation) if organisation else None
        reader.may(organisation if known else "", known.town if known else town)
        if organisation and known is None:
            raise nothing()
        rows = own.matters.listed(organisation=organisation, town=known.town if known else town, stage=stage)
        shown = (MatterRow.model_validate(dict(row)) for row in rows)
        return reader.page(shown, lambda row: (row.starts, row.matter))

    @router.get("/matters/{matter}", action="obligation.read")
    def staged_matter(matter: str, reader: Reader) -> MatterPage:
        """The plan with the days it had before, the stages with their due days, and what was shown of it."""
        row = own.matters.one(matter)
        if row is None:
            reader.may(hidden=True)
            raise nothing()
        reader.may(row["organisation"], row["town"], hidden=True)
        return _page(own, reader, row)


def _page(own: MatterParts, reader: Reading, row: RowMapping) -> MatterPage:
    owed = {duty["obligation"].rsplit("/", 1)[1]: duty for duty in own.parts.obligations.of_matter(row["matter"])}
    summary = next((duty for duty in owed.values() if duty["duty"] == Duty.SUMMARY), None)
    item = own.parts.items.item(row["item"], reader.today)
    almanac, limit = Almanac(own.parts.register, reader.now), item.limit_days if item else 0
    milestones = [_milestone(part, owed.get(str(part["number"])), row["town"], limit, almanac) for part in row["plan"]]
    more = {"milestones": milestones, "history": row["shown"]} | _summary(summary, almanac)
    return MatterPage.model_validate(dict(row) | more)


def _summary(duty: RowMapping | None, almanac: Almanac) -> dict[str, Any]:
    if duty is None:
        return {"summary_due": None, "summary_state": "", "summary_obligation": "", "summary_reckoning": []}
    told = {"obligation": duty["obligation"], "state": _state(duty, almanac)}
    told |= {name: duty[name] for name in ("due", "reckoning")}
    return {f"summary_{name}": value for name, value in told.items()}


def _milestone(part: RowMapping, duty: RowMapping | None, town: str, limit: int, almanac: Almanac) -> MilestoneRow:
    """Before it is reached its due day is reckoned from the planned day, and moves with it."""
    if duty:
        told = {name: duty[name] for name in ("obligation", "due", "provisional", "reckoning")}
        return MilestoneRow.model_validate(dict(part) | told | {"state": _state(duty, almanac)})
    day, parameters = date.fromisoformat(part["reached"] or part["on"]), almanac.parameters(town)
    reckoned = schedule.reckon(Duty.STAGE, day, limit_days=limit, calendar=almanac.calendar, parameters=parameters)
    told = {"due": reckoned.due, "provisional": reckoned.provisional, "reckoning": reckoned.days}
    return MilestoneRow.model_validate(dict(part) | told | {"obligation": "", "state": "planned"})


def _state(duty: RowMapping, almanac: Almanac) -> str:
    """As it is told of duties everywhere: an open one whose day is over is overdue."""
    return DutyRow.of(duty, business_day(almanac.now), almanac.calendar).state


def _triggers(router: Api, own: MatterParts) -> None:
    @router.post("/content-changes", action="duty.tell", status_code=201)
    def tell_content_changed(body: ContentChangeBody, desk: CommandDesk) -> Done:
        """What a long-term item tells of has changed: it is to be made public again within P-05 (PUB-22)."""
        acting, town = _acting(own.parts, desk, body.item)
        item = own.parts.items.item(body.item, desk.today)
        command = TellContentChanged(item, body.what, body.on, desk.standing.person, desk.today)
        return desk.handle(Do(CONTENT, body.item, command), acting=acting, town=town)

    @router.post("/triggers", action="duty.tell", status_code=201)
    def record_trigger(body: TriggerBody, desk: CommandDesk) -> Done:
        """Something happened that an immediate item wants made known within P-04, or sooner (PUB-29)."""
        acting, town = _acting(own.parts, desk, body.item)
        item, made, on = own.parts.items.item(body.item, desk.today), desk.new_id(), business_day(body.happened_at)
        who = desk.standing.person
        command = RecordTrigger(made, item, body.what, body.happened_at, on, desk.now, who, body.limit_hours)
        return desk.handle(Do(TRIGGER, made, command), acting=acting, town=town, result={"trigger": made})


def _acting(parts: Parts, desk: Desk, item: str) -> tuple[Acting, str]:
    organisation = parts.register.organisation(item.partition("/")[0])
    if organisation is None:
        raise nothing()
    return desk.may(organisation.organisation, organisation.town), organisation.town
