"""HTTP to an organisation's supervisors: appointed for a term, renewed, removed, and what they did (ORG-14)."""

from datetime import date

from pydantic import BaseModel

from services.catalogue.api.bodies import Body, PersonBody, PostBody, PostId, Short, Text
from services.catalogue.api.parts import Parts
from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.supervision import SUPERVISION, LogDuty
from services.catalogue.domain.supervisor import SUPERVISOR, AppointSupervisor, RemoveSupervisor
from services.catalogue.events import DutyKind, RemovalGround
from shared.clock import at
from shared.fields import Day
from shared.handling import Do
from shared.identity import PostKind
from shared.personal_data import Clear
from shared.web import Api, CommandDesk, Done, Page, Reader

TITLE = ("党务公开监督员", "Supervisor")


class SupervisorBody(PersonBody):
    """``post`` is the seat, where an organisation has several; a renewal begins on the day the term before it ends."""

    post: PostId | None = None
    on: Day


class RemovalBody(Body):
    post: PostId
    person: str
    ground: RemovalGround
    on: Day


class DutyBody(Body):
    """``subject``: the id of what was looked at or inspected."""

    kind: DutyKind
    subject: Short = ""
    note: Text = ""
    on: Day | None = None


class DutyPage(BaseModel):
    entry: int
    supervisor: str
    post: str
    kind: str
    subject: str
    note: Clear
    on: date


class SupervisorPage(BaseModel):
    """``until``: the post ends by itself on that day, or was left on it."""

    person: str
    post: str
    since: date
    until: date | None
    in_office: bool


def add(router: Api, parts: Parts) -> None:
    for more in (_appointing, _logging, _reading):
        more(router, parts)


def appointment(parts: Parts, organisation: str, town: str, body: PostBody | SupervisorBody) -> Do:
    """With the term and the renewals that the town allows on that day (P-13)."""
    titles = (body.title_zh, body.title_en) if isinstance(body, PostBody) else TITLE
    command = AppointSupervisor(
        organisation,
        body.post or f"{organisation}/{SUPERVISOR}",
        *titles,
        body.person,
        body.on,
        years=parts.register.parameter(town, "P-13", at(body.on)),
        renewals=parts.register.parameter(town, "P-13.renewals", at(body.on)),
    )
    return Do(ORGANISATION, organisation, command)


def _appointing(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/supervisors", action="register.keep", status_code=201)
    def appoint_supervisor(organisation: str, body: SupervisorBody, desk: CommandDesk) -> Done:
        """A Party member of the organisation, for the town's term (P-13); one appointment gives both roles (A-23)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        persons = parts.registering([body], desk.today)
        return desk.handle(appointment(parts, organisation, state.town, body), *persons, acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/supervisors/removal", action="register.keep", status_code=201)
    def remove_supervisor(organisation: str, body: RemovalBody, desk: CommandDesk) -> Done:
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = RemoveSupervisor(organisation, body.post, body.person, body.ground, body.on)
        return desk.handle(Do(ORGANISATION, organisation, command), acting=acting, town=state.town)


def _logging(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/supervision", action="supervision.log", status_code=201)
    def log_duty(organisation: str, body: DutyBody, desk: CommandDesk) -> Done:
        """What a supervisor in office looked at, inspected, asked, attended or reported."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = LogDuty(
            organisation=organisation,
            town=state.town,
            supervisor=acting.person,
            post=acting.post,
            kind=body.kind,
            subject=body.subject,
            note=body.note,
            on=body.on or desk.today,
            today=desk.today,
        )
        return desk.handle(Do(SUPERVISION, organisation, command), acting=acting, town=state.town)


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/organisations/{organisation}/supervision", action="supervision.read")
    def duty_log(organisation: str, reader: Reader) -> Page[DutyPage]:
        """The log, oldest first."""
        reader.may(organisation, parts.register.structure().town_of(organisation))
        log = parts.handler.state(SUPERVISION, organisation)[1]
        pages = [DutyPage(**duty.model_dump(include=set(DutyPage.model_fields))) for duty in log.entries]
        return reader.page(pages, lambda page: page.entry)

    @router.get("/organisations/{organisation}/supervisors", action="catalogue.read")
    def supervisors(organisation: str, reader: Reader) -> Page[SupervisorPage]:
        """Everyone who is, was or will be supervisor: whom one may turn to is public (FBK-02)."""
        reader.may(organisation)
        state = parts.organisation(organisation)
        pages = [
            SupervisorPage(person=t.person, post=t.post, since=t.since, until=t.end, in_office=t.covers(reader.today))
            for t in state.tenures
            if t.kind == PostKind.SUPERVISOR
        ]
        pages.sort(key=lambda page: (page.since, page.post))
        return reader.page(pages, lambda page: [page.since.isoformat(), page.post])
