"""The Grafana dashboards as code: `python deploy/grafana/dashboards.py` writes deploy/grafana/dashboards/*.json.

A dashboard is rows of panels, a panel asks one or more expressions; everything else is laid out here, the same every
time. `--check` says whether the files are those of the code.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT = 24, 8
WHERE = 'service=~"$service"'


@dataclass(frozen=True)
class Query:
    expr: str
    legend: str = "{{service}}"


@dataclass(frozen=True)
class Panel:
    """``worse_above`` (or ``worse_below``) is where the alert of the same figure begins: drawn as a red line."""

    title: str
    queries: Sequence[Query]
    unit: str = "short"
    says: str = ""
    worse_above: float | None = None
    worse_below: float | None = None
    kind: str = "timeseries"


@dataclass(frozen=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    says: str
    rows: Sequence[Row]
    refresh: str = "30s"
    tags: Sequence[str] = field(default=("gongkai",))


def rate(metric: str, by: str = "service", where: str = WHERE, over: str = "5m") -> str:
    return f"sum by ({by}) (rate({metric}{{{where}}}[{over}]))"


def quantile(share: float, metric: str, by: str = "service", where: str = WHERE) -> str:
    return f"histogram_quantile({share}, sum by ({by}, le) (rate({metric}_bucket{{{where}}}[5m])))"


def document(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.says,
        "tags": list(dashboard.tags),
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": dashboard.refresh,
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_source(), _service()]},
        "links": [_links()],
        "panels": list(_panels(dashboard.rows)),
    }


def _panels(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    number, down = 0, 0
    for row in rows:
        number += 1
        place = {"h": 1, "w": WIDTH, "x": 0, "y": down}
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
        down += 1
        wide = WIDTH // len(row.panels)
        for column, panel in enumerate(row.panels):
            number += 1
            yield _panel(number, panel, {"h": HEIGHT, "w": wide, "x": column * wide, "y": down})
        down += HEIGHT


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(65 + i), "datasource": SOURCE, "expr": query.expr, "legendFormat": query.legend}
        for i, query in enumerate(panel.queries)
    ]
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if panel.kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background", "textMode": "auto"}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "gridPos": place,
        "targets": targets,
        "options": options,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.worse_above is not None:
        steps.append({"color": "red", "value": panel.worse_above})
    if panel.worse_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": panel.worse_below}]
    lined = len(steps) > 1 and panel.kind == "timeseries"
    custom = {"custom": {"thresholdsStyle": {"mode": "line"}}} if lined else {}
    return {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}, **custom}


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1}


def _service() -> dict[str, Any]:
    return {
        "name": "service",
        "label": "Service",
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": "label_values(gongkai_http_request_seconds_count, service)", "refId": "A"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _links() -> dict[str, Any]:
    return {"title": "Gongkai", "type": "dashboards", "tags": ["gongkai"], "asDropdown": True, "keepTime": True}


def files() -> dict[Path, str]:
    """What the files are to hold."""
    from contents import DASHBOARDS

    return {
        FOLDER / f"{one.uid}.json": json.dumps(document(one), ensure_ascii=False, indent=1) + "\n" for one in DASHBOARDS
    }


def main(arguments: Sequence[str]) -> int:
    wanted = files()
    if "--check" in arguments:
        there = {file: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
        wrong = sorted(f.name for f in wanted.keys() | there.keys() if wanted.get(f) != there.get(f))
        print("\n".join(f"{name} is not what the code says" for name in wrong) or "dashboards: as the code says")
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for file, text in wanted.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
