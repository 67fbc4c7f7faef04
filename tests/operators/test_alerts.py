"""Every promise has its alert, every alert its test and its runbook; and none asks for a figure nobody gives."""

import re

import pytest

from shared.telemetry import metrics
from tests.operators import rules

ALERTS = rules.rules("alert")
NAMES = [alert.name for alert in ALERTS]
HEADINGS = ["What it means", "What users notice", "First look", "What to do", "When it is over"]
PROMISED = (
    "gongkai_journal_append_seconds",
    "gongkai_journal_conflicts_total",
    "gongkai_relay_lag_events",
    "gongkai_relay_lag_seconds",
    "gongkai_follower_lag_events",
    "gongkai_parked_streams",
    "gongkai_follower_gapped",
    "gongkai_refusals_total",
    "gongkai_obligations_overdue",
    "gongkai_tlog_checkpoint_age_seconds",
)


def test_every_alert_is_quiet_before_fires_when_it_must_and_ends() -> None:
    ended = rules.promtool("test", "rules", str(rules.PROMETHEUS / "tests" / "alerts.yml"))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_alert_is_tested_at_three_times() -> None:
    tested = {one["name"]: one["promql_expr_test"] for one in rules.tests()}
    assert sorted(tested) == sorted(NAMES)
    for name, looks in tested.items():
        assert all(f'alertname="{name}",alertstate="firing"' in look["expr"] for look in looks)
        assert [bool(look["exp_samples"]) for look in looks] == [False, True, False], name


@pytest.mark.parametrize("config", ["prometheus.yml", "compose.yml"])
def test_prometheus_takes_its_configuration_with_the_rules(config: str) -> None:
    ended = rules.promtool("check", "config", str(rules.PROMETHEUS / config))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{len(ALERTS)} rules found" in ended.stdout


def test_alerts_ask_only_for_figures_that_are_given_and_described() -> None:
    given = {f.name + ("_total" if f.type == "counter" else "") for f in metrics.REGISTRY.collect()}
    asked = {name for rule in (*ALERTS, *rules.rules("record")) for name in rules.metrics_in(rule.expr)}
    assert asked - rules.described() == set()
    assert asked - given == set()
    recorded = {rule.name for rule in rules.rules("record")}
    used = {name for alert in ALERTS for name in re.findall(r"[\w]+:gongkai[\w:]+", alert.expr)}
    assert used <= recorded


def test_every_promise_of_the_design_is_watched() -> None:
    recorded = {rule.name: rules.metrics_in(rule.expr) for rule in rules.rules("record")}
    watched: set[str] = set()
    for alert in ALERTS:
        watched |= rules.metrics_in(alert.expr)
        watched |= {one for name, uses in recorded.items() if name in alert.expr for one in uses}
    assert set(PROMISED) - watched == set()


def test_an_alert_says_what_is_wrong_how_urgent_it_is_and_where_to_read_on() -> None:
    assert len(NAMES) == len(set(NAMES))
    for alert in ALERTS:
        assert alert.labels["severity"] in ("page", "ticket"), alert.name
        assert alert.annotations["runbook"] == f"deploy/runbooks/{alert.name}.md"
        assert 10 < len(alert.annotations["summary"]) < 140, alert.name


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    written = {file.stem for file in rules.RUNBOOKS.glob("*.md")} - {"README"}
    assert written == set(NAMES)
    listed = set(re.findall(r"\]\((\w+)\.md\)", (rules.RUNBOOKS / "README.md").read_text(encoding="utf-8")))
    assert listed == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_has_the_headings_one_looks_for_at_night(name: str) -> None:
    text = (rules.RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    parts = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    assert all(len(part.strip()) > 8 for part in parts)


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_names_only_figures_and_commands_that_there_are(name: str) -> None:
    text = (rules.RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert rules.metrics_in(text) - rules.described() == set()
    known = (rules.REPOSITORY / "docs/operate.md").read_text(encoding="utf-8")
    named = {" ".join(words.split()[:2]) for words in re.findall(r"`(gongkai [a-z][^`]*)`", text)}
    assert [command for command in named if f"`{command}" not in known] == []
