"""Personal data is in clear nowhere but on the pages of those who may read it, and after its erasure nowhere at all.

Every file of a running platform is searched for texts that stand nowhere else: databases, their write-ahead logs, the
event log, documents, tiles, logs; and what is sent to a collector of traces.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest

from services.audit.tlog.receipts import check_receipt
from services.cli.demo import load_demo
from shared.transparency.keys import Verifier
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import FEEDBACK, PUBLICATION, settled
from tests.journeys.people import World
from tests.platform import erasing
from tests.platform.collector import Collected, collector
from tests.platform.erasing import CATALOGUE, CONFIRMER, KEEPER, PERSON, Told
from tests.platform.searching import found_in

pytestmark = pytest.mark.in_order
ERASURE = f"{CATALOGUE}/persons/{PERSON}/erasure"
T = TypeVar("T")
GROUND = {"ground": "purpose-ended"}


@dataclass
class Here:
    """A platform on which the story has been told."""

    var: Path
    client: httpx2.Client
    story: Told
    spans: Collected

    @property
    def world(self) -> World:
        return self.story.world

    def pages(self) -> str:
        """What those entitled to it are shown of the story."""
        settled(self.world)
        asked = [
            ("li-min", f"{FEEDBACK}/opinions/{self.story.ids['opinion']}"),
            ("ma-xiaoyan", f"{FEEDBACK}/opinions?organisation=FY-R1"),
            ("ma-xiaoyan", "/api/archive/v1/files/FY-R1/2026"),
            ("ma-xiaoyan", f"{PUBLICATION}/disclosures/{self.story.ids['disclosure']}"),
            ("ma-xiaoyan", f"{PUBLICATION}/disclosures?organisation=FY-R1"),
            ("li-min", f"/api/audit/v1/traces/{self.story.ids['disclosure']}"),
        ]
        return "\n".join(self.world(name).raw(path).text for name, path in asked)

    @property
    def url(self) -> str:
        return str(self.client.base_url)

    def in_the_open(self) -> list[str]:
        """Wherever a text of the story stands in clear, though it must not."""
        assert self.spans.bodies, "traces are sent"
        sent = [f"span: {text}" for text in self.story.all for body in self.spans.bodies if text.encode() in body]
        return found_in(self.var, self.story.all) + sent


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    var = tmp_path_factory.mktemp("erasure")
    with (
        collector() as spans,
        platforms.embedded(var, GONGKAI_OTLP_ENDPOINT=spans.endpoint) as standing,
        httpx2.Client(base_url=standing.url, timeout=60) as client,
    ):
        load_demo(client, lambda _step: None)
        world = World(client)
        world.it_is("2026-04-08T09:00")
        story = Told(world)
        erasing.tell(story)
        yield Here(var, client, story, spans)


def keys_of(var: Path, subject: str) -> list[dict[str, Any]]:
    """What the key store's file holds for a subject and what it owns."""
    with sqlite3.connect(var / "keys.sqlite") as keys:
        keys.row_factory = sqlite3.Row
        rows = keys.execute("SELECT key_id, hex(wrapped) wrapped FROM keys WHERE ? IN (subject, owner)", [subject])
        return [dict(row) for row in rows]


def receipts(here: Here) -> dict[str, bytes]:
    """The receipts that the log gives now for everything that was told of the person, by event."""
    with sqlite3.connect(here.var / "catalogue.sqlite") as journal:
        events = [
            row[0] for row in journal.execute("SELECT event_id FROM events WHERE stream = ?", [f"person-{PERSON}"])
        ]
    found = {event: eventually(partial(proof_of, here, event), bool) for event in events}
    assert all(found.values())
    return found


