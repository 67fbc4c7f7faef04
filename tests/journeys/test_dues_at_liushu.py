"""The story of the dues, on the embedded platform and on the split one."""

from pathlib import Path

import httpx2
import pytest

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.dues_at_liushu import tell
from tests.journeys.people import World


def test_the_dues_of_liushu_embedded(tmp_path: Path) -> None:  # S02
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        tell(World(client))


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_the_dues_of_liushu_split(tmp_path: Path) -> None:  # S02
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        tell(World(client))
