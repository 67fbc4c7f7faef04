"""An embedded platform that has lived through the tape and stands still: a folder, copied for each test to spoil."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import structlog
from sqlalchemy import insert

from services.audit.tlog.store import Store
from services.cli import main
from services.embedded import BUILDERS
from shared import ids
from shared.events import Context
from shared.journal import Append, Journal, NewEvent, Write
from shared.journal.schema import create_schema, events, journal
from shared.recovery.papers import referred
from shared.running import LocalPlatform, Running
from shared.service import Service
from shared.settings import Environment, Settings
from shared.transparency.notes import Checkpoint, split_note
from tests.platform.replaying import columns_of
from tests.platform.taped import COUNTY, SERVICES, tape


@dataclass(frozen=True)
class Ended:
    """How a command of the CLI ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


def settings_at(var: Path) -> Settings:
    return Settings(environment=Environment.DEVELOPMENT, var=var, founder="jiang-ping", county=COUNTY)


def running_at(var: Path) -> Running:
    """Every service over that folder; nothing falls due, so that it stands still once all has been reacted to."""
    platform = LocalPlatform(settings_at(var))
    return Running(platform, [still(BUILDERS[name](platform)) for name in SERVICES])


def still(service: Service) -> Service:
    """One for which nothing falls due."""
    return replace(service, tickers=())


def furnish(var: Path) -> None:
    """The tape in every journal, with documents of its own; shipped, followed and logged."""
    platform = LocalPlatform(settings_at(var))
    for name in SERVICES:
        put_into_journal(platform, name)
    platform.close()
    live(var)


def put_into_journal(platform: LocalPlatform, name: str) -> None:
    """As the service would have written it, but that the documents it refers to are kept here under their digests."""
    create_schema(platform.engine(name))
    rows = [columns_of(event) for event in tape(name)]
    for event, row in zip(tape(name), rows, strict=True):
        for digest in referred(event.data):
            row["data"] = str(row["data"]).replace(digest, platform.documents.put(digest.encode()))
    with platform.engine(name).begin() as tx:
        if rows:
            tx.execute(insert(events), rows)
        tx.execute(journal.update().values(service=name, head=len(rows)))


def live(var: Path) -> None:
    """Run until nothing is under way and the transparency log has it all."""
    running = running_at(var)
    running.start()
    try:
        assert running.settle(60)
        await_logged(running)
    finally:
        running.stop()


def await_logged(running: Running) -> None:
    """Wait until a leaf of every event of every journal is published."""
    store = Store(running.platform.settings.var / "tlog")
    events = sum(journal.head() for journal in running.platform.journals.values())
    deadline = monotonic() + 60
    while not store.checkpoint or Checkpoint.parse(split_note(store.checkpoint)[0]).size < events:
        assert monotonic() < deadline, "the transparency log stands still"
        sleep(0.05)


def noted(journal: Journal) -> Append:
    """A command of that service that no view heeds."""
    event = NewEvent(ids.new_id(), f"cn.gongkai.{journal.service}.Noted.v1", '{"note":"公开"}')
    context = Context(town="fengyang", actor="bai-xue", command_id=ids.new_id())
    return Append(context.command_id, "", context, (Write(f"note-{ids.new_id()}", 0, (event,)),))


def copied(var: Path, to: Path) -> Path:
    shutil.copytree(var, to)
    return to


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a platform that has lived through the tape; for reading alone."""
    var = tmp_path_factory.mktemp("furnished") / "var"
    furnish(var)
    return var


@pytest.fixture
def var(furnished: Path, tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    return copied(furnished, tmp_path / "var")


@pytest.fixture
def gongkai(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Callable[..., Ended]]:
    """``gongkai("verify", "catalogue", GONGKAI_VAR=...)``: how it ended and what it said."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("GONGKAI_ENVIRONMENT", "development")
    monkeypatch.setenv("GONGKAI_VAR", str(tmp_path / "var"))

    def call(*arguments: str, **settings: str) -> Ended:
        with monkeypatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            patched.setattr("sys.argv", ["gongkai", *arguments])
            capsys.readouterr()
            with pytest.raises(SystemExit) as end:
                main()
            told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return Ended(int(end.value.code or 0), told.out, told.err)

    yield call
    structlog.reset_defaults()
