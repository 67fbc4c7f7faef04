"""HTTP to review, return and approval."""

from services.publication.api.bodies import ReturnBody, ReviewBody
from services.publication.api.parts import Parts
from services.publication.domain.conditions import NOT_LOOKED
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.examination import (
    ApproveDisclosure,
    ClearSecrecy,
    RefuseSecrecy,
    ReturnDisclosure,
)
from services.publication.domain.register import APPROVALS, EnterApproval, register_name, register_number
from services.publication.domain.versions import Disclosure
from services.publication.events import DisclosureDrafted
from services.publication.views.documents import looked_through
from shared.decider import Refused
from shared.handling import Do
from shared.policy import Acting
from shared.web import Api, CommandDesk, Done
from shared.web.desk import Desk

NUMBER_ATTEMPTS_MAX = 20


def add(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}"

    @router.post(f"{path}/review", action="disclosure.review", versioned=True)
    def review_disclosure(disclosure: str, body: ReviewBody, desk: CommandDesk) -> Done:
        """Secrecy review: cleared with scope and time limit confirmed, or refused on a ground (A-11)."""
        by = desk.standing.person
        if body.cleared:
            return parts.done(desk, disclosure, ClearSecrecy(by, body.confirms_scope, body.confirms_time_limit))
        return parts.done(desk, disclosure, RefuseSecrecy(by, body.ground, body.citation))

    @router.post(f"{path}/return", action="disclosure.return", versioned=True)
    def return_disclosure(disclosure: str, body: ReturnBody, desk: CommandDesk) -> Done:
        return parts.done(desk, disclosure, ReturnDisclosure(desk.standing.person, body.reason))

    @router.post(f"{path}/approve", action="disclosure.approve", versioned=True)
    def approve_disclosure(disclosure: str, desk: CommandDesk) -> Done:
        """Approves and registers it; the answer's ``result`` has the register number."""
        state, drafted = parts.disclosure(disclosure)
        acting = parts.acting(desk, drafted)
        return desk.earlier() or _registered(parts, desk, acting, state, drafted)


def _registered(parts: Parts, desk: Desk, acting: Acting, state: Disclosure, drafted: DisclosureDrafted) -> Done:
    """Approve under the register's next number; whoever loses a race for one takes the number after."""
    name, by = register_name(drafted.organisation, desk.today), desk.standing.person
    looked = looked_through(parts.documents, parts.vault, state) if state.current.content.outside else NOT_LOOKED
    for attempt in range(NUMBER_ATTEMPTS_MAX):
        number = parts.handler.state(APPROVALS, name)[1] + 1
        label = register_number(drafted.organisation, desk.today, number)
        entry = EnterApproval(
            name, number, label, drafted.disclosure, drafted.town, drafted.organisation, drafted.item,
            state.current.number, state.draft, state.current.content.title, by,
            desk.today,
        )  # fmt: skip
        try:
            return desk.handle(
                Do(DISCLOSURE, drafted.disclosure, ApproveDisclosure(by, label, desk.today, looked)),
                Do(APPROVALS, name, entry),
                acting=acting,
                town=drafted.town,
                result={"register_number": label},
            )
        except Refused as taken:
            if taken.code != "VERSION_CONFLICT" or attempt + 1 == NUMBER_ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable: the last attempt raises or returns")
