"""The story of the quarters and the months between, on the embedded platform and on the split one."""

from pathlib import Path

import httpx2
import pytest

from tests.journeys import platforms
from tests.journeys.quarter_at_liushu import tell


def test_the_quarters_of_liushu_embedded(tmp_path: Path) -> None:  # S02
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(client)


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_the_quarters_of_liushu_split(tmp_path: Path) -> None:  # S02
    platforms.need_split_parts()
    with platforms.split(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        tell(client)
