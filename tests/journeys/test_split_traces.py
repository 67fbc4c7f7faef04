"""A request at the portal's address is followed on /dev/traces through processes and Kafka into others' views."""

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.cli.demo import load_demo
from shared.telemetry import names
from tests.journeys import platforms

THROUGH_PORTAL = "POST /api/{service}/{rest:path}"
GIVE = "POST /api/feedback/v1/opinions"
TEXT = "公开栏位置太高，看不清。"
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
FOLDED = re.compile(r"<details>.*?</details>|<span (?:class=\"hidden\"|aria-hidden).*?</span>", re.DOTALL)


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_a_request_at_the_portal_is_followed_through_kafka_to_the_views_of_others(tmp_path: Path) -> None:
    platforms.need_split_parts()
    with (
        platforms.split(tmp_path, traces=True) as here,
        httpx2.Client(base_url=here.url, timeout=60, headers={"accept-language": "en"}) as client,
    ):
        load_demo(client)
        trace = given(client)
        steps = awaited(client, trace)
        assert steps[:4] == [f"portal {THROUGH_PORTAL}", f"feedback {GIVE}", "feedback handle", "feedback append"]
        assert set(steps[4:]) >= {
            "feedback send feedback",
            "archive process feedback",
            f"archive {names.COMMAND} · file-papers",
            "archive append",
            "archive send archive",
            "audit process archive",
        }
        page = client.get(f"/dev/traces/{trace}").text
        assert TEXT not in page
        assert "zhou-dahai" not in page
        a_refusal_names_its_trace(client)


def given(client: httpx2.Client) -> str:
    """An opinion is given; the trace under which that was done."""
    token = client.post("/dev/token", json={"person": "zhou-dahai"}).json()["access_token"]
    who = {"authorization": f"Bearer {token}"}
    shown: dict[str, Any] = client.get("/api/publication/v1/shown", headers=who).json()["items"][0]
    body = {"disclosure": shown["disclosure"], "text": TEXT}
    answer = client.post("/api/feedback/v1/opinions", json=body, headers=who | {"idempotency-key": "followed"})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["traceparent"].split("-")[1])


def awaited(client: httpx2.Client, trace: str, seconds: float = 60.0) -> list[str]:
    """The steps of the trace, once it has come round to the archive's view and over it to audit's."""
    deadline, rows = time.monotonic() + seconds, list[list[str]]()
    while time.monotonic() < deadline:
        rows = cells(client.get(f"/dev/traces/{trace}").text)
        changed = {row[0] for row in rows if len(row) == 5 and row[2] == "archive"}
        if changed >= {"archive", "audit"}:
            return [" ".join(row[:2]) for row in rows if len(row) == 5 and row[2].endswith("ms")]
        time.sleep(0.5)
    raise AssertionError(f"it did not come round in {seconds:.0f} s; there were {rows}")


def cells(page: str) -> list[list[str]]:
    """The rows of every table of a page, as text without what is folded away or only for screen readers."""
    rows = ROW.findall(FOLDED.sub("", page))
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in CELL.findall(row)] for row in rows]


def a_refusal_names_its_trace(client: httpx2.Client) -> None:
    problem = client.get("/api/archive/v1/files/nothing/1").json()
    deadline = time.monotonic() + 10
    while (page := client.get(f"/dev/traces/{problem['trace_id']}")).status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "GET /api/{service}/{rest:path}" in page.text
