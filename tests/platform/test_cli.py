"""The command line as an operator meets it at night: what it answers, how it ends, and what it says when it cannot."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer

from services import cli
from services.archive.views.files import Files
from services.cli import main
from shared.events import Recorded
from shared.merging import Batch
from shared.observing import Observer
from tests.journeys import platforms
from tests.platform.replaying import (
    applier_of,
    heard_by_views,
    log_with_tape,
    platform_at,
    put_into_journal,
    services_at,
)
from tests.platform.taped import tape, together

SECRET = "geheim-4711"
COMMANDS = (
    "run", "serve", "up", "down", "status", "demo", "doctor", "rebuild",
    "topics apply", "parked list", "parked show", "parked retry", "parked discard",
    "contracts write", "contracts check", "contracts openapi",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


Gongkai = Callable[..., Ended]


@pytest.fixture
def gongkai(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Gongkai]:
    """``gongkai("parked", "list", "archive", GONGKAI_PORT="x")``, on development settings of its own."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("GONGKAI_ENVIRONMENT", "development")
    monkeypatch.setenv("GONGKAI_VAR", str(tmp_path / "var"))

    def call(*arguments: str, **settings: str) -> Ended:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["gongkai", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return Ended(int(end.value.code or 0), told.out, told.err)

    yield call
    structlog.reset_defaults()


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An archive that has read the whole tape, but for one stream which its view of files could not take."""
    var = tmp_path / "var"
    var.mkdir()
    log_with_tape(var / "log.sqlite").close()
    platform = platform_at(var)
    archive = services_at(platform)["archive"]
    put_into_journal(archive.engine, "archive")
    stream = next(e.stream for e in tape("publication") if e.name == "DisclosureReleasedInside")
    right = Files.change

    def stumbles(self: Files, rows: object, event: Recorded) -> None:
        if event.stream == stream:
            raise ValueError("made to fail")
        right(self, rows, event)  # type: ignore[arg-type]  # rows are passed on as they came

    monkeypatch.setattr(Files, "change", stumbles)
    applier = applier_of(archive, Observer())
    for event in together(sorted(heard_by_views(archive))):
        applier.views_see(Batch(event.service, (event,)))
    monkeypatch.setattr(Files, "change", right)
    platform.close()
    return stream


def test_every_command_is_listed_and_helps(gongkai: Gongkai) -> None:
    assert {" ".join(path) for path in commands_of(typer.main.get_command(cli.app))} >= set(COMMANDS)
    for path in commands_of(typer.main.get_command(cli.app)):
        ended = gongkai(*path, "--help")
        assert (ended.code, "Usage:" in ended.out) == (0, True), path


def commands_of(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    return [path] if inner is None else [c for name, sub in inner.items() for c in commands_of(sub, (*path, name))]


def test_what_is_asked_wrongly_ends_with_2(gongkai: Gongkai) -> None:
    for wrong in (("rebuild",), ("invent",), ("parked", "list"), ("doctor", "--invent")):
        assert gongkai(*wrong).code == 2


@pytest.mark.parametrize("asked", ["parked list archives", "serve archives", "rebuild archives files"])
def test_a_service_that_does_not_exist_is_named_with_those_that_do(gongkai: Gongkai, asked: str) -> None:
    ended = gongkai(*asked.split())
    assert ended.code == 2
    assert "there is no service archives" in ended.err
    assert "catalogue, publication, feedback, archive, audit" in ended.err


def test_a_misspelt_environment_is_said_in_a_line(gongkai: Gongkai) -> None:
    for asked in (("parked", "list", "archive"), ("serve", "all"), ("topics", "apply")):
        ended = gongkai(*asked, GONGKAI_ENVIRONMENT="developement")
        assert ended.code == 2
        assert "GONGKAI_ENVIRONMENT: Input should be 'development' or 'production'" in ended.err


def test_a_missing_database_does_not_look_like_a_quiet_service(gongkai: Gongkai, tmp_path: Path) -> None:
    ended = gongkai("parked", "list", "archive", GONGKAI_VAR=str(tmp_path / "nowhere"))
    assert (ended.code, "there is no database of archive" in ended.err) == (1, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_database_that_is_away_or_is_none_is_said_in_a_line_without_its_password(gongkai: Gongkai) -> None:
    away = gongkai("parked", "list", "archive", GONGKAI_DATABASE_URL=f"postgresql://a:{SECRET}@127.0.0.1:1/archive")
    none = gongkai("parked", "list", "archive", GONGKAI_DATABASE_URL=f"nonsense {SECRET}")
    assert (away.code, none.code) == (1, 2)
    assert "the database cannot be used" in away.err
    assert "GONGKAI_DATABASE_URL" in none.err
    assert SECRET not in away.out + away.err + none.out + none.err


def test_a_locked_database_is_said_in_a_line(
    gongkai: Gongkai, waiting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.database.LOCK_SECONDS_MAX", 0.1)
    with sqlite3.connect(tmp_path / "var" / "archive.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = gongkai("parked", "retry", "archive", "files", "publication", waiting)
        other.execute("ROLLBACK")
    other.close()
    assert (ended.code, "locked" in ended.err, "try again" in ended.err) == (1, True, True)


def test_doctor_names_what_is_missing_and_no_secret(gongkai: Gongkai) -> None:
    secrets = {
        "GONGKAI_DATABASE_URL": f"postgresql://a:{SECRET}@h/x",
        "GONGKAI_SESSION_SECRET": SECRET,
        "GONGKAI_CLIENT_SECRET": SECRET,
    }
    ended = gongkai("doctor", "--json", GONGKAI_ENVIRONMENT="production", GONGKAI_PORT="80", **secrets)
    assert ended.code == 1
    assert {"GONGKAI_ISSUER is empty", "GONGKAI_KAFKA is empty"} <= {f["missing"] for f in ended.value}
    wrong = gongkai("doctor", GONGKAI_PORT=SECRET)
    assert (wrong.code, "GONGKAI_PORT" in wrong.err) == (1, True)
    assert SECRET not in ended.out + ended.err + wrong.out + wrong.err


def test_topics_without_kafka_or_with_none_that_answers(gongkai: Gongkai) -> None:
    unset = gongkai("topics", "apply", "--json")
    assert (unset.code, "GONGKAI_KAFKA is not set" in unset.err, unset.out) == (1, True, "")
    away = gongkai("topics", "apply", "--dry-run", GONGKAI_KAFKA="127.0.0.1:1")
    assert (away.code, "Kafka at 127.0.0.1:1 cannot be reached" in away.err) == (1, True)


def test_a_parked_stream_is_listed_shown_retried_and_gone(gongkai: Gongkai, waiting: str) -> None:
    there = ("archive", "files", "publication", waiting)
    (row,) = gongkai("parked", "list", "archive", "--json").value
    assert (row["follower"], row["stream"], row["reason"]) == ("files", waiting, "ValueError: made to fail")
    assert waiting in gongkai("parked", "list", "archive").out
    shown = gongkai("parked", "show", *there, "--json").value
    assert len(shown) == row["events"]
    assert "made to fail" in gongkai("parked", "show", *there).out
    retried = gongkai("parked", "retry", *there, "--json")
    assert (retried.code, retried.value) == (0, {"applied": row["events"], "left": 0, "reason": ""})
    assert gongkai("parked", "list", "archive", "--json").value == []
    again = gongkai("parked", "retry", *there)
    assert (again.code, "does not wait in files" in again.err) == (1, True)


def test_a_stream_that_fails_again_stays_and_says_why(
    gongkai: Gongkai, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still(_self: Files, _tx: object, _event: Recorded) -> None:
        raise ValueError("still broken")

    monkeypatch.setattr(Files, "change", still)
    ended = gongkai("parked", "retry", "archive", "files", "publication", waiting, "--json")
    assert (ended.code, ended.value["applied"], ended.value["reason"]) == (1, 0, "ValueError: still broken")


def test_discarding_asks_first_and_a_dry_run_changes_nothing(gongkai: Gongkai, waiting: str) -> None:
    there = ("archive", "files", "publication", waiting)
    before = gongkai("parked", "list", "archive", "--json").value
    dry = gongkai("parked", "discard", *there, "--dry-run", "--json")
    assert (dry.code, dry.value["discarded"]) == (0, False)
    assert gongkai("parked", "discard", *there).code == 1  # nobody answers the question
    assert gongkai("parked", "list", "archive", "--json").value == before
    done = gongkai("parked", "discard", *there, "--yes", "--json")
    assert (done.code, done.value["discarded"]) == (0, True)
    assert gongkai("parked", "list", "archive", "--json").value == []


def test_an_unknown_view_is_named_with_those_there_are(gongkai: Gongkai, waiting: str) -> None:
    for asked in (("rebuild", "archive", "fils"), ("parked", "show", "archive", "fils", "publication", waiting)):
        ended = gongkai(*asked)
        assert (ended.code, "register, files, shown_history" in ended.err) == (2, True)


def test_a_rebuild_shows_its_progress_and_is_only_tried_in_a_dry_run(gongkai: Gongkai, waiting: str) -> None:
    whole = gongkai("rebuild", "archive", "shown_history")
    assert (whole.code, "rebuilt and swapped" in whole.out, "rebuilding shown_history" in whole.err) == (0, True, True)
    dry = gongkai("rebuild", "archive", "files", "--dry-run", "--json")
    assert (dry.code, dry.value["swapped"], dry.value["same"]) == (0, False, False)
    refused = gongkai("rebuild", "archive", "files")
    assert (refused.code, "--accept-difference" in refused.err) == (1, True)
    assert gongkai("parked", "list", "archive", "--json").value != []
    mended = gongkai("rebuild", "archive", "files", "--accept-difference", "--json")
    assert (mended.code, mended.value["swapped"]) == (0, True)
    assert gongkai("parked", "list", "archive", "--json").value == []


def test_contracts_are_checked_and_a_demo_needs_a_platform(gongkai: Gongkai) -> None:
    checked = gongkai("contracts", "check", "--json")
    assert (checked.code, checked.value) == (0, {"differences": []})
    demo = gongkai("demo", "--url", "http://127.0.0.1:1")
    assert (demo.code, "could not be loaded" in demo.err) == (1, True)


def test_down_and_status_say_that_nothing_runs(gongkai: Gongkai, tmp_path: Path) -> None:
    assert gongkai("status", "--var", str(tmp_path), "--json").value == {"up": False, "supervisor": None}
    assert gongkai("down", "--var", str(tmp_path), "--json").value == {"stopped": False}


def test_the_program_itself_ends_like_its_commands() -> None:
    assert platforms.gongkai("--help").returncode == 0
    wrong = platforms.gongkai("serve", "archives")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
