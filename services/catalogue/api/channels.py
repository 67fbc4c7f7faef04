"""HTTP to a town's own channels: listed, defined and withdrawn, each from a day on (PUB-16)."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from services.catalogue.api.bodies import Body
from services.catalogue.api.parts import Parts
from services.catalogue.domain.own_channels import DefineChannel, WithdrawChannel
from services.catalogue.domain.town import TOWN
from services.catalogue.events import REGISTRY, ChannelDefined, ChannelWithdrawn
from shared.fields import Day
from shared.handling import Do
from shared.web import Api, CommandDesk, Done, Reader


class ChannelBody(Body):
    channel: str = Field(max_length=40, examples=["wechat-group"])
    name_zh: str = Field(default="", max_length=100, examples=["党员微信群"])
    name_en: str = Field(default="", max_length=100, examples=["Members' chat group"])
    audience: str = Field(default="", max_length=20, description="Whom it reaches: inside or outside.")
    evidence: list[str] = Field(default_factory=list, max_length=10, description="The fields that prove it.")
    on: Day | None = Field(default=None, description="From when on; empty: today.")


class ChannelEndBody(Body):
    on: Day | None = None


class OwnChannelPage(BaseModel):
    """A channel with its terms from ``since`` on; ``until`` is the first day without them."""

    channel: str
    name_zh: str
    name_en: str
    audience: Literal["inside", "outside"]
    evidence: list[str]
    since: date
    until: date | None = None


PATH = "/towns/{town}/channels"


def add(router: Api, parts: Parts) -> None:
    _telling(router, parts)

    @router.get(PATH, action="catalogue.read")
    def own_channels(town: str, reader: Reader) -> list[OwnChannelPage]:
        """All that ever were, in the order of their codes and days: what an item's methods name reads as here."""
        reader.may()
        parts.town(town)
        return _told(parts, town)


def _told(parts: Parts, town: str) -> list[OwnChannelPage]:
    """From the town's own facts; new terms end those before."""
    told: list[OwnChannelPage] = []
    for event in parts.handler.journal.stream(TOWN.stream(town)):
        if event.name not in (ChannelDefined.__name__, ChannelWithdrawn.__name__):
            continue
        fact = REGISTRY.read(event)
        assert isinstance(fact, ChannelDefined | ChannelWithdrawn)  # noqa: S101 - just those two
        for span in told:
            if span.channel == fact.channel and span.since <= fact.on and (span.until is None or fact.on < span.until):
                span.until = fact.on
        if isinstance(fact, ChannelDefined):
            told.append(OwnChannelPage(since=fact.on, **fact.model_dump(exclude={"town", "on"})))
    return sorted((span for span in told if span.until != span.since), key=lambda span: (span.channel, span.since))


def _telling(router: Api, parts: Parts) -> None:
    path = PATH

    @router.post(path, action="parameters.keep", status_code=201)
    def define_channel(town: str, body: ChannelBody, desk: CommandDesk) -> Done:
        """A further way to publish, with the audience that it reaches and the evidence it leaves."""
        parts.town(town)
        words = (body.channel, body.name_zh, body.name_en, body.audience, tuple(body.evidence))
        command = DefineChannel(town, *words, _day(body.on, desk.today))
        return desk.handle(Do(TOWN, town, command), acting=desk.may(town=town), town=town)

    @router.post(f"{path}/{{channel}}/withdrawal", action="parameters.keep", status_code=201)
    def withdraw_channel(town: str, channel: str, body: ChannelEndBody, desk: CommandDesk) -> Done:
        parts.town(town)
        command = WithdrawChannel(town, channel, _day(body.on, desk.today))
        return desk.handle(Do(TOWN, town, command), acting=desk.may(town=town), town=town)


def _day(day: date | None, today: date) -> date:
    return day or today
