"""A backup is taken while everything goes on, is refused where it was damaged, and comes back elsewhere as it was."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from shared.journal import JournalUnavailable
from shared.log import LogUnavailable
from shared.log.embedded import EmbeddedLog
from shared.recovery.archiving import Archive
from shared.running import Running
from tests.faults.sending import within
from tests.platform.taped import SERVICES
from tests.recovery.house import Ended, await_logged, furnished, gongkai, noted, running_at, var

__all__ = ["furnished", "gongkai", "var"]
Gongkai = Callable[..., Ended]


@pytest.fixture
def made(gongkai: Gongkai, var: Path, tmp_path: Path) -> Ended:
    """A backup of the furnished platform."""
    ended = gongkai("backup", "create", "--to", str(tmp_path / "copies"), "--json")
    assert ended.code == 0, ended.err
    return ended


def restored(gongkai: Gongkai, made: Ended, to: Path) -> Ended:
    ended = gongkai("backup", "restore", made.value["file"], "--keys", made.value["keys"], GONGKAI_VAR=str(to))
    assert ended.code == 0, ended.err
    return ended


def busy(running: Running, stop: list[bool], done: list[int]) -> None:
    """Commands in every service, one after the other, until told to stop."""
    while not stop:
        for journal in running.platform.journals.values():
            journal.append(noted(journal))
        done.append(1)


def test_taken_under_load_it_agrees_with_itself_and_lives_on_elsewhere(
    gongkai: Gongkai, var: Path, tmp_path: Path
) -> None:
    running = running_at(var)
    running.start()
    stop: list[bool] = []
    done: list[int] = []
    load = Thread(target=busy, args=(running, stop, done))
    load.start()
    try:
        made = gongkai("backup", "create", "--to", str(tmp_path / "copies"), "--json")
        before = len(done)
    finally:
        stop.append(True)
        load.join()
        running.stop()
    assert made.code == 0, made.err
    assert before > 0
    assert gongkai("backup", "verify", made.value["file"], "--digest", made.value["digest"]).code == 0
    there = tmp_path / "there"
    restored(gongkai, made, there)
    found = gongkai("verify", "--json", GONGKAI_VAR=str(there)).value
    assert found["good"], found
    chains = {name: kept["chain"] for name, kept in Archive.at(Path(made.value["file"])).manifest["services"].items()}
    assert {name: found["checked"][name]["figures"]["journal_chain"] for name in SERVICES} == chains
    lives_on(there)
    assert gongkai("verify", GONGKAI_VAR=str(there)).code == 0


def lives_on(var: Path) -> None:
    """Takes commands, ships, follows and logs."""
    running = running_at(var)
    running.start()
    try:
        journal = running.platform.journals["publication"]
        journal.append(noted(journal))
        assert running.settle(60)
        await_logged(running)
    finally:
        running.stop()


def test_nothing_is_restored_where_something_is(gongkai: Gongkai, made: Ended, var: Path) -> None:
    ended = gongkai("backup", "restore", made.value["file"])
    assert ended.code == 1
    assert "nothing was changed" in ended.err


def test_keys_lie_in_an_archive_of_their_own(made: Ended) -> None:
    with tarfile.open(made.value["file"]) as archive:
        assert not [name for name in archive.getnames() if "keys" in name or "secret" in name or "issuer" in name]
    with tarfile.open(made.value["keys"]) as archive:
        assert "keys.jsonl" in archive.getnames()


@pytest.mark.parametrize("part", ["databases/publication.sqlite", "log.sqlite", "documents/", "tlog/"])
def test_a_damaged_backup_is_refused_by_the_name_of_the_part(gongkai: Gongkai, made: Ended, part: str) -> None:
    file = Path(made.value["file"])
    with tarfile.open(file) as archive:
        member = next(m for m in archive.getmembers() if m.name.startswith(part))
    with file.open("r+b") as raw:
        raw.seek(member.offset_data + member.size // 2)
        byte = raw.read(1)
        raw.seek(-1, 1)
        raw.write(bytes([byte[0] ^ 1]))
    ended = gongkai("backup", "verify", str(file))
    assert ended.code == 1
    assert member.name in ended.err


def test_a_backup_that_ends_early_is_none(gongkai: Gongkai, made: Ended, tmp_path: Path) -> None:
    file = Path(made.value["file"])
    with file.open("r+b") as raw:
        raw.truncate(file.stat().st_size // 2)
    ended = gongkai("backup", "restore", str(file), GONGKAI_VAR=str(tmp_path / "there"))
    assert ended.code == 1
    assert "not a whole backup" in ended.err
    assert not (tmp_path / "there").exists()


def test_an_older_backup_beside_the_newer_log_waits_for_its_tail(
    gongkai: Gongkai, made: Ended, var: Path, tmp_path: Path
) -> None:
    lives_on(var)
    there = tmp_path / "there"
    restored(gongkai, made, there)
    for part in ("log.sqlite", "tlog"):  # what outlived the loss
        shutil.rmtree(there / part) if (there / part).is_dir() else (there / part).unlink()
        (shutil.copytree if (var / part).is_dir() else shutil.copy)(var / part, there / part)
    running = running_at(there)
    running.start()
    try:
        with pytest.raises(JournalUnavailable, match="restore publication --from-log --tail"):
            running.platform.journals["publication"].append(noted(running.platform.journals["publication"]))
    finally:
        running.stop()
    for service in ("publication", "audit"):
        assert gongkai("restore", service, "--from-log", "--tail", GONGKAI_VAR=str(there)).code == 0
    lives_on(there)
    assert gongkai("verify", GONGKAI_VAR=str(there)).code == 0


def test_a_restored_journal_waits_for_a_log_that_is_away(
    gongkai: Gongkai, made: Ended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    restored(gongkai, made, there)
    positions = EmbeddedLog.positions

    def away(*_: object) -> None:
        raise LogUnavailable("away")

    monkeypatch.setattr(EmbeddedLog, "positions", away)
    running = running_at(there)
    running.start()
    try:
        journal = running.platform.journals["catalogue"]
        with pytest.raises(JournalUnavailable, match="held to"):
            journal.append(noted(journal))
        monkeypatch.setattr(EmbeddedLog, "positions", positions)
        assert within(20, lambda: not running.flows[0].relay.trouble)
        journal.append(noted(journal))
    finally:
        running.stop()
