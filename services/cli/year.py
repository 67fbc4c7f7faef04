"""A year of three towns, lived through the public commands: what benchmarks and trials of growth stand on.

Every organisation meets its duties week by week, sometimes late, and answers the opinions it is given. Who does what
when follows from the names alone, so that the same year comes out however often it is begun. Start at
:func:`live_a_year`; the data lie in ``deploy/demo/year.yaml``.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx2

from services.cli.demo import PUBLICATION, Stage, made_up, read
from services.cli.year_county import Town, found_county, towns_of

FEEDBACK = "/api/feedback/v1"
AT_ONCE = 4
WEEK = timedelta(days=7)
AHEAD = timedelta(days=9)  # a desk begins on what falls due by then
HUNDRED = 100
Duty = Mapping[str, Any]


@dataclass(frozen=True)
class Lived:
    """How far the year has come: for whoever watches."""

    day: date
    commands: int
    share: float


@dataclass
class Branch:
    """One organisation's people through the year: its desk, and the members who read and say something."""

    stage: Stage
    organisation: str
    luck: Mapping[str, int]
    members: int
    inside_only: frozenset[str]  # sub-items that are for inside the Party
    to_show: list[tuple[str, int]] = field(default_factory=list)  # inside already, to go outside next week
    shown: list[str] = field(default_factory=list)
    items_shown: set[str] = field(default_factory=set)
    open_opinions: list[tuple[str, int]] = field(default_factory=list)

    def week(self, now: datetime) -> None:
        for disclosure, version in self.to_show:
            self._show_outside(disclosure, version, now)
        self.to_show.clear()
        self._answer_opinions()
        if self.shown and self._lucky("opinion", now.date().isoformat()):
            self._give_opinion(now)  # on what has been there for a week
        for duty in self._open_duties():
            self._meet(duty, now)

    def _open_duties(self) -> Iterator[Duty]:
        cursor: str | None = ""
        while cursor is not None:
            place = {"organisation": self.organisation, "state": "open", "limit": "100"} | _cursor(cursor)
            page = self.stage.ask(self.who("clerk"), f"{PUBLICATION}/obligations", place)
            yield from page["items"]
            cursor = page.get("next")

    def _meet(self, duty: Duty, now: datetime) -> None:
        due, name = date.fromisoformat(duty["due"]), str(duty["obligation"])
        week = now.date().isoformat()
        if due > now.date() + AHEAD or duty["duty"] not in ("first", "replacement", "fine-tune", "republication"):
            return
        overdue = due < now.date()
        if not (self._lucky("catches_up", name, week) if overdue else self._lucky("on_time", name)):
            return
        shown = duty["item"] in self.items_shown
        if shown and duty["duty"] == "fine-tune" and self._lucky("no_change", name):
            path = f"{PUBLICATION}/obligations/{name}/no-change"
            self._act("clerk", f"no change {name}", path, duty["version"])
        else:
            self._disclose(duty, now)

    def _disclose(self, duty: Duty, now: datetime) -> None:
        name, title = str(duty["obligation"]), str(duty["title"])
        words: dict[str, Any] = {
            "title": f"{title}（{duty['period']}）"[:200],
            "text": f"{title}：本期工作按计划完成，参加{_number(name, 40) + 5}人次，办理{_number(title + name, 20)}件。"
            * 3,
            "summary": f"{title}已公开。"[:100],
        }
        draft = self._act("clerk", f"draft {name}", f"{PUBLICATION}/disclosures", obligation=name, **words)
        where = f"{PUBLICATION}/disclosures/{draft['id']}"
        version = int(draft["version"])
        posted = {"channel": "activity-room-board", "place": "党员活动室", "posted_at": now.isoformat()}
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("clerk", "submit", {"attested_by": [self.who("secretary"), self.who("clerk")]}),
            ("reviewer", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
            ("secretary", "approve", {}),
            ("clerk", "release-inside", {"channels": [posted]}),
        ]
        for who, step, body in steps:
            version = int(self._act(who, f"{step} {name}", f"{where}/{step}", version, **body)["version"])
        self.shown.append(draft["id"])
        self.items_shown.add(duty["item"])
        if duty["sub_item"] not in self.inside_only:
            self.to_show.append((draft["id"], version))

    def _show_outside(self, disclosure: str, version: int, now: datetime) -> None:
        column = {"channel": "public-column", "place": "村口公开栏", "sheet": "A3", "posted_at": now.isoformat()}
        path = f"{PUBLICATION}/disclosures/{disclosure}/release-outside"
        self._act("clerk", f"outside {disclosure}", path, version, channels=[column])

    def _give_opinion(self, now: datetime) -> None:
        """One member says something, and the desk acknowledges it on the same day."""
        about = self.shown[_number(f"{self.organisation}{now.date()}", len(self.shown))]
        member, text = f"member-{_number(about, self.members)}", "建议公开内容再具体一些，说明经费来源和使用对象。"
        given = self._act(member, f"opinion {about} {now.date()}", f"{FEEDBACK}/opinions", disclosure=about, text=text)
        path = f"{FEEDBACK}/opinions/{given['id']}/acknowledgement"
        done = self._act("clerk", f"acknowledge {given['id']}", path, int(given["version"]))
        self.open_opinions.append((given["id"], int(done["version"])))

    def _answer_opinions(self) -> None:
        for opinion, version in self.open_opinions:
            steps: list[tuple[str, str, dict[str, Any]]] = [
                ("secretary", "assignment", {"handler": self.who("clerk")}),
                ("secretary", "decision", {"disposition": "adopt", "reason": "意见合理，下期一并说明。"}),
                ("clerk", "reply", {"text": "感谢意见，下期公开时列明经费来源和使用对象。"}),
                ("clerk", "closing", {}),
            ]
            for who, step, body in steps:
                path = f"{FEEDBACK}/opinions/{opinion}/{step}"
                version = int(self._act(who, f"{step} {opinion}", path, version, **body)["version"])
        self.open_opinions.clear()

    def _act(self, who: str, step: str, path: str, version: int | None = None, **body: Any) -> dict[str, Any]:
        return self.stage.act(self.who(who), f"{self.organisation} {step}", path, version, json=body or None)

    def who(self, role: str) -> str:
        return f"{self.organisation.lower()}-{role}"

    def _lucky(self, what: str, *names: str) -> bool:
        return _number(f"{what} {self.organisation} {' '.join(names)}", HUNDRED) < self.luck[what]


