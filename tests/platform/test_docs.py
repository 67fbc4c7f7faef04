"""What is not written down does not exist: settings, commands, what the papers name, and the lock files' silence."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from services.cli import app
from shared.settings import Settings

REPOSITORY = Path(__file__).parents[2]
PAPERS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def test_every_setting_stands_in_docs_operate() -> None:
    text = (REPOSITORY / "docs/operate.md").read_text(encoding="utf-8")
    missing = [f"GONGKAI_{name.upper()}" for name in Settings.model_fields if f"`GONGKAI_{name.upper()}`" not in text]
    assert missing == []


def test_every_command_stands_in_docs_operate() -> None:
    text = (REPOSITORY / "docs/operate.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a group has commands
    assert [name for name in commands if f"`gongkai {name}" not in text] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_a_paper_links_only_to_what_is_there(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    targets = [
        t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t and not t.startswith("#")
    ]
    assert [t for t in targets if not (paper.parent / t).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_a_paper_names_only_files_that_are_there(paper: Path) -> None:
    named = re.findall(r"`((?:tests|services|shared|deploy|docs)/[\w./-]+)`", paper.read_text(encoding="utf-8"))
    made_by_operators = "deploy/secrets/"
    ours = [name for name in named if not name.startswith(made_by_operators)]
    assert [name for name in ours if not (REPOSITORY / name).exists()] == []


def test_every_make_target_named_in_a_paper_exists() -> None:
    made = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {t for p in PAPERS for t in re.findall(r"`make ([a-z-]+)", p.read_text(encoding="utf-8"))}
    assert named - made == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text


def test_the_npm_lock_names_no_address() -> None:
    assert '"resolved"' not in (REPOSITORY / "deploy/tools/package-lock.json").read_text(encoding="utf-8")


def test_what_runs_is_declared() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"]["gongkai"] == "services.cli:main"
