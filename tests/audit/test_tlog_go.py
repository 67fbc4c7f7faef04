"""Go's own note and tlog packages read the transparency log as it is: checkpoint, entries, proofs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from services.audit.tlog.store import Store
from services.audit.tlog.writer import Writer, metadata
from shared.database import make_engine
from tests.audit.test_tlog_writer import SIGNER, Recording

SOURCE = Path(__file__).parent / "reader"


def unavailable(why: str) -> None:
    """Say so and leave the test out; GONGKAI_REQUIRE_ALL=1 makes that a failure."""
    if os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader, built in a folder of its own."""
    go = shutil.which("go")
    if go is None:
        unavailable("no Go here to read the log with")
    folder = tmp_path_factory.mktemp("reader") / "source"
    shutil.copytree(SOURCE, folder)
    environment = os.environ | {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    built = subprocess.run(
        [str(go), "build", "-o", "reader", "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    if built.returncode:
        unavailable(f"the reader cannot be built: {built.stderr[-300:]}")
    return folder / "reader"


def test_a_reader_written_for_other_logs_verifies_ours(reader: Path, tmp_path: Path) -> None:
    engine, recording, store = make_engine(f"sqlite:///{tmp_path / 'a.sqlite'}"), Recording(), Store(tmp_path / "log")
    metadata.create_all(engine)
    writer = Writer(engine, recording, store, SIGNER)
    for size in (1, 255, 300, 70_000):
        recording.grow(size)
        while writer.seal() < size:
            pass
        ended = read(reader, store.folder)
        assert (ended.returncode, ended.stdout) == (0, f"verified {size} entries\n"), ended.stderr
    for path in ("tile/0/100", "tile/entries/273.p/112", "tile/1/000", "checkpoint"):
        file = store.folder / path
        kept = file.read_bytes()
        file.write_bytes(kept[:20] + bytes([kept[20] ^ 1]) + kept[21:])
        assert read(reader, store.folder).returncode == 1, path
        file.write_bytes(kept)
    engine.dispose()


def read(reader: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(reader), str(folder), SIGNER.verifier.vkey], capture_output=True, text=True, timeout=200)