def live_a_year(
    client: httpx2.Client,
    progress: Callable[[Lived], None] = lambda _lived: None,
    *,
    organisations: int = 0,
    until: date | None = None,
) -> int:
    """Found the county and live its year; ``organisations`` in each town, in place of the file's. How many commands
    were sent. Raises :class:`services.cli.demo.DemoFailed` with the refusal's words."""
    data = read("year.yaml")
    towns = towns_of(data, organisations or data["organisations"], made_up(read("qingshan.yaml")["names"]))
    stage = Stage(client, lambda _step: None)
    found_county(stage, data, towns)
    branches = _branches(stage, data, towns)
    first = datetime.fromisoformat(data["begins"])
    last = until or date(data["year"], 12, 31)
    now = first
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while now.date() <= last:
            stage.day(now.isoformat(), now.date().isoformat())
            list(pool.map(lambda branch, at=now: branch.week(at), branches))
            share = min(1.0, (now.date() - first.date() + WEEK) / (last - first.date() + WEEK))
            progress(Lived(now.date(), stage.sent + sum(branch.stage.sent for branch in branches), share))
            now += WEEK
    return stage.sent + sum(branch.stage.sent for branch in branches)


def _branches(stage: Stage, data: Mapping[str, Any], towns: list[Town]) -> list[Branch]:
    """Each with its own memory of what it saw last, and the tokens of all."""
    inside_only = frozenset(i["sub_item"] for i in read("templates.yaml")["items"] if i["scope"] == "inside")
    return [
        Branch(stage.apart(), organisation["organisation"], data["luck"], data["members"], inside_only)
        for town in towns
        for organisation in town.organisations
    ]


def _cursor(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}


def _number(name: str, below: int) -> int:
    """The same number for the same name, always."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % below