def eventually(ask: Callable[[], T], enough: Callable[[T], object], seconds: float = 20.0) -> T:
    """The answer, asked again until it is as it must become."""
    deadline = time.monotonic() + seconds
    while not enough(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def proof_of(here: Here, event: str) -> bytes:
    answer = here.world(CONFIRMER).raw(f"/api/audit/v1/proofs/{event}")
    return answer.content if answer.status_code == 200 else b""


def holds(here: Here, proof: bytes) -> bool:
    verifier = Verifier.parse(here.client.get("/log/vkey").text)
    return bool(check_receipt(proof, verifier).entry)


def test_before_anything_is_erased_no_file_holds_it_in_clear_and_the_entitled_read_it(here: Here) -> None:
    shown = here.pages() + here.world(PERSON).raw(f"{CATALOGUE}/me").text
    for text in [*here.story.person[:5], here.story.unnamed, here.story.title, here.story.text, here.story.file_name]:
        assert text in shown
    assert here.in_the_open() == []


def test_what_is_refused_for_secrecy_is_unreadable_at_once(here: Here) -> None:  # PUB-35, design 8
    erasing.it_is_refused(here.story)
    shown = here.pages()
    for text in here.story.refused:
        assert text not in shown
    assert keys_of(here.var, f"draft:{here.story.ids['disclosure']}/1") == []


def test_a_person_under_hold_or_in_office_is_not_erased(here: Here) -> None:
    world = here.world
    erasing.hold(here.story)
    world(KEEPER).does(ERASURE, GROUND)
    assert world(KEEPER).is_refused(f"{ERASURE}/confirmation")["code"] == "SELF_APPROVAL"
    assert world(CONFIRMER).is_refused(f"{ERASURE}/confirmation")["code"] == "PERSON_HELD"
    assert here.in_the_open() == []
    erasing.lift_hold(here.story)
    in_office = f"{CATALOGUE}/persons/ma-xiaoyan/erasure"
    world(KEEPER).does(in_office, GROUND)
    assert world(CONFIRMER).is_refused(f"{in_office}/confirmation")["code"] == "STILL_IN_OFFICE"
    for name in ("ma-xiaoyan", "zhou-dahai", PERSON):
        assert world(name).is_refused(ERASURE, GROUND)["code"] == "NOT_YOUR_REMIT"


def test_restriction_hides_and_lifting_it_shows_again(here: Here) -> None:  # PIPL Art. 47
    path = f"{CATALOGUE}/persons/{PERSON}/restriction"
    here.world(KEEPER).does(path, GROUND)
    shown = here.pages()
    assert here.story.opinion not in shown
    assert "已限制处理" in shown
    here.world(KEEPER).does(f"{path}/lifting")
    assert here.story.opinion in here.pages()


def test_after_erasure_no_page_shows_it_and_no_key_opens_it(here: Here) -> None:
    before = receipts(here)
    keys = keys_of(here.var, f"person:{PERSON}")
    wrapped = [bytes.fromhex(row["wrapped"]) for row in keys]
    assert len(keys) == 2
    done = platforms.gongkai("erase", PERSON, "--confirm", "--as", CONFIRMER, "--url", here.url, "--json")
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert (page["state"], page["keys"]) == ("erased", 2)
    assert keys_of(here.var, f"person:{PERSON}") == []
    assert [row for row in wrapped if row in (here.var / "keys.sqlite").read_bytes()] == []
    assert [row for row in wrapped if row in (here.var / "keys.sqlite-wal").read_bytes()] == []
    shown = here.pages()
    assert [text for text in here.story.person if text in shown] == []
    assert "已依法删除" in shown
    assert here.world(PERSON).raw(f"{CATALOGUE}/me").json()["code"] == "SIGN_IN_ERASED"
    assert here.story.unnamed in shown, "what is another's stays"
    assert {event: proof for event, proof in before.items() if not holds(here, proof)} == {}
    assert here.in_the_open() == []


def test_the_certificate_is_in_the_transparency_log(here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "certificate"
    arguments = ("erase", PERSON, "--certificate", str(folder), "--as", CONFIRMER, "--url", here.url)
    written = eventually(lambda: platforms.gongkai(*arguments), lambda done: done.returncode == 0)
    assert written.returncode == 0, written.stderr
    event, proof = folder / f"{PERSON}-erased.json", folder / f"{PERSON}-erased.tlog-proof"
    vkey = tmp_path / "vkey"
    vkey.write_bytes(here.client.get("/log/vkey").content)
    checked = platforms.gongkai("check", str(proof), "--event", str(event), "--vkey", str(vkey))
    assert checked.returncode == 0, checked.stderr
    assert json.loads(event.read_text())["data"]["confirmed_by"] == CONFIRMER


def test_what_comes_late_for_an_erased_person_is_not_kept(here: Here) -> None:
    body = {"person": PERSON, "name_zh": here.story.name_zh, "name_en": ""}
    again = here.world(KEEPER).is_refused(f"{CATALOGUE}/persons", {"persons": [body], "on": "2026-04-08"})
    assert again["code"] == "PERSON_ERASED"
    late = {"text": here.story.opinion, "channel": "telephone", "giver": PERSON}
    path = f"{FEEDBACK}/organisations/FY-R1/opinions"
    assert here.world("ma-xiaoyan").is_refused(path, late)["code"] == "PERSON_ERASED"
    assert here.in_the_open() == []


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_neither_postgresql_nor_kafka_holds_it_in_clear_before_or_after(tmp_path: Path) -> None:
    platforms.need_split_parts()
    with (
        collector() as spans,
        platforms.split(tmp_path, GONGKAI_OTLP_ENDPOINT=spans.endpoint) as standing,
        httpx2.Client(base_url=standing.url, timeout=60) as client,
    ):
        assert standing.split
        load_demo(client, lambda _step: None)
        world = World(client)
        world.it_is("2026-04-08T09:00")
        here = Here(tmp_path, client, Told(world), spans)
        erasing.tell(here.story)
        eventually(here.pages, lambda shown: all(t in shown for t in (here.story.reply, here.story.text)))
        assert here.in_the_open() == []
        with standing.split.postgres.connect("keys") as keys:
            (wrapped,) = (
                keys.execute("SELECT wrapped FROM keys WHERE subject = %s", [f"person:{PERSON}"]).fetchone() or ()
            )
        world(KEEPER).does(ERASURE, GROUND)
        world(CONFIRMER).does(f"{ERASURE}/confirmation")
        eventually(lambda: world(KEEPER).get(ERASURE)["state"], lambda state: state == "erased")
        shown = eventually(here.pages, lambda shown: here.story.opinion not in shown)
        assert [text for text in here.story.person if text in shown] == []
        with standing.split.postgres.connect("keys") as keys:
            keys.execute("CHECKPOINT")
        tables = tmp_path / "postgres" / "data" / "base"
        assert tables.is_dir()
        assert [file for file in tables.rglob("*") if file.is_file() and bytes(wrapped) in file.read_bytes()] == []
        assert here.in_the_open() == []
