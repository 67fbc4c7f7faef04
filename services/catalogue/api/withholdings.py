"""HTTP to withholdings: proposed, reviewed and so filed, withdrawn, listed; and the mark that an item's readers inside
the Party see (CAT-15).
"""

from datetime import date

from services.catalogue.api.parts import Parts
from services.catalogue.api.withholding_pages import ReviewRefusalBody, WithheldMark, WithholdingBody, WithholdingRow
from services.catalogue.domain.catalogue import CATALOGUE, Catalogue
from services.catalogue.domain.withholding import WITHHOLDING, ReplaceWithholding, WithdrawWithholding
from services.catalogue.domain.withholding_review import (
    ConfirmWithholding,
    ProposeWithholding,
    RefuseWithholding,
    Terms,
)
from services.catalogue.domain.withholding_state import Withholding
from services.catalogue.events import Item
from shared import scope
from shared.decider import Refused
from shared.handling import Do
from shared.identity import PostKind
from shared.policy import Acting, permits
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.workdays import ONE_DAY


def add(router: Api, parts: Parts) -> None:
    _filing(router, parts)
    _reviewing(router, parts)
    _reading(router, parts)


def _filing(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/withholdings", action="withholding.file", status_code=201)
    def propose_withholding(organisation: str, body: WithholdingBody, desk: CommandDesk) -> Done:
        """To a secrecy reviewer, with whose confirmation it is filed with the next higher organisation."""
        acting = desk.may(organisation, parts.organisation(organisation).town)
        return desk.earlier() or _proposed(parts, desk, acting, organisation, body)

    @router.post("/withholdings/{withholding:path}/withdrawal", action="withholding.file", versioned=True)
    def withdraw_withholding(withholding: str, desk: CommandDesk) -> Done:
        """The duty stands again from today; what nobody has reviewed yet is taken back."""
        acting, state = _of_withholding(parts, desk, withholding)
        do = Do(WITHHOLDING, withholding, WithdrawWithholding(acting.person, desk.today))
        return desk.handle(do, acting=acting, town=state.names["town"])


def _reviewing(router: Api, parts: Parts) -> None:
    @router.post("/withholdings/{withholding:path}/confirmation", action="withholding.review", versioned=True)
    def confirm_withholding(withholding: str, desk: CommandDesk) -> Done:
        """By a secrecy reviewer who did not propose it: it is filed today, in place of one that stands for its item."""
        acting, state = _of_withholding(parts, desk, withholding)
        organisation, sub_item, town = (state.names[name] for name in ("organisation", "sub_item", "town"))
        before, _, _ = _numbered(parts, f"{organisation}/{sub_item}")
        terms = _terms(parts, desk, organisation, sub_item)
        command = ConfirmWithholding(terms, _late(parts, terms.item, before, desk.today), acting.person)
        replaced = [Do(WITHHOLDING, before.filing.withholding, ReplaceWithholding(desk.today))] if before else []
        return desk.handle(Do(WITHHOLDING, withholding, command), *replaced, acting=acting, town=town)

    @router.post("/withholdings/{withholding:path}/refusal", action="withholding.review", versioned=True)
    def refuse_withholding(withholding: str, body: ReviewRefusalBody, desk: CommandDesk) -> Done:
        """By a secrecy reviewer who did not propose it, for one of the grounds of the list."""
        acting, state = _of_withholding(parts, desk, withholding)
        command = RefuseWithholding(body.ground, acting.person, desk.today)
        return desk.handle(Do(WITHHOLDING, withholding, command), acting=acting, town=state.names["town"])


def _of_withholding(parts: Parts, desk: CommandDesk, withholding: str) -> tuple[Acting, Withholding]:
    """Who may not read it does not learn from a refusal that there is one."""
    state: Withholding = parts.handler.state(WITHHOLDING, withholding)[1]
    known = state.filed or state.proposed
    place = (known.organisation, known.town) if known else ("", "")
    acting = desk.may(*place, hidden=not permits("withholding.read", desk.standing, *place))
    if known is None:
        raise _nothing()
    return acting, state


def _proposed(parts: Parts, desk: CommandDesk, acting: Acting, organisation: str, body: WithholdingBody) -> Done:
    town = parts.organisation(organisation).town
    _, waiting, identity = _numbered(parts, f"{organisation}/{body.sub_item}")
    _must_review(parts, desk, body.reviewer, organisation)
    command = ProposeWithholding(
        withholding=identity,
        town=town,
        organisation=organisation,
        terms=_terms(parts, desk, organisation, body.sub_item),
        kind=body.kind,
        ground=body.ground,
        citation=body.citation,
        until=body.until,
        addressed_to=body.addressed_to,
        reviewer=body.reviewer,
        by=acting.person,
        waiting=waiting,
    )
    return desk.handle(Do(WITHHOLDING, identity, command), acting=acting, town=town)


def _terms(parts: Parts, desk: CommandDesk, organisation: str, sub_item: str) -> Terms:
    """As they are today, for a proposal and again for its confirmation."""
    above = parts.register.superiors(organisation, desk.now)
    days_max = parts.register.parameter(parts.organisation(organisation).town, "P-17", desk.now)
    item = _in_force(parts, organisation, sub_item, desk.today)
    return Terms(item, above[0] if above else "", days_max, desk.today)


def _numbered(parts: Parts, item: str) -> tuple[Withholding | None, str, str]:
    """The last that was filed for an item, one that waits for its reviewer, and the next one's id; of two at once the
    second is refused.
    """
    number, last, waiting = 1, None, ""
    while True:
        identity = f"{item}/{number}"
        state: Withholding = parts.handler.state(WITHHOLDING, identity)[1]
        if state.stage == "unknown":
            return last, waiting, identity
        number, last = number + 1, state if state.filed else last
        waiting = identity if state.stage == "proposed" else waiting


def _must_review(parts: Parts, desk: CommandDesk, reviewer: str, organisation: str) -> None:
    """A secrecy reviewer of the organisation or of one above it (A-11, A-22)."""
    standing = parts.register.standing(reviewer, desk.now)
    near = {organisation, *standing.superiors_of(organisation)}
    if not any(p.kind == PostKind.SECRECY_REVIEWER and p.organisation in near for p in standing.posts):
        raise Refused("NOT_ELIGIBLE", "This is no secrecy reviewer there.", "a secrecy reviewer", "/reviewer")


def _in_force(parts: Parts, organisation: str, sub_item: str, on: date) -> Item | None:
    catalogue: Catalogue = parts.handler.state(CATALOGUE, organisation)[1]
    return next((item for item in catalogue.in_force(on).items if item.sub_item == sub_item), None)


def _late(parts: Parts, item: Item | None, before: Withholding | None, on: date) -> int:
    """Working days after the item was due; while one stands the duty waits and nothing is late."""
    due, ended = parts.dues.earliest(item.id) if item else None, before.ended_by(on) if before else None
    if due is None or (before is not None and ended is None):
        return 0
    since = max(due, ended - ONE_DAY) if ended else due
    return parts.register.calendar().workdays_between(since, on) if since < on else 0


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/withholdings", action="withholding.read")
    def withholdings(
        reader: Reader, organisation: str = "", town: str = "", standing: bool = False
    ) -> Page[WithholdingRow]:
        """With ground, citation and receipt; of one organisation or of a town, the latest first."""
        known = parts.register.organisation(organisation) if organisation else None
        place = known.town if known else town
        reader.may(organisation if known else "", place, hidden=True)
        if organisation and known is None:
            raise _nothing()
        rows = parts.withholdings.listed(organisation=organisation, town=place, standing=standing)
        pages = (WithholdingRow.model_validate(dict(row)) for row in rows)
        return reader.page(pages, lambda row: (row.proposed_on, row.withholding), descending=True)

    @router.get("/organisations/{organisation}/withheld", action="catalogue.read")
    def withheld(organisation: str, reader: Reader) -> list[WithheldMark]:
        """暂不公开 or 不宜公开，已备案: for those to whom the item would be shown inside; for others nothing."""
        reader.may(organisation)
        town = parts.organisation(organisation).town
        version = parts.catalogues.in_force(organisation, reader.today)
        items = parts.catalogues.items_of(version, reader.audiences) if version else []
        seen = [i.id for i in items if _inside(i, organisation, town, reader.audiences)]
        marks = parts.withholdings.of_items(seen)
        return [WithheldMark.of(row) for row in marks]


def _inside(item: Item, organisation: str, town: str, audiences: frozenset[str]) -> bool:
    audience = scope.audience_of(item.audience_inside, organisation=organisation, town=town)
    return audience in audiences or scope.desk(organisation) in audiences


def _nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")
