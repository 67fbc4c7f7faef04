"""The story of the flood donations and of what stays under the lid, on the embedded platform and on the split one."""

from pathlib import Path

import httpx2
import pytest

from services.cli.demo import load_demo
from tests.journeys import platforms
from tests.journeys.people import World
from tests.journeys.under_the_lid import tell


def test_outside_the_catalogue_and_under_the_lid_embedded(tmp_path: Path) -> None:  # S05 CAT-12 to CAT-15 PUB-16 PUB-35
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        tell(World(client), standing.var)


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_outside_the_catalogue_and_under_the_lid_split(tmp_path: Path) -> None:  # S05 CAT-12 to CAT-15 PUB-16 PUB-35
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        load_demo(client, lambda _step: None)
        tell(World(client), standing.var)
