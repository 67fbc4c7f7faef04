"""The made-up year: lived through the public commands, met by its rules, the same however often it is begun."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import date

import httpx2
import pytest

from services.cli.year import Lived, live_a_year
from tests.journeys.platforms import Standing, embedded

pytestmark = pytest.mark.in_order
UNTIL = date(2026, 2, 17)  # through the first days on which long-term content and the first quarter's end are due


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with embedded(tmp_path_factory.mktemp("year") / "var") as standing:
        yield standing


def lived(platform: Standing) -> list[Lived]:
    said: list[Lived] = []
    with httpx2.Client(base_url=platform.url, timeout=120) as client:
        live_a_year(client, said.append, organisations=1, until=UNTIL)
    return said


def heads(platform: Standing) -> dict[str, int]:
    """Events in the journals of those to whom commands are sent, once what follows from the last has followed."""
    found, before = counted(platform), dict[str, int]()
    while found != before:
        time.sleep(1)
        found, before = counted(platform), found
    return found


def counted(platform: Standing) -> dict[str, int]:
    found = {}
    for service in ("catalogue", "publication", "feedback"):
        with sqlite3.connect(platform.var / f"{service}.sqlite") as journal:
            found[service] = journal.execute("SELECT head FROM journal").fetchone()[0]
    return found


def kinds(platform: Standing, service: str) -> set[str]:
    with sqlite3.connect(platform.var / f"{service}.sqlite") as journal:
        return {kind.split(".")[-2] for (kind,) in journal.execute("SELECT DISTINCT type FROM events")}


def test_a_year_is_lived_week_by_week_with_progress(platform: Standing) -> None:
    said = lived(platform)
    assert [each.day.isoweekday() for each in said] == [2] * 6
    assert said[-1].share == 1.0
    assert 100 < said[-1].commands < 1000


def test_its_organisations_publish_inside_and_outside_and_answer_opinions(platform: Standing) -> None:
    assert {
        "ObligationRaised",
        "DisclosureReleasedInside",
        "DisclosureReleasedOutside",
        "ObligationFulfilled",
    } <= kinds(platform, "publication")
    assert {"OpinionReceived", "OpinionClosed"} <= kinds(platform, "feedback")


def test_begun_again_it_adds_nothing(platform: Standing) -> None:
    before = heads(platform)
    lived(platform)
    assert heads(platform) == before
