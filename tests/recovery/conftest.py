"""What tests of recovery take things away from: a town of two services, a whole platform's folder, and the CLI."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from tests.recovery.house import Ended, copied, furnish
from tests.shared.towns import engines, town

__all__ = ["engines", "town"]


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

    main = import_module("services.cli").main

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
