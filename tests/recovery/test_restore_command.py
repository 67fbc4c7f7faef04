"""``gongkai restore SERVICE --from-log`` on a whole platform's folder; a service that is behind decides nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared import reach
from shared.journal import JournalUnavailable
from shared.rebuild import view_digest
from shared.recovery.comparing import chain_of
from tests.platform.taped import COUNTY, tape
from tests.recovery.house import Ended, furnished, gongkai, live, noted, running_at, var

__all__ = ["furnished", "gongkai", "var"]
Gongkai = Callable[..., Ended]
LOST = ("publication", "audit")


def digests(var: Path, name: str) -> dict[str, str]:
    """The journal's chain and the digest of each view."""
    running = running_at(var)
    try:
        with reach.service():
            flow = next(flow for flow in running.flows if flow.service.name == name)
            found = {view.name: view_digest(view) for view in flow.service.views}
            journal = running.platform.journals[name]
            return found | {"journal": str(chain_of(journal, COUNTY, journal.head()))}
    finally:
        running.platform.close()


def lose(var: Path, name: str) -> None:
    for file in var.glob(f"{name}.sqlite*"):
        file.unlink()


@pytest.mark.parametrize("name", LOST)
def test_a_lost_database_comes_back_to_the_same_digests(gongkai: Gongkai, var: Path, name: str) -> None:
    before = digests(var, name)
    lose(var, name)
    ended = gongkai("restore", name, "--from-log", "--json")
    assert ended.code == 0, ended.err
    assert ended.value["events"] == ended.value["log_events"] >= len(tape(name))
    assert digests(var, name) == before
    live(var)
    assert digests(var, name) == before, "the platform runs on, and decides nothing twice"
    assert gongkai("verify", "--views").code == 0


def test_a_rehearsal_changes_nothing(gongkai: Gongkai, var: Path) -> None:
    lose(var, "feedback")
    ended = gongkai("restore", "feedback", "--from-log", "--dry-run")
    assert ended.code == 0
    assert "events would be put back" in ended.out
    assert gongkai("restore", "feedback", "--from-log").code == 0


def test_a_journal_that_is_there_is_not_restored(gongkai: Gongkai, var: Path) -> None:
    ended = gongkai("restore", "publication", "--from-log")
    assert ended.code == 1
    assert "nothing was changed" in ended.err


def test_a_running_service_is_not_restored(gongkai: Gongkai, var: Path) -> None:
    running = running_at(var)
    running.start()
    try:
        assert running.settle(30)
        ended = gongkai("restore", "publication", "--from-log", "--tail")
    finally:
        running.stop()
    assert ended.code == 1
    assert "stop it first" in ended.err


def test_no_log_is_no_reason_for_an_empty_service(gongkai: Gongkai, tmp_path: Path) -> None:
    ended = gongkai("restore", "publication", "--from-log", GONGKAI_VAR=str(tmp_path / "elsewhere"))
    assert ended.code == 1
    assert "no event log" in ended.err
    assert not (tmp_path / "elsewhere" / "publication.sqlite").exists()


def test_a_service_behind_the_log_decides_nothing_and_names_the_command(gongkai: Gongkai, var: Path) -> None:
    lose(var, "feedback")
    running = running_at(var)
    running.start()
    try:
        with pytest.raises(JournalUnavailable, match="gongkai restore feedback --from-log"):
            running.platform.journals["feedback"].append(noted(running.platform.journals["feedback"]))
        running.platform.journals["catalogue"].append(noted(running.platform.journals["catalogue"]))
        assert running.platform.journals["feedback"].head() == 0
    finally:
        running.stop()


def test_an_older_copy_gets_its_tail_and_then_decides_again(gongkai: Gongkai, var: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite"
    shutil.copy(var / "publication.sqlite", older)
    running = running_at(var)
    running.start()
    running.platform.journals["publication"].append(noted(running.platform.journals["publication"]))
    assert running.settle(30)
    running.stop()
    lose(var, "publication")
    shutil.copy(older, var / "publication.sqlite")
    held = gongkai("verify", "publication", "--json").value["checked"]["publication"]
    assert held["counts"] == {"journal-behind": 1}
    ended = gongkai("restore", "publication", "--from-log", "--tail", "--json")
    assert ended.code == 0, ended.err
    assert ended.value["events"] == 1
    assert gongkai("verify", "publication").code == 0
