"""The embedded platform killed, started twice, started beside itself and left without disk: nothing accepted is lost.

Clients send drafts under keys of their own; afterwards every key stands for one draft, and the acknowledged for the
one that was acknowledged.
"""

import random
import resource
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from services.cli.demo import load_demo
from services.split.plan import Plan
from services.split.processes import Child
from tests.faults.sending import CLERK, DISCLOSURES, DRAFT, Sender, count, refused, within
from tests.journeys import platforms

DRAFTED = "select count(*) from events where type like '%.DisclosureDrafted.%'"
CLIENTS = 6


@dataclass
class House:
    """An embedded platform that can be killed and started again on its own folder."""

    plan: Plan
    child: Child
    client: httpx2.Client
    before: int = 0
    keys: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)

    @property
    def sender(self) -> Sender:
        return Sender(self.client, platforms.Standing(self.plan.portal_url, self.plan.var, process=self.child))

    def start(self) -> None:
        self.child.start()
        self.child.await_ready(f"{self.plan.portal_url}/readyz")

    def drafts(self) -> int:
        standing = platforms.Standing(self.plan.portal_url, self.plan.var)
        return count(standing, "publication", DRAFTED) - self.before


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    plan = Plan.apart(tmp_path_factory.mktemp("house"))
    child = platforms.embedded_child(plan)
    with httpx2.Client(base_url=plan.portal_url, timeout=30) as client:
        made = House(plan, child, client)
        try:
            made.start()
            load_demo(client, lambda _step: None)
            made.before = made.drafts()
            yield made
        finally:
            child.stop()


def sending_drafts(house: House, until: float, name: str, token: str, to: str = "") -> None:
    """One client: a draft after the other, each under a key of its own, until the time is up or nobody answers."""
    with httpx2.Client(base_url=to or house.plan.portal_url, timeout=10) as client:
        number = 0
        while time.monotonic() < until:
            number += 1
            key = f"{name}-{number}"
            house.keys.add(key)
            try:
                answer = send(client, token, key)
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                house.acknowledged[key] = answer.json()["id"]


def send(client: httpx2.Client, token: str, key: str) -> httpx2.Response:
    head = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return client.post(DISCLOSURES, json=DRAFT | {"title": key}, headers=head)


def every_key_stands_for_one_draft(house: House) -> None:
    """Sent again, the acknowledged get their answer and the others theirs; then each is there once."""
    token = house.sender.token()
    for key in sorted(house.keys):
        answer = within(20, lambda key=key: _taken(send(house.client, token, key)))
        assert house.acknowledged.setdefault(key, answer["id"]) == answer["id"]
    assert len(set(house.acknowledged.values())) == len(house.keys)
    assert house.drafts() == len(house.keys)
    house.sender.heads()
    assert set(house.acknowledged.values()) <= on_the_desk(house)


def _taken(answer: httpx2.Response) -> Any:
    return answer.json() if answer.status_code == 201 else None


def on_the_desk(house: House) -> set[str]:
    """What the view of the clerk's desk lists, page by page."""
    found: set[str] = set()
    address = f"{DISCLOSURES}?organisation=FY-R1&limit=100"
    while address:
        page = house.sender.get(address, CLERK)
        found |= {row["disclosure"] for row in page.json()["items"]}
        address = page.links.get("next", {}).get("url", "")
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_amid_commands_it_has_every_acknowledged_one_once(house: House, seed: int) -> None:
    chance = random.Random(seed)
    token, known = house.sender.token(), len(house.acknowledged)
    until = time.monotonic() + 5
    with ThreadPoolExecutor(CLIENTS) as clients:
        for client in range(CLIENTS):
            clients.submit(sending_drafts, house, until, f"kill-{seed}-{client}", token)
        within(5, lambda: len(house.acknowledged) > known + 5)
        time.sleep(chance.uniform(0.05, 0.5))
        house.child.kill()
    assert len(house.acknowledged) < len(house.keys), "it was killed while commands were on their way"
    house.start()
    every_key_stands_for_one_draft(house)


def test_a_second_start_on_the_same_address_says_so_and_ends(house: House) -> None:
    told = house.child.environment
    second = subprocess.run(house.child.command, env=told, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert second.stderr.strip().splitlines() == [
        f"all cannot listen on 127.0.0.1:{house.plan.ports['portal']}: Address already in use"
    ]
    assert house.client.get("/readyz").status_code == 200


def test_two_starts_at_once_leave_one_that_serves(house: House) -> None:
    house.child.stop()
    children = [platforms.embedded_child(house.plan) for _ in range(2)]
    for child in children:
        child.start()
    try:
        ended = within(30, lambda: next((c for c in children if not c.running), None))
        (left,) = (c for c in children if c is not ended)
        left.await_ready(f"{house.plan.portal_url}/readyz")
        assert ended.process.returncode == 1
    finally:
        for child in children:
            child.stop()
    house.start()


def test_two_processes_on_the_same_data_both_serve_and_nothing_is_doubled(house: House) -> None:
    ports = {**house.plan.ports, "portal": Plan.apart(house.plan.var).ports["portal"]}
    other = replace(house.plan, ports=ports, extra={"GONGKAI_PUBLIC_URL": house.plan.portal_url})
    second = platforms.embedded_child(other)
    second.start()
    try:
        second.await_ready(f"{other.portal_url}/readyz")
        token, until = house.sender.token(), time.monotonic() + 2
        with ThreadPoolExecutor(4) as clients:
            for number in range(4):  # two and two send the same keys, each to another process
                to = (house.plan.portal_url, other.portal_url)[number % 2]
                clients.submit(sending_drafts, house, until, f"beside-{number // 2}", token, to)
        every_key_stands_for_one_draft(house)
        with httpx2.Client(base_url=other.portal_url, timeout=30) as client:
            beside = replace(house, client=client, plan=other)
            within(10, lambda: set(house.acknowledged.values()) <= on_the_desk(beside))
    finally:
        second.stop()
    assert house.client.get("/readyz").status_code == 200


def test_without_disk_commands_wait_reads_go_on_and_it_recovers_by_itself(house: House) -> None:
    sender, full = house.sender, {"Idempotency-Key": "disk-1"}
    draft = sender.draft()
    house.before += 1
    held = sender.heads()
    _may_write(house.child, 0)
    try:
        refused(sender.post(json=DRAFT, headers=full), (503, "UNAVAILABLE"))
        version = {"If-Match": f'"{draft["version"]}"'}
        files = {"file": ("notes.txt", b"unheard of before")}
        path = f"{DISCLOSURES}/{draft['id']}/attachments"
        refused(sender.post(path, files=files, headers=version), (503, "UNAVAILABLE"))
        assert sender.get(f"{DISCLOSURES}/{draft['id']}", CLERK).status_code == 200
        assert sender.get("/api/publication/v1/shown").status_code == 200
        time.sleep(2)
    finally:
        _may_write(house.child, resource.RLIM_INFINITY)
    assert sender.heads() == held
    done = within(10, lambda: _taken(sender.post(json=DRAFT, headers=full)))
    assert sender.post(json=DRAFT, headers=full).json()["id"] == done["id"]
    assert sender.heads()["publication"] == held["publication"] + 1
    house.before += 1
    assert house.child.running


def _may_write(child: Child, size: int) -> None:
    """How large a file the process may write from now on: 0 is a disk that takes nothing more."""
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
