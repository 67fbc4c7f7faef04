"""HTTP to a town's own channels: defined and withdrawn, each from a day on (PUB-16)."""

from datetime import date

from pydantic import Field

from services.catalogue.api.bodies import Body
from services.catalogue.api.parts import Parts
from services.catalogue.domain.own_channels import DefineChannel, WithdrawChannel
from services.catalogue.domain.town import TOWN
from shared.fields import Day
from shared.handling import Do
from shared.web import Api, CommandDesk, Done


class ChannelBody(Body):
    channel: str = Field(max_length=40, examples=["wechat-group"])
    name_zh: str = Field(default="", max_length=100, examples=["党员微信群"])
    name_en: str = Field(default="", max_length=100, examples=["Members' chat group"])
    audience: str = Field(default="", max_length=20, description="Whom it reaches: inside or outside.")
    evidence: list[str] = Field(default_factory=list, max_length=10, description="The fields that prove it.")
    on: Day | None = Field(default=None, description="From when on; empty: today.")


class ChannelEndBody(Body):
    on: Day | None = None


def add(router: Api, parts: Parts) -> None:
    path = "/towns/{town}/channels"

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
