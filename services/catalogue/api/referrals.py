"""HTTP to work between units: refer a case, consult, ask for a countersignature, answer, withdraw (ORG-10)."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, StringConstraints

from services.catalogue.api.affairs_views import Views
from services.catalogue.api.bodies import Body, Short, Slug, Text
from services.catalogue.api.parts import Parts
from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.referral import (
    REFERRAL,
    AnswerReferral,
    Countersign,
    OpenReferral,
    ReferralCommand,
    WithdrawReferral,
)
from services.catalogue.events import ReferralKind, SubjectKind
from services.catalogue.views.referrals import Row
from shared.decider import Refused
from shared.fields import Day
from shared.handling import Do
from shared.personal_data import Clear
from shared.policy import Acting
from shared.web import Api, CommandDesk, Done, Page, Reader

ReferralId = Annotated[str, Path(max_length=60)]
State = Annotated[str, StringConstraints(pattern="^(open|answered|countersigned|withdrawn)?$")]


class OpeningBody(Body):
    """``subject``: the id of what it is about; it is named, not copied."""

    kind: ReferralKind
    subject_kind: SubjectKind
    subject: Short
    to_unit: Slug
    question: Text
    due: Day


class AnswerBody(Body):
    """``accepted``: the unit takes the case over, or holds what was asked to be right."""

    accepted: bool
    answer: Text = ""


class CountersigningBody(Body):
    agreed: bool
    remark: Text = ""


class WithdrawalBody(Body):
    reason: Text = ""


class ReferralPage(BaseModel):
    """``overdue``: it is open, and the day by which it was to be answered is over."""

    referral: str
    town: str
    kind: str
    subject_kind: str
    subject: str
    from_unit: str
    to_unit: str
    opened_by: str
    opened_on: date
    due: date
    overdue: bool
    question: Clear
    state: str
    stream_version: int
    ended_by: str
    ended_on: date | None
    agreed: bool | None
    answer: Clear


def add(router: Api, parts: Parts, views: Views) -> None:
    _opening(router, parts)
    _ending(router, parts)
    _reading(router, views)


def _opening(router: Api, parts: Parts) -> None:
    @router.post("/towns/{town}/referrals", action="referral.act", status_code=201)
    def open_referral(town: str, body: OpeningBody, desk: CommandDesk) -> Done:
        """By the unit in whose post the person acts; of several posts, Gongkai-Acting-As chooses (ORG-15)."""
        acting = desk.may(town=town)
        if parts.handler.state(ORGANISATION, body.to_unit)[1].town != town:
            raise Refused("UNKNOWN_CODE", f"{body.to_unit} is no unit of the town.", pointer="/to_unit")
        referral = desk.new_id()
        command = OpenReferral(
            referral=referral,
            town=town,
            from_unit=acting.organisation,
            by=acting.person,
            on=desk.today,
            **body.model_dump(),
        )
        return desk.handle(Do(REFERRAL, referral, command), acting=acting, town=town)


def _ending(router: Api, parts: Parts) -> None:
    def of(referral: str, desk: CommandDesk) -> tuple[str, Acting]:
        """Refuses NOT_FOUND to whom it does not concern, whether there is one or not (ORG-16)."""
        opened = parts.handler.state(REFERRAL, referral)[1].opened
        units = {post.organisation for post in desk.standing.posts}
        concerned = opened and (units & {opened.from_unit, opened.to_unit} or opened.town in desk.standing.oversees)
        if not opened or not concerned:
            desk.may(town=desk.standing.town)
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return opened.town, desk.may(town=opened.town)

    def done(referral: str, town: str, acting: Acting, desk: CommandDesk, command: ReferralCommand) -> Done:
        return desk.handle(Do(REFERRAL, referral, command), acting=acting, town=town)

    @router.post("/referrals/{referral}/answer", action="referral.act", versioned=True)
    def answer_referral(referral: ReferralId, body: AnswerBody, desk: CommandDesk) -> Done:
        town, acting = of(referral, desk)
        command = AnswerReferral(acting.organisation, body.accepted, body.answer, acting.person, desk.today)
        return done(referral, town, acting, desk, command)

    @router.post("/referrals/{referral}/countersignature", action="referral.act", versioned=True)
    def countersign(referral: ReferralId, body: CountersigningBody, desk: CommandDesk) -> Done:
        """Agreed or not, and then why; never by whoever asked for it."""
        town, acting = of(referral, desk)
        command = Countersign(acting.organisation, body.agreed, body.remark, acting.person, desk.today)
        return done(referral, town, acting, desk, command)

    @router.post("/referrals/{referral}/withdrawal", action="referral.act", versioned=True)
    def withdraw_referral(referral: ReferralId, body: WithdrawalBody, desk: CommandDesk) -> Done:
        town, acting = of(referral, desk)
        command = WithdrawReferral(acting.organisation, body.reason, acting.person, desk.today)
        return done(referral, town, acting, desk, command)


def _reading(router: Api, views: Views) -> None:
    @router.get("/towns/{town}/referrals", action="referral.read")
    def referrals(
        town: str,
        reader: Reader,
        state: Annotated[State, Query()] = "",
        unit: Annotated[str, Query(max_length=40, description="Only what concerns this unit.")] = "",
    ) -> Page[ReferralPage]:
        """Those of the asker's units; whoever oversees the town sees all of them (ORG-03, ORG-04)."""
        reader.may(town=town)
        units = None if town in reader.standing.oversees else frozenset(p.organisation for p in reader.standing.posts)
        rows = views.referrals.of_town(town, units, state)
        pages = [_page(row, reader.today) for row in rows if unit in ("", row["from_unit"], row["to_unit"])]
        return reader.page(pages, lambda page: [page.due.isoformat(), page.referral])


def _page(row: Row, today: date) -> ReferralPage:
    return ReferralPage(**row, overdue=row["state"] == "open" and row["due"] < today)
