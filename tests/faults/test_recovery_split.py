"""The split platform without its parts: Kafka away when services start, PostgreSQL killed, a service killed.

While a part is away commands are taken or answered 503; afterwards it works by itself and every key stands for one
draft. One platform for all, and each test leaves it whole: they stand in no order.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import httpx2
import pytest

from services.cli.demo import load_demo
from services.split.plan import SERVICES
from services.split.supervisor import SplitPlatform
from tests.faults import leaves, model, naive, reading
from tests.faults.model import Ledger, eventually
from tests.faults.sending import CLERK, DISCLOSURES, DRAFT, Sender, within
from tests.journeys import platforms

pytestmark = [pytest.mark.split, pytest.mark.postgres, pytest.mark.kafka]
AWAY = frozenset({"UNAVAILABLE", "SERVICE_AWAY", "BUSY"})
ANSWER_SECONDS_MAX = 20.0


@dataclass
class Town:
    sender: Sender
    parts: SplitPlatform
    drafts: dict[str, str]  # by key, those acknowledged
    ledger: Ledger = field(default_factory=Ledger)
    before: frozenset[str] = frozenset()

    def draft(self, key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        self.ledger.sent.add(key)
        answer = self.sender.post(json=DRAFT | {"title": key}, headers=headers)
        if answer.status_code == 201:
            self.ledger.acknowledge(key, answer.json()["id"])
            assert self.drafts.setdefault(key, answer.json()["id"]) == answer.json()["id"]
        return answer

    @property
    def kept(self) -> reading.Kept:
        return reading.of_split(self.parts.postgres, self.parts.plan.kafka)

    def ready(self, name: str) -> httpx2.Response:
        return httpx2.get(f"{self.parts.plan.url(name)}/readyz", timeout=5)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    platforms.need_split_parts()
    with TemporaryDirectory(prefix="gongkai-split-") as folder, _split(Path(folder)) as standing:
        assert standing.split
        with httpx2.Client(base_url=standing.url, timeout=ANSWER_SECONDS_MAX) as client:
            load_demo(client, lambda _step: None)
            sender = Sender(client, standing)
            sender.token()
            # Until the platform stops: a child ends with the thread that started it.
            Thread(target=standing.split.watch, daemon=True).start()
            town = Town(sender, standing.split, {})
            town.before = frozenset(draft for draft, _ in drafted(town.kept.journal("publication")))
            yield town


def _split(folder: Path) -> AbstractContextManager[platforms.Standing]:
    folder.chmod(0o755)  # PostgreSQL runs as nobody where we are root
    return platforms.split(folder)


def everything_acknowledged_is_there_once(town: Town, *, traced: bool) -> None:
    """Sent again each key gets its answer; the clerk's desk has them, and the neighbour that hears of them too."""
    for key, draft in town.drafts.copy().items():
        again = within(20, lambda key=key: _taken(town.draft(key)))
        assert again["id"] == draft
    assert len(set(town.drafts.values())) == len(town.drafts)
    within(30, lambda: set(town.drafts.values()) <= listed(town, DISCLOSURES, CLERK))
    if traced:
        within(60, lambda: set(town.drafts.values()) <= listed(town, "/api/audit/v1/traces", "li-min"))


def _taken(answer: httpx2.Response) -> Any:
    return answer.json() if answer.status_code == 201 else None


def listed(town: Town, address: str, person: str) -> set[str]:
    found: set[str] = set()
    address = f"{address}?organisation=FY-R1&limit=100"
    while address:
        page = town.sender.get(address, person)
        if page.status_code != 200:
            return set()
        found |= {row["disclosure"] for row in page.json()["items"]}
        address = page.links.get("next", {}).get("url", "")
    return found


def commands_meanwhile(town: Town, name: str, seconds: float, fault: Callable[[], None]) -> list[httpx2.Response]:
    """Drafts one after the other; the fault comes after a few of them."""
    answers: list[httpx2.Response] = []
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number += 1
        if number == 5:
            fault()
        answers.append(town.draft(f"{name}-{number}"))
        time.sleep(0.05)
    return answers


def test_services_start_and_take_commands_while_kafka_is_not_running(town: Town) -> None:
    for name in SERVICES:
        town.parts.children[name].stop()
    town.parts.kafka.kill()
    for name in SERVICES:
        town.parts.children[name].start()
    for name in SERVICES:
        town.parts.children[name].await_ready(f"{town.parts.plan.url(name)}/readyz")
    for number in range(5):
        assert town.draft(f"no-kafka-{number}").status_code == 201
    everything_acknowledged_is_there_once(town, traced=False)
    within(20, lambda: "Kafka" in town.ready("publication").json()["notes"].get("log", ""))
    town.parts.kafka.start()
    everything_acknowledged_is_there_once(town, traced=True)
    within(30, lambda: not any(town.ready(name).json()["notes"] for name in SERVICES))


