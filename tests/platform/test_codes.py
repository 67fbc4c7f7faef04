"""Every refusal has a row in the table of codes and in docs/refusals.md, and no row is invented (design 1.7)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.web.codes import CODES, rules, technical
from shared.web.codes.__main__ import page
from shared.web.codes.code import Code

ROOT = Path(__file__).parents[2]
REQUIREMENTS = {
    "MISSING_FIELD",
    "NOT_YOUR_REMIT",
    "SELF_APPROVAL",
    "SECRECY_REFUSED",
    "PERSONAL_DATA_FOUND",
    "INSIDE_FIRST",
    "LEAD_TOO_SHORT",
    "CHANNEL_NOT_FOR_SCOPE",
    "OFF_CATALOGUE",
    "NOT_IN_FORCE",
    "SUMMARY_MISSING",
    "STEP_OUT_OF_ORDER",
    "FILING_REQUIRED",
    "WRONG_SUPERIOR",
    "NOT_A_MEMBER",
    "ALREADY_EXTENDED",
    "REASON_REQUIRED",
    "REPLY_MISSING",
    "NOT_ELIGIBLE",
    "ALREADY_VOTED",
    "OWN_ORGANISATION",
    "PERIOD_TOO_SHORT",
    "NOT_FOUND",
    "VERSION_CONFLICT",
}  # 8.0


def refusals() -> Iterator[tuple[str, str]]:
    """Each code that is refused with somewhere, and where."""
    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                    yield from ((code, str(path.relative_to(ROOT))) for code in literals(node.args[0]))


def literals(node: ast.expr) -> Iterator[str]:
    return (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_every_code_that_is_refused_with_is_in_the_table() -> None:
    strangers = sorted({f"{code} ({place})" for code, place in refusals() if code not in CODES})
    assert not strangers


def test_the_codes_of_the_requirements_are_spelt_exactly_so() -> None:
    assert set(CODES) >= REQUIREMENTS


def test_every_code_is_explained_in_the_papers_as_in_the_table() -> None:
    written = (ROOT / "docs" / "refusals.md").read_text()
    assert written == page(written), "run: python -m shared.web.codes docs/refusals.md"


def test_no_code_stands_twice_in_the_table() -> None:
    assert len(CODES) == len(rules.ROWS) + len(technical.ROWS)


@pytest.mark.parametrize("row", CODES.values(), ids=lambda c: c.code)
def test_a_code_says_in_both_languages_what_is_wrong(row: Code) -> None:
    assert row.en
    assert row.meaning.endswith(".")
    assert re.search("[一-鿿]", row.zh)
    assert 400 <= row.status < 600
