"""Facts read with what is nested left as text say what the same facts say read whole (shared/facts.py)."""

import json
from typing import Any

import pytest

from services.cli.contracts import REGISTRIES
from services.publication.events import REGISTRY as PUBLICATION
from services.publication.events import ObligationRaised
from shared.columns import JsonText
from shared.events import Event, Recorded, Registry
from shared.facts import Facts
from shared.journal.unread import unread
from tests.platform.taped import tape


def opened(fact: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(bytes(v)) if isinstance(v, JsonText) else v for name, v in fact.items()}


def as_read(event: Recorded, data: Any) -> Recorded:
    """As a journal hands it out."""
    row = (event.position, None, event.stream, event.version, None, event.type, json.dumps(data).encode())
    return unread(event.service, row)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.service)
def test_every_recorded_fact_says_the_same_either_way(registry: Registry) -> None:
    facts = Facts(registry)
    for event in tape(registry.service):
        fact = facts.of(as_read(event, dict(event.data)))
        assert opened(fact) == registry.plain(event)
        assert facts.of(event) == registry.plain(event)
        assert facts.read(as_read(event, dict(event.data))) == registry.read(event) == facts.read(event)


def test_what_is_nested_is_left_as_text() -> None:
    raised = next(event for event in tape("publication") if event.name == "ObligationRaised")
    fact = Facts(PUBLICATION).of(as_read(raised, dict(raised.data)))
    assert {name for name, value in fact.items() if isinstance(value, JsonText)} == {"calendars", "reckoning"}


def test_equal_lists_are_one_list() -> None:
    raised = [event for event in tape("publication") if event.name == "ObligationRaised"][:2]
    data = dict(raised[0].data)
    facts = Facts(PUBLICATION)
    first, second = (facts.read(as_read(event, data | {"title": event.stream})) for event in raised)
    assert isinstance(first, ObligationRaised)
    assert isinstance(second, ObligationRaised)
    assert first.reckoning is second.reckoning
    assert first.title != second.title


class ThingSeen(Event):
    thing: str
    many: tuple[str, ...] = ("none",)
    odd: str | int | None = None
    either: str | tuple[str, ...] = ""


FACTS = Facts(Registry("things", [ThingSeen]))


def seen(**data: Any) -> dict[str, Any]:
    kind = "cn.gongkai.things.ThingSeen.v1"
    row = (1, None, "thing-1", 1, None, kind, json.dumps(data).encode())
    return opened(FACTS.of(unread("things", row)))


def test_what_was_recorded_without_a_field_has_its_default() -> None:
    assert seen(thing="a") == {"thing": "a", "many": ["none"], "odd": None, "either": ""}


def test_a_field_of_several_kinds_is_read_whole() -> None:
    assert seen(thing="a", odd=3, either=["x"]) == {"thing": "a", "many": ["none"], "odd": 3, "either": ["x"]}


def test_a_fact_recorded_before_its_model_said_so_is_read_all_the_same() -> None:
    assert seen(thing=7, many=[]) == {"thing": 7, "many": [], "odd": None, "either": ""}
