"""The embedded platform with the demo county, once for all who only send it what it must refuse."""

from collections.abc import Iterator

import httpx2
import pytest

from services.cli.demo import load_demo
from tests.faults.sending import Sender
from tests.journeys import platforms


@pytest.fixture(scope="session")
def demo_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[platforms.Standing]:
    with platforms.embedded(tmp_path_factory.mktemp("demo")) as standing:
        with httpx2.Client(base_url=standing.url, timeout=60) as client:
            load_demo(client, lambda _step: None)
        yield standing


@pytest.fixture(scope="module")
def sender(demo_platform: platforms.Standing) -> Iterator[Sender]:
    with httpx2.Client(base_url=demo_platform.url, timeout=10) as client:
        yield Sender(client, demo_platform)
