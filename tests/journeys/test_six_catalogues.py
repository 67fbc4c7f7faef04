"""The story of the six catalogues, on the embedded platform and on the split one."""

from pathlib import Path

import httpx2
import pytest

from tests.journeys import platforms
from tests.journeys.people import World
from tests.journeys.six_catalogues import tell


def test_six_catalogues_for_one_town_embedded(tmp_path: Path) -> None:  # S01
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(World(client))


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_six_catalogues_for_one_town_split(tmp_path: Path) -> None:  # S01
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(World(client))
