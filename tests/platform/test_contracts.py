"""What one service promises another is data: contracts are the code's, and every reader finds what it reads."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services import embedded  # noqa: F401 - importing every service makes every Heard model known
from services.cli import contracts
from shared.events import Event, Heard, Registry


def heard_models() -> Iterator[type[Heard]]:
    def below(cls: type[Heard]) -> Iterator[type[Heard]]:
        for child in cls.__subclasses__():
            yield child
            yield from below(child)

    ours = ("services.", "shared.")
    return (model for model in below(Heard) if hasattr(model, "EVENT") and model.__module__.startswith(ours))


def test_the_contracts_are_those_of_the_code() -> None:
    assert [f"{d.path}: {d.what}" for d in contracts.differences()] == [], "run `make contracts`"


def named(model: type[Heard]) -> str:
    return f"{model.__module__}.{model.__name__}"


MODELS: list[type[Heard]] = sorted(heard_models(), key=named)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_reader_reads_only_what_is_promised(model: type[Heard]) -> None:
    file = contracts.FOLDER / model.SERVICE / f"{model.EVENT}.json"
    assert file.exists(), f"{model.SERVICE} promises no {model.EVENT}"
    promised = json.loads(file.read_text(encoding="utf-8"))["properties"]
    read = {field.alias or name for name, field in model.model_fields.items()}
    assert read <= promised.keys(), f"reads {sorted(read - promised.keys())}, which is not promised"


class Noted(Event):
    """An event made up for these tests."""

    who: str
    what: int


class NotedSince(Event):
    who: str


def schema_of(event: type[Event]) -> dict[str, Any]:
    return contracts.contract_of(Registry("made-up", [event]), event)


def test_a_field_taken_away_breaks_readers() -> None:
    assert list(contracts.breaks(schema_of(Noted), schema_of(NotedSince))) == ["/what: gone"]


def test_a_field_added_breaks_nobody() -> None:
    assert list(contracts.breaks(schema_of(NotedSince), schema_of(Noted))) == []


def test_a_field_that_may_be_absent_or_of_another_type_breaks_readers() -> None:
    old, new = schema_of(Noted), schema_of(Noted)
    new["properties"]["what"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    new["required"] = ["who"]
    assert list(contracts.breaks(old, new)) == ["/what: no longer always there", "/what: may now be null"]


def test_every_event_has_an_asyncapi_message() -> None:
    document = contracts.asyncapi()
    named = {f"{r.service}.{name}" for r in contracts.REGISTRIES for name in r.events}
    assert set(document["components"]["messages"]) == named
