"""HTTP to withholdings: filed, withdrawn, listed; and the mark that an item's readers inside the Party see (CAT-15)."""

from datetime import date

from services.catalogue.api.change_pages import WithheldMark, WithholdingBody, WithholdingRow
from services.catalogue.api.parts import Parts
from services.catalogue.domain.catalogue import CATALOGUE, Catalogue
from services.catalogue.domain.withholding import (
    WITHHOLDING,
    FileWithholding,
    ReplaceWithholding,
    WithdrawWithholding,
    Withholding,
)
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
    _reading(router, parts)


def _filing(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/withholdings", action="withholding.file", status_code=201)
    def file_withholding(organisation: str, body: WithholdingBody, desk: CommandDesk) -> Done:
        """With the next higher organisation; a withholding of the same item that stands is replaced."""
        acting = desk.may(organisation, parts.organisation(organisation).town)
        return desk.earlier() or _filed(parts, desk, acting, organisation, body)

    @router.post("/withholdings/{withholding:path}/withdrawal", action="withholding.file", versioned=True)
    def withdraw_withholding(withholding: str, desk: CommandDesk) -> Done:
        """The duty stands again from today."""
        state: Withholding = parts.handler.state(WITHHOLDING, withholding)[1]
        known = state.filed
        place = (known.organisation, known.town) if known else ("", "")
        acting = desk.may(*place, hidden=not permits("withholding.read", desk.standing, *place))
        if known is None:
            raise _nothing()
        do = Do(WITHHOLDING, withholding, WithdrawWithholding(desk.today))
        return desk.handle(do, acting=acting, town=known.town)


def _filed(parts: Parts, desk: CommandDesk, acting: Acting, organisation: str, body: WithholdingBody) -> Done:
    town, on = parts.organisation(organisation).town, desk.today
    before, identity = _numbered(parts, f"{organisation}/{body.sub_item}")
    _must_review(parts, desk, body.reviewer, organisation)
    item = _in_force(parts, organisation, body.sub_item, on)
    above = parts.register.superiors(organisation, desk.now)
    command = FileWithholding(
        withholding=identity,
        town=town,
        organisation=organisation,
        item=item,
        kind=body.kind,
        ground=body.ground,
        citation=body.citation,
        until=body.until,
        addressed_to=body.addressed_to,
        superior=above[0] if above else "",
        days_max=parts.register.parameter(town, "P-17", desk.now),
        late_workdays=_late(parts, item, before, on),
        reviewer=body.reviewer,
        by=acting.person,
        on=on,
    )
    replaced = [Do(WITHHOLDING, before.filing.withholding, ReplaceWithholding(on))] if before else []
    return desk.handle(Do(WITHHOLDING, identity, command), *replaced, acting=acting, town=town)


def _numbered(parts: Parts, item: str) -> tuple[Withholding | None, str]:
    """The last filing for an item, and the next one's id; of two at once the second is refused."""
    number, last = 1, None
    while True:
        state: Withholding = parts.handler.state(WITHHOLDING, f"{item}/{number}")[1]
        if state.filed is None:
            return last, f"{item}/{number}"
        number, last = number + 1, state


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
        return reader.page(pages, lambda row: (row.filed_on, row.withholding), descending=True)

    @router.get("/organisations/{organisation}/withheld", action="catalogue.read")
    def withheld(organisation: str, reader: Reader) -> list[WithheldMark]:
        """暂不公开，已备案: for those to whom the item would be shown inside the Party; for others nothing."""
        reader.may(organisation)
        town = parts.organisation(organisation).town
        version = parts.catalogues.in_force(organisation, reader.today)
        items = parts.catalogues.items_of(version, reader.audiences) if version else []
        seen = [i.id for i in items if _inside(i, organisation, town, reader.audiences)]
        marks = parts.withholdings.of_items(seen)
        return [WithheldMark.model_validate({n: row[n] for n in _MARKED}) for row in marks]


_MARKED = ("item", "sub_item", "kind", "until", "number")


def _inside(item: Item, organisation: str, town: str, audiences: frozenset[str]) -> bool:
    audience = scope.audience_of(item.audience_inside, organisation=organisation, town=town)
    return audience in audiences or scope.desk(organisation) in audiences


def _nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")
