"""An embedded platform that is broken and held against the model, again and again, on the same folder.

Start at :meth:`House.loaded` (clients that draft and give opinions while something is done to it) and
:meth:`House.must_hold` (every promise, by counting and hashing).
"""

import hashlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx2

from services.cli.demo import load_demo
from services.split.plan import Plan
from services.split.processes import Child
from tests.faults import leaves, model, naive, reading
from tests.faults.model import Ledger, eventually
from tests.faults.sending import CLERK, DISCLOSURES, DRAFT
from tests.journeys import platforms

OPINIONS = "/api/feedback/v1/opinions"
VILLAGER = "zhou-dahai"
OTHER_TOWN = "luo-lan"
CLIENTS = 4


@dataclass
class House:
    plan: Plan
    child: Child
    kept: reading.Kept
    drafts: Ledger = field(default_factory=Ledger)
    opinions: Ledger = field(default_factory=Ledger)
    checkpoints: list[tuple[int, bytes]] = field(default_factory=list)
    before: frozenset[str] = frozenset()
    vkey: str = ""
    about: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.plan.portal_url

    @property
    def log_folder(self) -> Path:
        return self.plan.var / "tlog"

    def furnish(self) -> None:
        """Start it with the demo county, and learn who is who."""
        self.start()
        with self.client() as client:
            load_demo(client, lambda _step: None)
            for person in (CLERK, VILLAGER, OTHER_TOWN):
                answer = client.post("/dev/token", json={"person": person})
                self.tokens[person] = answer.json()["access_token"]
            self.vkey = client.get("/log/vkey").text
            shown = client.get("/api/publication/v1/shown", headers=self._who(VILLAGER)).json()["items"]
            self.about = shown[0]["disclosure"]
        journals = self.kept.journals().values()
        self.before = frozenset(row.event_id for rows in journals for row in rows)

    def start(self) -> None:
        self.child.start()
        self.child.await_ready(f"{self.url}/readyz")

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=30)

    @property
    def told(self) -> Path:
        return Path(self.child.command[3])

    def arm(self, number: int, label: str, passage: int) -> None:
        """Tell ``crashing`` to send its process the signal at that passage of the step; 0 makes it stand there."""
        fresh = self.told.with_suffix(".new")
        fresh.write_text(f"{int(number)}@{label}@{passage}")
        fresh.replace(self.told)

    @property
    def standing(self) -> str:
        """The name of the thread that stands where it was told to; empty if none does."""
        met = self.told.with_suffix(".met")
        return met.read_text() if met.exists() else ""

    def beside(self) -> "House":
        """A second process on the same folder and databases, with the same ledgers; not started yet."""
        ports = {**self.plan.ports, "portal": Plan.apart(self.plan.var).ports["portal"]}
        plan = replace(self.plan, ports=ports, extra={**self.plan.extra, "GONGKAI_PUBLIC_URL": self.url})
        return replace(self, plan=plan, child=crashing_child(plan, "beside"))

    @contextmanager
    def loaded(self, name: str) -> Iterator[None]:
        """Meanwhile clients send; each waits for its answer, and goes on until the block ends or nobody answers."""
        over = Event()
        jobs = (self._drafting, self._drafting, self._giving, self._giving)
        with ThreadPoolExecutor(CLIENTS) as clients, self._watched_checkpoints():
            sent = [clients.submit(job, f"{name}-{place}", over) for place, job in enumerate(jobs)]
            try:
                yield
            finally:
                over.set()
            for future in sent:
                future.result()

    def resend(self) -> None:
        """As clients do: whoever has no answer asks again, and some who have."""
        with self.client() as client:
            for ledger, send in ((self.drafts, self._draft), (self.opinions, self._opinion)):
                for label in sorted(ledger.sent - ledger.acknowledged.keys()) + sorted(ledger.acknowledged)[-3:]:
                    eventually(lambda label=label, send=send: send(client, label))  # type: ignore[misc]  # mypy knows no defaults of a lambda

    def must_hold(self, *, views: bool = True) -> dict[str, int]:
        """Every promise; how many of what was looked at."""
        self.resend()
        journals = eventually(lambda: model.after_all(self.kept))
        self._once(journals)
        self._papers_filed_once(journals)
        self._documents_are_whole(journals)
        compared = 0
        if views:
            with TemporaryDirectory() as folder:
                compared = naive.views_are_what_the_events_say(self.kept, journals, Path(folder))
        size = eventually(lambda: leaves.log_holds_every_event_once(self.log_folder, self.vkey, self.kept, journals))
        self._tree_only_grew(size)
        self._closed_to_others()
        return {"events": sum(map(len, journals.values())), "views": compared, "leaves": size}

    def _once(self, journals: dict[str, list[reading.Written]]) -> None:
        for ledger, service, kind, named in (
            (self.drafts, "publication", "DisclosureDrafted", "disclosure"),
            (self.opinions, "feedback", "OpinionReceived", "opinion"),
        ):
            labels = {answer: label for label, answer in ledger.acknowledged.items()}
            made = [row for row in journals[service] if row.type.endswith(f".{kind}.v1")]
            ours = [row.data[named] for row in made if row.event_id not in self.before]
            ledger.must_be_kept((labels.get(one, one), one) for one in ours)

    @staticmethod
    def _papers_filed_once(journals: dict[str, list[reading.Written]]) -> None:
        """Promise 2 across services: what a fact leads to elsewhere is done once, however often it is heard."""
        filed = [row.data["ref"] for row in journals["archive"] if row.type.endswith(".DocumentFiled.v1")]
        assert len(set(filed)) == len(filed), "a paper was filed twice"
        causes = {row.context["causation_id"] for row in journals["archive"] if row.type.endswith(".DocumentFiled.v1")}
        given = {row.event_id for row in journals["feedback"] if row.type.endswith(".OpinionReceived.v1")}
        assert given <= causes, f"{len(given - causes)} opinions are in no file"

    def _documents_are_whole(self, journals: dict[str, list[reading.Written]]) -> None:
        """Promise 1 for what events only name: the file is there, and is what its digest says."""
        for row in journals["publication"]:
            if row.type.endswith(".AttachmentAdded.v1"):
                digest = row.data["attachment"]["digest"].removeprefix("sha256:")
                content = (self.plan.var / "documents" / "sha256" / digest[:2] / digest).read_bytes()
                assert hashlib.sha256(content).hexdigest() == digest

    def _tree_only_grew(self, size: int) -> None:
        """Promise 6: every checkpoint that anybody saw is of a beginning of the tree that is there now."""
        assert [s for s, _ in self.checkpoints] == sorted(s for s, _ in self.checkpoints), "the log's size went back"
        hashes = [leaves.leaf_hash(entry) for entry in leaves.entries_of(self.log_folder, size)]
        for seen, root in dict(self.checkpoints).items():
            assert leaves.root_of(hashes[:seen]) == root, f"the tree of {seen} entries is another one now"

    def _closed_to_others(self) -> None:
        """Promise 5: no draft is listed or answered to a villager, to another town's people, or to anyone."""
        drafts = set(self.drafts.acknowledged.values())
        with self.client() as client:
            listed = self._listed(client, f"{DISCLOSURES}?organisation=FY-R1&limit=100", CLERK)
            titles = {row["disclosure"]: row["title"] for row in listed}
            wrong = [(label, one) for label, one in self.drafts.acknowledged.items() if titles.get(one) != label]
            assert not wrong, f"not on the desk, or not as they were drafted: {wrong[:5]}"
            for person in ("", VILLAGER, OTHER_TOWN):
                shown = self._listed(client, "/api/publication/v1/shown?limit=100", person)
                assert not drafts & {row["disclosure"] for row in shown}
                for draft in sorted(drafts)[-2:]:
                    for path in (f"{DISCLOSURES}/{draft}", f"/api/publication/v1/shown/{draft}"):
                        assert client.get(path, headers=self._who(person)).status_code in (401, 403, 404)

    def _listed(self, client: httpx2.Client, address: str, person: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while address:
            page = client.get(address, headers=self._who(person))
            assert page.status_code == 200, page.text
            found += page.json()["items"]
            address = page.links.get("next", {}).get("url", "")
        return found

    def _drafting(self, name: str, over: Event) -> None:
        self._sending(self.drafts, self._draft, name, over)

    def _giving(self, name: str, over: Event) -> None:
        self._sending(self.opinions, self._opinion, name, over)

    def _sending(self, ledger: Ledger, send: Any, name: str, over: Event) -> None:
        number = 0
        with httpx2.Client(base_url=self.url, timeout=10) as client:
            while not over.is_set():
                number += 1
                ledger.sent.add(f"{name}-{number}")
                with suppress(httpx2.TransportError, AssertionError):
                    send(client, f"{name}-{number}")
                    continue
                over.wait(0.2)

    def _draft(self, client: httpx2.Client, label: str) -> None:
        """A draft, and to every fourth an attachment."""
        draft = self._posted(client, DISCLOSURES, DRAFT | {"title": label}, CLERK, label, self.drafts)
        if hash_of(label) % 4 == 0:
            path, named = f"{DISCLOSURES}/{draft['id']}/attachments", {"file": (f"{label}.txt", label.encode())}
            headers = self._who(CLERK) | {"Idempotency-Key": f"{label}-file", "If-Match": f'"{draft["version"]}"'}
            with suppress(httpx2.TransportError):
                answer = client.post(path, files=named, headers=headers)
                assert answer.status_code in (201, 503), answer.text

    def _opinion(self, client: httpx2.Client, label: str) -> None:
        body = {"disclosure": self.about, "text": f"公开栏位置太高，看不清。{label}"}
        self._posted(client, OPINIONS, body, VILLAGER, label, self.opinions)

    def _posted(
        self, client: httpx2.Client, path: str, body: object, person: str, label: str, ledger: Ledger
    ) -> dict[str, Any]:
        """Raises ``AssertionError`` for anything but an acceptance."""
        try:
            answer = client.post(path, json=body, headers=self._who(person) | {"Idempotency-Key": label})
        except httpx2.TransportError as gone:
            raise AssertionError(f"{label}: {gone}") from gone
        assert answer.status_code == 201, f"{label}: {answer.status_code} {answer.text}"
        ledger.acknowledge(label, answer.json()["id"])
        done: dict[str, Any] = answer.json()
        return done

    def _who(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[person]}"} if person else {}

    @contextmanager
    def _watched_checkpoints(self) -> Iterator[None]:
        """Somebody outside who looks at the signed checkpoint all the time and remembers every one."""
        over = Event()

        def look() -> None:
            while not over.wait(0.02):
                with suppress(FileNotFoundError):
                    seen = leaves.signed_size_and_root(self.log_folder, self.vkey)
                    if not self.checkpoints or self.checkpoints[-1] != seen:
                        self.checkpoints.append(seen)

        watcher = Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


@contextmanager
def house_at(folder: Path) -> Iterator[House]:
    """The demo county in one process that ends itself where it is told to (``crashing``)."""
    plan = Plan.apart(folder)
    child = crashing_child(plan, "house")
    house = House(plan, child, reading.of_files(folder))
    try:
        house.furnish()
        yield house
    finally:
        child.stop()


def crashing_child(plan: Plan, name: str, *command: str) -> Child:
    """The embedded platform, or a command of its CLI, with the watch of ``crashing``, told by a file of its own."""
    child = platforms.embedded_child(plan)
    told = str(plan.var / f"{name}.told")
    child.command = [sys.executable, "-m", "tests.faults.crashing", told, *(command or ("serve", "all"))]
    return child


def hash_of(label: str) -> int:
    return hashlib.sha256(label.encode()).digest()[0]


def ended(child: Child, seconds: float = 20.0) -> bool:
    """Whether the process ended by itself in that time."""
    deadline = time.monotonic() + seconds
    while child.running and time.monotonic() < deadline:
        time.sleep(0.02)
    return not child.running
