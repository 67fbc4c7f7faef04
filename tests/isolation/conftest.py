"""One planted county for all that look for leaks in it: they ask, and change nothing."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.isolation.county import County, planted
from tests.journeys import platforms


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    with (
        platforms.embedded(tmp_path_factory.mktemp("county")) as standing,
        httpx2.Client(base_url=standing.url, timeout=60) as client,
    ):
        yield planted(client)
