"""The dashboards are what their code says, can be read by Grafana, and ask for nothing that is not given."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operators import rules

GRAFANA = rules.REPOSITORY / "deploy" / "grafana"
DASHBOARDS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in GRAFANA.glob("dashboards/*.json")}
COMPOSE = yaml.safe_load((rules.REPOSITORY / "deploy/compose.split.yaml").read_text(encoding="utf-8"))
UNITS = {"short", "s", "ops", "reqps", "percentunit", "bytes"}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    for uid, dashboard in DASHBOARDS.items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield f"{uid}: {panel['title']}", target["expr"]


def test_the_committed_dashboards_are_those_of_the_code() -> None:
    command = [sys.executable, str(GRAFANA / "dashboards.py"), "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_there_is_a_row_for_each_promise() -> None:
    rows = [panel["title"] for panel in DASHBOARDS["gongkai-promises"]["panels"] if panel["type"] == "row"]
    assert rows == [
        "Accepted is durable",
        "Once",
        "Nothing skipped, nothing reordered",
        "State is only what the events say",
        "Fail closed",
        "Provable",
        "A refusal has a name",
    ]


@pytest.mark.parametrize("uid", sorted(DASHBOARDS))
def test_a_dashboard_is_one_that_grafana_can_show(uid: str) -> None:
    dashboard = DASHBOARDS[uid]
    assert (dashboard["uid"], dashboard["schemaVersion"]) == (uid, 39)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert variables == {"source", "service"}
    for panel in panels(dashboard):
        assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}
        assert panel["type"] in ("timeseries", "stat")
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert [target["refId"] for target in panel["targets"]] == ["A", "B", "C"][: len(panel["targets"])]


@pytest.mark.parametrize("uid", sorted(DASHBOARDS))
def test_no_panel_lies_over_another_or_beside_the_page(uid: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARDS[uid]["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_expression_is_promql(tmp_path: Path) -> None:
    asked = [
        {"record": f"asked:{number}", "expr": expr.replace("$service", ".*")}
        for number, (_, expr) in enumerate(expressions())
    ]
    file = tmp_path / "asked.yml"
    file.write_text(json.dumps({"groups": [{"name": "asked", "rules": asked}]}))
    ended = rules.promtool("check", "rules", str(file))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{len(asked)} rules found" in ended.stdout


def test_every_figure_is_given_and_every_shared_one_recorded() -> None:
    recorded = {rule.name for rule in rules.rules("record")}
    for where, expr in expressions():
        assert rules.metrics_in(expr) - rules.described() == set(), where
        named = {
            word for word in expr.replace("(", " ").replace("{", " ").replace(")", " ").split() if ":gongkai" in word
        }
        assert named <= recorded, where


def test_every_figure_we_give_is_shown_somewhere() -> None:
    recorded = {rule.name: rules.metrics_in(rule.expr) for rule in rules.rules("record")}
    shown: set[str] = set()
    for _, expr in expressions():
        shown |= rules.metrics_in(expr)
        shown |= {one for name, uses in recorded.items() if name in expr for one in uses}
    alerted = {one for rule in (*rules.rules("alert"), *rules.rules("record")) for one in rules.metrics_in(rule.expr)}
    unseen = rules.described() - shown - alerted
    told_elsewhere = {
        "gongkai_journal_head",  # absolute positions: compared by `gongkai verify`, not looked at
        "gongkai_follower_position",
        "gongkai_follower_gaps_total",  # gapped says it while it lasts
        "gongkai_parkings_total",
        "gongkai_relay_lease_epoch",  # lease_epoch says it of every lease, and whichever process holds it
        "gongkai_relay_lease_changes_total",
    }
    assert unseen == told_elsewhere


def test_grafana_and_prometheus_come_with_the_profile_that_watches() -> None:
    watching = {name: one for name, one in COMPOSE["services"].items() if one.get("profiles") == ["watch"]}
    assert set(watching) == {"prometheus", "grafana"}
    mounted = [volume for one in watching.values() for volume in one["volumes"]]
    here = [volume.split(":")[0].removeprefix("./") for volume in mounted if volume.startswith("./")]
    assert [name for name in here if not (rules.REPOSITORY / "deploy" / name).exists()] == []
    folder = yaml.safe_load((GRAFANA / "provisioning/dashboards/gongkai.yml").read_text(encoding="utf-8"))
    assert any(f":{folder['providers'][0]['options']['path']}" in volume for volume in mounted)
