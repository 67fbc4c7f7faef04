"""What tests of every area share: the databases. Each test gets an empty one, on SQLite and on PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.split.postgres import PostgresMissing, PostgresServer
from tests.databases import emptied


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module marked ``in_order`` tells a story: its tests keep the order in which they are written."""
    told = [place for place, item in enumerate(items) if item.get_closest_marker("in_order")]
    written = sorted((items[place] for place in told), key=lambda item: (str(item.path), item.reportinfo()[1] or 0))
    for place, item in zip(told, written, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for the session. Without one its tests are skipped; GONGKAI_REQUIRE_ALL=1 makes that a failure."""
    with tempfile.TemporaryDirectory(prefix="gongkai-tests-") as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder) / "postgres", fsync=False)
        try:
            server.start()
        except PostgresMissing as missing:
            if os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
                pytest.fail(str(missing))
            pytest.skip(f"no PostgreSQL: {missing}")
        yield server
        server.stop()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of an empty PostgreSQL database."""
    return emptied(postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
