"""The story of the months after the quarter, on the embedded platform."""

from pathlib import Path

import httpx2

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.people import World
from tests.journeys.quarter_at_liushu import tell


def test_the_months_after_the_quarter_embedded(tmp_path: Path) -> None:  # S02
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        tell(World(client))
