"""Personal data is in clear nowhere but on the pages of those who may read it, and after its erasure nowhere at all.

Every file of a running platform is searched for texts that stand nowhere else: databases, their write-ahead logs, the
event log, documents, tiles, logs; and what is sent to a collector of traces.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import FEEDBACK, PUBLICATION, settled
from tests.journeys.people import World
from tests.journeys.traces import Receiver, receiver
from tests.platform import erasing
from tests.platform.erasing import CATALOGUE, CONFIRMER, KEEPER, PERSON, Told
from tests.platform.searching import found_in

ERASURE = f"{CATALOGUE}/persons/{PERSON}/erasure"
GROUND = {"ground": "purpose-ended"}


@dataclass
class Here:
    """A platform on which the story has been told."""

    var: Path
    client: httpx2.Client
    story: Told
    spans: Receiver

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

    def in_the_open(self) -> list[str]:
        """Wherever a text of the story stands in clear, though it must not."""
        sent = [f"span {span.name}" for span in self.spans.spans() if any(t in repr(span) for t in self.story.all)]
        return found_in(self.var, self.story.all) + sent


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    var = tmp_path_factory.mktemp("erasure")
    with receiver() as spans, platforms.embedded(var, GONGKAI_OTLP_ENDPOINT=spans.endpoint) as standing:
        with httpx2.Client(base_url=standing.url, timeout=60) as client:
            load_demo(client, lambda _step: None)
            world = World(client)
            world.it_is("2026-04-08T09:00")
            story = Told(world)
            erasing.tell(story)
            yield Here(var, client, story, spans)


def test_before_anything_is_erased_no_file_holds_it_in_clear_and_the_entitled_read_it(here: Here) -> None:
    shown = here.pages() + here.world(PERSON).raw(f"{CATALOGUE}/me").text
    for text in [*here.story.person[:5], here.story.unnamed, here.story.title, here.story.text, here.story.file_name]:
        assert text in shown
    assert here.in_the_open() == []
