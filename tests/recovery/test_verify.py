"""``gongkai verify`` says that all is well only where it is, and otherwise what differs and where."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.cloudevents import topic_of
from shared.recovery.papers import referred
from tests.platform.taped import COUNTY, SERVICES, tape
from tests.recovery.house import Ended, furnished, gongkai, var

__all__ = ["furnished", "gongkai", "var"]
Gongkai = Callable[..., Ended]
EVENTS = sum(len(tape(name)) for name in SERVICES)


def spoil(file: Path, *statements: str) -> None:
    """Change a database behind the guards of its journal."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for act in ("update", "delete"):
            connection.execute(f"drop trigger if exists events_refuse_{act}")
        for statement in statements:
            connection.execute(statement)


def differences(ended: Ended) -> dict[str, str]:
    checked = ended.value["checked"]
    return {one["kind"]: one["where"] for found in checked.values() for one in found["differences"]}


def test_a_platform_that_lacks_nothing_agrees_everywhere(gongkai: Gongkai, var: Path) -> None:
    ended = gongkai("verify", "--views", "--complete", "--json")
    checked = ended.value["checked"]
    assert (ended.code, ended.value["good"]) == (0, True), ended.out
    events = sum(checked[name]["figures"]["journal_events"] for name in SERVICES)
    leaves = checked["transparency log"]["figures"]
    assert events == leaves["leaves"] == sum(leaves[f"{name}_leaves_hashed"] for name in SERVICES) >= EVENTS


def test_one_service_is_checked_alone_and_told_in_words(gongkai: Gongkai, var: Path) -> None:
    ended = gongkai("verify", "publication")
    assert ended.code == 0
    assert "publication: good" in ended.out
    assert "everything agrees" in ended.out
    assert "catalogue" not in ended.out


def test_an_event_changed_after_the_fact_differs_from_log_and_leaf(gongkai: Gongkai, var: Path) -> None:
    spoil(var / "publication.sqlite", "update events set actor = 'li-gui' where position = 5")
    ended = gongkai("verify", "publication", "--json")
    assert ended.code == 1
    found = differences(ended)
    assert found["log-differs"].startswith(topic_of(COUNTY, "publication"))
    assert found["leaf-differs"].startswith("leaf ")


def test_an_event_taken_out_of_journal_and_log_is_missed_by_its_leaf(gongkai: Gongkai, var: Path) -> None:
    spoil(
        var / "publication.sqlite",
        "delete from events where position = (select head from journal)",
        "update journal set head = head - 1",
    )
    ended = gongkai("verify", "publication", "--json")
    assert {"journal-behind", "leaf-beyond"} <= differences(ended).keys()


@pytest.mark.parametrize(
    ("part", "line", "damage"),
    [
        ("tile/entries", 0, b"{"),
        ("checkpoint", 1, b"0"),
        ("checkpoint", 2, b"@"),
        ("checkpoint", 2, b"\xff"),
        ("checkpoint", 2, b"\n"),
        ("checkpoint", 3, b"x"),
    ],
)
def test_a_damaged_transparency_log_is_found(gongkai: Gongkai, var: Path, part: str, line: int, damage: bytes) -> None:
    file = min(file for file in (var / "tlog").rglob("*") if file.is_file() and part in str(file))
    lines = file.read_bytes().split(b"\n")
    at = len(b"\n".join(lines[:line])) + 1
    whole = file.read_bytes()
    file.write_bytes(whole[:at] + damage + whole[at + 1 :])
    ended = gongkai("verify", "--json")
    assert ended.code == 1
    assert differences(ended).keys() & {"tlog-damaged", "leaf-differs"}


@pytest.mark.parametrize(("damage", "kind"), [(b"", "document-missing"), (b"other", "document-damaged")])
def test_a_lost_or_damaged_document_is_named_by_digest(gongkai: Gongkai, var: Path, damage: bytes, kind: str) -> None:
    named = {digest for event in tape("publication") for digest in referred(event.data)}
    figures = gongkai("verify", "publication", "--json").value["checked"]["publication"]["figures"]
    assert figures["documents"] == len(named) > 0
    for file in (var / "documents").rglob("*"):
        if file.is_file():
            file.write_bytes(damage) if damage else file.unlink()
    ended = gongkai("verify", "publication", "--json")
    assert ended.code == 1
    assert differences(ended)[kind].startswith("sha256:")


def test_a_view_whose_rows_were_changed_is_named(gongkai: Gongkai, var: Path) -> None:
    spoil(var / "catalogue.sqlite", "delete from register_posts")
    ended = gongkai("verify", "catalogue", "--views", "--json")
    assert ended.code == 1
    assert "view-differs" in differences(ended)


def test_a_service_that_is_not_there_is_asked_wrongly(gongkai: Gongkai, var: Path) -> None:
    assert gongkai("verify", "treasury").code == 2
