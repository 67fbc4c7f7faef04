"""HTTP to re-disclosure: what waits for the decision, the decision, and the new version that it opens (PUB-30)."""

from dataclasses import replace
from datetime import date

from pydantic import BaseModel, Field

from services.publication.api.bodies import Body, Words
from services.publication.api.parts import Parts
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.drafting import OpenCorrection
from services.publication.domain.redisclosure import REDISCLOSURE, BeginRedisclosure, DecideRedisclosure, Redisclosure
from services.publication.events.redisclosure import Choice
from shared.handling import Do
from shared.web import Api, CommandDesk, Done, Page, Reader


class DecideBody(Body):
    choice: Choice
    reason: str = Field(default="", max_length=1000)


class RedisclosureRow(BaseModel):
    """``state``: pending, re-disclose, not-necessary, or begun when the new version is being written.

    Both may be: ``pending`` the opinions that wait for the decision, ``due`` those that a new version is owed to.
    """

    disclosure: str
    organisation: str
    asked_version: int
    owner: str
    asked_on: date
    state: str
    opinions: list[str]
    pending: list[str]
    due: list[str]
    reason: str
    decided_by: str
    decided_on: date | None
    new_version: int
    version: int


class RedisclosureBody(Words):
    note: str = Field(default="", max_length=1000, description="What was improved; shown beside both versions.")


def add(router: Api, parts: Parts) -> None:
    @router.get("/redisclosures", action="redisclosure.read")
    def redisclosures(organisation: str, reader: Reader) -> Page[RedisclosureRow]:
        """The questions of an organisation, pending ones among them with their owner."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = [RedisclosureRow.model_validate(dict(row)) for row in parts.procedures.redisclosures.of(organisation)]
        return reader.page(rows, lambda row: (row.asked_on, row.disclosure))

    @router.post("/redisclosures/{disclosure}/decision", action="redisclosure.decide", versioned=True)
    def decide_redisclosure(disclosure: str, body: DecideBody, desk: CommandDesk) -> Done:
        """By the person responsible: made public again, or not necessary and why."""
        _, drafted = parts.disclosure(disclosure)
        acting = desk.may(drafted.organisation, drafted.town, hidden=True)
        command = DecideRedisclosure(body.choice, body.reason, desk.standing.person, desk.today)
        return desk.handle(Do(REDISCLOSURE, disclosure, command), acting=acting, town=drafted.town)

    @router.post("/disclosures/{disclosure}/redisclosure", action="disclosure.draft", versioned=True, status_code=201)
    def open_redisclosure(disclosure: str, body: RedisclosureBody, desk: CommandDesk) -> Done:
        """A new version because of the opinions, once that was decided; the former stays readable."""
        (state, drafted), by = parts.disclosure(disclosure), desk.standing.person
        parts.acting(desk, drafted)
        begun = Do(REDISCLOSURE, disclosure, BeginRedisclosure(state.current.number + 1, by, desk.today))
        opened = OpenCorrection(body.content(), body.note, by, by, desk.today)
        opened = replace(opened, opinions=_asked(parts, disclosure).due or ("",))
        DISCLOSURE.decide(state, opened)
        return parts.done(desk, disclosure, opened, begun)


def _asked(parts: Parts, disclosure: str) -> Redisclosure:
    state: Redisclosure = parts.handler.state(REDISCLOSURE, disclosure)[1]
    return state