def test_postgres_killed_under_commands_is_waited_for_and_nothing_is_lost(town: Town) -> None:
    answers = commands_meanwhile(town, "no-postgres", 6, town.parts.postgres.kill)
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert {answer.status_code for answer in answers} == {201, 503}
    assert codes <= AWAY
    assert town.ready("publication").status_code == 503
    assert httpx2.get(f"{town.parts.plan.url('publication')}/livez").status_code == 200
    town.parts.postgres.start()
    within(20, lambda: town.draft("postgres-is-back").status_code == 201)
    everything_acknowledged_is_there_once(town, traced=True)
    within(20, lambda: all(town.ready(name).status_code == 200 for name in SERVICES))


def test_a_service_killed_is_started_again_by_the_supervisor(town: Town) -> None:
    child = town.parts.children["publication"]
    starts, pid = child.starts, child.pid
    answers = commands_meanwhile(town, "no-service", 3, child.kill)
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} <= AWAY
    within(30, lambda: town.draft("service-is-back").status_code == 201)
    assert (child.starts, child.pid != pid) == (starts + 1, True)
    everything_acknowledged_is_there_once(town, traced=True)


def drafted(rows: list[reading.Written]) -> list[tuple[str, str]]:
    return [(row.data["disclosure"], row.event_id) for row in rows if row.type.endswith(".DisclosureDrafted.v1")]


def must_hold(town: Town, folder: Path) -> None:
    """Every promise, against the model (``model``, ``naive``, ``leaves``)."""
    for key in sorted(town.ledger.sent - town.ledger.acknowledged.keys()):
        within(30, lambda key=key: _taken(town.draft(key)))
    journals = eventually(lambda: model.after_all(town.kept), 90)
    labels = {draft: key for key, draft in town.ledger.acknowledged.items()}
    made = [draft for draft, _ in drafted(journals["publication"]) if draft not in town.before]
    town.ledger.must_be_kept((labels.get(draft, draft), draft) for draft in made)
    naive.views_are_what_the_events_say(town.kept, journals, folder)
    vkey = town.sender.client.get("/log/vkey").text
    log = town.parts.plan.var / "tlog"
    eventually(lambda: leaves.log_holds_every_event_once(log, vkey, town.kept, journals))


def kill_services(town: Town) -> None:
    for name in SERVICES:
        town.parts.children[name].kill()


AWAY_AND_BACK: dict[str, Callable[[Town], tuple[Callable[[], None], Callable[[], None]]]] = {
    "PostgreSQL restarted, fast": lambda t: (t.parts.postgres.stop, t.parts.postgres.start),
    "PostgreSQL restarted, immediate": lambda t: (
        lambda: t.parts.postgres._signal(signal.SIGQUIT),
        t.parts.postgres.start,
    ),
    "PostgreSQL killed": lambda t: (t.parts.postgres.kill, t.parts.postgres.start),
    "Kafka frozen": lambda t: (t.parts.kafka.freeze, t.parts.kafka.thaw),
    "Kafka killed": lambda t: (t.parts.kafka.kill, t.parts.kafka.start),
    "every service killed": lambda t: (lambda: kill_services(t), lambda: None),
}


USUALLY = ("PostgreSQL restarted, immediate", "Kafka frozen", "every service killed")


def test_a_part_taken_away_under_load_costs_nothing(
    town: Town, request: pytest.FixtureRequest, injected: "Counter[str]", tmp_path: Path
) -> None:
    """Without ``--rounds`` only those that no other test here injects."""
    rounds = int(request.config.getoption("--rounds", 0))
    for number, fault in enumerate([*AWAY_AND_BACK] * rounds or USUALLY):
        away, back = AWAY_AND_BACK[fault](town)
        answers = commands_meanwhile(town, f"away-{number}", 4, away)
        codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
        assert codes <= (AWAY if "Kafka" not in fault else set()), "Kafka being away stops no command"
        if fault == "Kafka frozen":
            assert {town.ready(name).status_code for name in SERVICES} == {200}
            for name in SERVICES:
                assert httpx2.get(f"{town.parts.plan.url(name)}/metrics", timeout=10).status_code == 200
        back()
        within(30, lambda number=number: town.draft(f"back-{number}").status_code == 201)
        must_hold(town, tmp_path / str(number))
        injected[fault] += 1
