"""The story of the six catalogues, on the embedded platform."""

from pathlib import Path

import httpx2

from tests.journeys import platforms
from tests.journeys.people import World
from tests.journeys.six_catalogues import tell


def test_six_catalogues_for_one_town(tmp_path: Path) -> None:  # S01
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(World(client))
