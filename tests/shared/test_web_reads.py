"""Questions over HTTP show what the asker may see, a page at a time, and not again what they have (design 1.5)."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from shared.telemetry import metrics
from tests.shared.notes_service import World, notes_world

NUMBERS = "/api/notes/v1/numbers"
MA = {"Authorization": "Bearer ma"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with notes_world(tmp_path) as made:
        yield made


def test_following_the_links_gives_every_row_once_in_order(world: World) -> None:
    seen, address = [], f"{NUMBERS}?limit=4&below=10"
    while address:
        answer = world.client.get(address)
        seen += [row["number"] for row in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url", "")
    assert seen == list(range(10))


def test_the_last_page_has_no_next(world: World) -> None:
    answer = world.client.get(f"{NUMBERS}?limit=10&below=10")
    assert answer.json()["next"] is None
    assert "link" not in answer.headers


@pytest.mark.parametrize("cursor", ["zzz", "WzEsIngiXQ", "e30", "WyJcdTAwMDAiLCIiXQ", "W10"])
def test_a_cursor_that_was_not_given_out_is_refused(world: World, cursor: str) -> None:
    answer = world.client.get(f"{NUMBERS}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "CURSOR_INVALID")


def test_a_cursor_fits_only_the_filters_it_came_from(world: World) -> None:
    cursor = world.client.get(f"{NUMBERS}?limit=2&below=10").json()["next"]
    assert world.client.get(f"{NUMBERS}?limit=2&below=9&cursor={cursor}").json()["code"] == "CURSOR_INVALID"


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_holds_one_to_a_hundred_rows(world: World, limit: int) -> None:
    answer = world.client.get(f"{NUMBERS}?limit={limit}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "limit")


def test_what_the_caller_has_already_is_not_sent_again(world: World) -> None:
    first = world.client.get(f"{NUMBERS}/3")
    again = world.client.get(f"{NUMBERS}/3", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"3"')
    assert world.client.get(f"{NUMBERS}/4", headers={"If-None-Match": '"3"'}).status_code == 200


def test_answers_depend_on_who_asks_and_are_never_shared(world: World) -> None:
    answer = world.client.get(f"{NUMBERS}/3")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]


def test_an_answer_nobody_was_asked_about_never_leaves(world: World) -> None:
    answer = world.client.get("/api/notes/v1/leak", headers=MA)
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert "number" not in answer.json()


def test_a_route_without_reader_is_open_only_where_the_action_is(world: World) -> None:
    assert world.client.get("/api/notes/v1/bare").json()["code"] == "SIGN_IN_NEEDED"
    assert world.client.get("/api/notes/v1/bare", headers=MA).json()["code"] == "NOT_YOUR_REMIT"


def test_nobody_is_let_in_without_a_token_where_one_is_needed(world: World) -> None:
    answer = world.client.get("/api/notes/v1/desk")
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_IN_NEEDED")
    assert answer.headers["www-authenticate"] == 'Bearer realm="gongkai"'


@pytest.mark.parametrize(
    ("header", "code"),
    [("Bearer old", "TOKEN_EXPIRED"), ("Bearer forged", "TOKEN_INVALID"), ("Basic eDp5", "TOKEN_INVALID"),
     ("Bearer ", "TOKEN_INVALID"), ("", "TOKEN_INVALID")],
)  # fmt: skip
def test_a_bad_token_is_refused_even_where_none_is_needed(world: World, header: str, code: str) -> None:
    answer = world.client.get(f"{NUMBERS}/3", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_when_the_register_is_away_nobody_sees_more_and_all_hear_it(world: World) -> None:
    def away() -> None:
        raise OperationalError("select", {}, Exception("gone"))

    world.register.failing = away  # the test takes the database away
    answer = world.client.get(f"{NUMBERS}/3", headers=MA)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")


def test_acting_as_one_post_leaves_the_others_behind(world: World) -> None:
    assert world.client.get("/api/notes/v1/desk", headers=MA).json() == {"number": 2}
    one = MA | {"Gongkai-Acting-As": "FY-R1/clerk"}
    assert world.client.get("/api/notes/v1/desk", headers=one).json() == {"number": 1}
    other = MA | {"Gongkai-Acting-As": "FY-S1/clerk"}
    assert world.client.get("/api/notes/v1/desk", headers=other).json()["code"] == "NOT_YOUR_REMIT"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bai"}])
def test_nobody_acts_as_a_post_they_do_not_hold(world: World, headers: dict[str, str]) -> None:
    answer = world.client.get(f"{NUMBERS}/3", headers=headers | {"Gongkai-Acting-As": "FY-R1/clerk"})
    assert (answer.status_code, answer.json()["code"]) == (403, "POST_NOT_HELD")


class Following:
    """Views that have reached a position of one service."""

    ready = True
    gaps: dict[str, str] = {}  # noqa: RUF012 - read only
    positions: dict[tuple[str, str], int] = {}  # noqa: RUF012 - read only

    def __init__(self, position: int) -> None:
        self.position = position

    def lag(self) -> dict[tuple[str, str], int]:
        return {}

    def wait_for(self, service: str, position: int, _timeout: float) -> bool:
        assert service == "publication"
        return self.position >= position


def test_a_read_waits_until_the_views_have_what_the_caller_did(world: World) -> None:
    following = world.app.state.follower = Following(16)
    timer = threading.Timer(0.2, lambda: setattr(following, "position", 17))
    timer.start()
    began = time.monotonic()
    assert world.client.get(f"{NUMBERS}/3", headers={"Wait-For": "publication:17"}).status_code == 200
    assert 0.15 < time.monotonic() - began < 1.5
    assert world.client.get(f"{NUMBERS}/3?after=publication:17").status_code == 200


def test_a_read_gives_up_waiting_after_two_seconds(world: World) -> None:
    world.app.state.follower = Following(16)
    timeouts = metrics.WAIT_FOR_TIMEOUTS.labels("notes")
    before = timeouts._value.get()
    answer = world.client.get(f"{NUMBERS}/3", headers={"Wait-For": "publication:17"})
    assert (answer.status_code, answer.json()["code"]) == (503, "VIEWS_BEHIND")
    assert answer.headers["retry-after"] == "1"
    assert timeouts._value.get() == before + 1


@pytest.mark.parametrize("position", ["publication", "publication:", ":1", "publication:-1", "p:1e5", "p:²"])
def test_a_position_that_cannot_be_read_is_malformed(world: World, position: str) -> None:
    world.app.state.follower = Following(16)
    answer = world.client.get(f"{NUMBERS}/3", params={"after": position})
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")
