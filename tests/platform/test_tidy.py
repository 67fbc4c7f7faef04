"""Outliers stay in view: long files and functions, files that do not say what they are for. Exceptions are listed."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FILES = sorted(f for folder in ("services", "shared", "tests") for f in (REPOSITORY / folder).rglob("*.py"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
LONGER_FILES: dict[str, int] = {}
LONGER_FUNCTIONS: dict[str, int] = {}
UNREASONED = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+)?|type: ignore(?:\[[a-z-]+\])?)$", re.MULTILINE)


def test_no_two_test_files_bear_the_same_name() -> None:
    """pytest would refuse to collect the second."""
    names = [file.name for file in FILES if file.name.startswith("test_")]
    assert [name for name in set(names) if names.count(name) > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(REPOSITORY)))
def test_a_file_is_short_and_opens_with_a_sentence(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    name = str(file.relative_to(REPOSITORY))
    assert text.count("\n") <= LONGER_FILES.get(name, FILE_LINES_MAX)
    tree = ast.parse(text)
    assert UNREASONED.findall(text) == [], "say on the line why a check is silenced"
    assert not text.strip() or ast.get_docstring(tree), "say in a sentence what this file owns"
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGER_FUNCTIONS.get(f"{name}:{node.name}", FUNCTION_LINES_MAX)
    ]
    assert long == []
