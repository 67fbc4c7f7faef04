"""A town defines channels of its own, with whom they reach and what proves them; items may then name them (PUB-16)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.catalogue.domain.item import checked
from services.catalogue.domain.own_channels import DefineChannel, WithdrawChannel
from services.catalogue.domain.town import TOWN, RegisterTown, Town, TownCommand
from services.catalogue.events import ChannelDefined, ChannelWithdrawn
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import DUES

MARCH_1, JULY_1 = date(2026, 3, 1), date(2026, 7, 1)
CHAT = DefineChannel("fengyang", "wechat-group", "党员微信群", "Chat group", "inside", ("group", "sent-at"), MARCH_1)
SPEAKER = DefineChannel("fengyang", "loudspeaker", "大喇叭", "Loudspeaker", "outside", ("place",), MARCH_1)
GONE = WithdrawChannel("fengyang", "wechat-group", JULY_1)


def town(*commands: TownCommand) -> list[Any]:
    facts: list[Any] = []
    for command in (RegisterTown("fengyang", "凤阳镇", "Fengyang"), *commands):
        facts += TOWN.decide(TOWN.replay(facts), command)
    return facts


def standing(*commands: TownCommand) -> Town:
    return TOWN.replay(town(*commands))


def test_a_channel_is_told_with_its_audience_and_evidence() -> None:  # PUB-16
    told = town(CHAT)[-1]
    assert isinstance(told, ChannelDefined)
    assert (told.audience, told.evidence, told.on) == ("inside", ("group", "sent-at"), MARCH_1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"channel": "meeting"}, "UNKNOWN_CODE"),
        ({"channel": "other"}, "UNKNOWN_CODE"),
        ({"channel": "微信群"}, "UNKNOWN_CODE"),
        ({"name_en": " "}, "MISSING_FIELD"),
        ({"audience": "all"}, "UNKNOWN_CODE"),
        ({"evidence": ()}, "MISSING_FIELD"),
        ({"evidence": ("Sent at",)}, "UNKNOWN_CODE"),
    ],
)
def test_a_channel_has_a_code_names_an_audience_and_evidence(change: dict[str, Any], code: str) -> None:
    """PUB-16."""
    scenario(TOWN, given=town(), when=replace(CHAT, **change), then=Refused(code, ""))


def test_whom_a_channel_reaches_is_settled_once_and_for_all() -> None:  # PUB-16, PUB-02
    wider = replace(CHAT, audience="outside", on=JULY_1)
    scenario(TOWN, given=town(CHAT), when=wider, then=Refused("ALREADY_REGISTERED", ""))
    scenario(TOWN, given=town(CHAT, GONE), when=wider, then=Refused("ALREADY_REGISTERED", ""))


def test_an_item_may_name_a_channel_while_the_town_has_it() -> None:  # PUB-16, CAT-03
    item = replace(DUES, methods=("meeting", "wechat-group"))
    state = standing(CHAT, GONE)
    assert checked(item, state.channels(MARCH_1)).methods == ("meeting", "wechat-group")
    for day in (date(2026, 2, 28), JULY_1):
        with pytest.raises(Refused, match="UNKNOWN_CODE"):
            checked(item, state.channels(day))


def test_an_inside_item_names_no_channel_that_reaches_further() -> None:  # PUB-16, S01
    item = replace(DUES, scope="inside", audience_outside="", methods=("meeting", "loudspeaker"))
    with pytest.raises(Refused, match="CHANNEL_NOT_FOR_SCOPE"):
        checked(item, standing(SPEAKER).channels(MARCH_1))


def test_what_is_not_there_is_not_withdrawn() -> None:  # PUB-16
    scenario(TOWN, given=town(), when=GONE, then=Refused("NOT_IN_FORCE", ""))
    assert isinstance(town(CHAT, GONE)[-1], ChannelWithdrawn)
    scenario(TOWN, given=town(CHAT, GONE), when=GONE, then=Refused("NOT_IN_FORCE", ""))


def test_new_terms_hold_from_their_day_on() -> None:  # PUB-16
    state = standing(CHAT, replace(CHAT, evidence=("group",), on=JULY_1))
    assert "wechat-group" in state.channels(JULY_1).inside
    assert [(s.since, s.until) for s in state.own_channels["wechat-group"]] == [(MARCH_1, JULY_1), (JULY_1, None)]
