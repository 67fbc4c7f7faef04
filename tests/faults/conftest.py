"""What the fault tests share: how often each fault is injected and from which seed, and the embedded demo county."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import httpx2
import pytest

from services.cli.demo import load_demo
from tests.faults.sending import Sender
from tests.journeys import platforms

SEED = 20_261_123
INJECTED = "injected"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--rounds", type=int, default=0, help="inject each fault so many times (0: as often as CI does)")
    group.addoption("--seed", type=int, default=SEED, help="where all that is random in the faults begins")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """More rounds may take more time."""
    for item in items:
        if (rounds := int(config.getoption("--rounds", 0))) and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(300 * rounds))


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Without the options (pytest started above tests/faults) the usual one."""
    return int(request.config.getoption("--seed", SEED))


@pytest.fixture
def chance(request: pytest.FixtureRequest, seed: int) -> Random:
    """Of this test alone, so that it does the same whatever ran before it. A failure shows where it began."""
    print(f"chance: {request.node.name}, --seed {seed}")  # noqa: T201 - pytest shows it with a failure
    return Random(f"{seed}/{request.node.name}")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """``rounds(few)``: how often this run injects what CI injects ``few`` times."""
    return lambda few: int(request.config.getoption("--rounds", 0)) or few


@pytest.fixture
def injected(record_property: Callable[[str, object], None]) -> Iterator["Counter[str]"]:
    """Counts each fault by name; the run's summary adds them up."""
    counted: Counter[str] = Counter()
    yield counted
    for fault, times in counted.items():
        record_property(INJECTED, f"{times} {fault}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "teardown":
                for name, value in report.user_properties:
                    if name == INJECTED:
                        times, _, fault = str(value).partition(" ")
                        total[fault] += int(times)
    if total:
        terminalreporter.section(f"faults injected, --seed {terminalreporter.config.getoption('--seed', SEED)}")
        for fault, count in sorted(total.items()):
            terminalreporter.write_line(f"{count:6} {fault}")


@pytest.fixture(scope="session")
def demo_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[platforms.Standing]:
    """Once for all who only send it what it must refuse."""
    with platforms.embedded(tmp_path_factory.mktemp("demo")) as standing:
        with httpx2.Client(base_url=standing.url, timeout=60) as client:
            load_demo(client, lambda _step: None)
        yield standing


@pytest.fixture(scope="module")
def sender(demo_platform: platforms.Standing) -> Iterator[Sender]:
    with httpx2.Client(base_url=demo_platform.url, timeout=10) as client:
        yield Sender(client, demo_platform)
