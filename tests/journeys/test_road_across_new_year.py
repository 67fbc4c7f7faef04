"""The story of the road, on the embedded platform and on the split one."""

from pathlib import Path

import httpx2
import pytest

from tests.journeys import platforms
from tests.journeys.road_across_new_year import tell


def test_the_road_that_crossed_the_new_year_embedded(tmp_path: Path) -> None:  # S03
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(client)


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_the_road_that_crossed_the_new_year_split(tmp_path: Path) -> None:  # S03
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(client)
