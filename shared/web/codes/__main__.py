"""Writes the tables of docs/refusals.md anew: ``python -m shared.web.codes docs/refusals.md``."""

import sys
from collections.abc import Iterable
from pathlib import Path

from shared.web.codes import rules, technical
from shared.web.codes.code import Code

HEADING = "## Rules of Party affairs"


def page(before: str) -> str:
    """The page with its tables as the code has them; what stands above them is kept."""
    above = before.partition(HEADING)[0]
    return f"{above}{HEADING}\n\n{table(rules.ROWS)}\n\n## Technical\n\n{table(technical.ROWS)}\n"


def table(rows: Iterable[Code]) -> str:
    lines = [f"| `{r.code}` | {r.status} | {r.en} | {r.zh} | {r.meaning} |" for r in rows]
    return "\n".join(["| code | status | title | 标题 | what it means |", "|---|---|---|---|---|", *lines])


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(page(target.read_text()))
