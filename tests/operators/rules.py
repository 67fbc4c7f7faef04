"""The Prometheus rules and their tests as data, and promtool, without which their tests are skipped or fail."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
RUNBOOKS = REPOSITORY / "deploy" / "runbooks"
METRIC = re.compile(r"(?<![:\w])(gongkai_\w+)(?![:\w])")
SAMPLES = re.compile(r"_(bucket|sum|count)$")


@dataclass(frozen=True)
class Rule:
    name: str
    expr: str
    labels: dict[str, str]
    annotations: dict[str, str]


def rules(kind: str) -> list[Rule]:
    """All rules of a kind: ``alert`` or ``record``."""
    return [
        Rule(rule[kind], rule["expr"], rule.get("labels", {}), rule.get("annotations", {}))
        for file in sorted((PROMETHEUS / "rules").glob("*.yml"))
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        if kind in rule
    ]


def tests() -> list[dict[str, Any]]:
    """What promtool tests, one for each alert."""
    found: list[dict[str, Any]] = yaml.safe_load((PROMETHEUS / "tests/alerts.yml").read_text(encoding="utf-8"))["tests"]
    return found


def metrics_in(expr: str) -> set[str]:
    """The metrics an expression asks for, without the endings of a histogram's series."""
    return {SAMPLES.sub("", name) for name in METRIC.findall(expr)}


def described() -> set[str]:
    """The metrics that docs/metrics.md describes; a test holds that page and the code together."""
    page = (REPOSITORY / "docs/metrics.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(gongkai_\w+)`", page, re.MULTILINE))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("promtool") is None:
        if os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
            pytest.fail("promtool is missing; apt-get install prometheus")
        pytest.skip("no promtool; apt-get install prometheus")
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120)
