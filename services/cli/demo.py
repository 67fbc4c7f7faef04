"""Loads the demo county the way its people would: each signs in and sends public commands, on the days of the story.

The data lie in ``deploy/demo``. Every command has a fixed Idempotency-Key, so that loading twice does nothing twice;
the clock is never set back behind a county that is already there. Start at :func:`load_demo`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import yaml

HERE = Path(__file__).parents[2] / "deploy" / "demo"
CATALOGUE = "/api/catalogue/v1"
PUBLICATION = "/api/publication/v1"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDS = "2026-04-08T08:30:00+08:00"
BOARD = {"channel": "activity-room-board", "place": "柳树村党员活动室", "posted_at": "2026-02-10T09:00:00+08:00"}
COLUMN = {"channel": "public-column", "place": "柳树村村口", "sheet": "A3", "posted_at": "2026-02-11T15:00:00+08:00"}
Data = Mapping[str, Any]


class DemoFailed(Exception):
    """The platform refused a step; says which, and in its words why."""


@dataclass
class Stage:
    """The platform as the people of the story meet it: a client, the clock, and a token for whoever acts."""

    client: httpx2.Client
    progress: Callable[[str], None]
    resumed: bool = False
    actor: str = ""
    seen: str = ""  # the catalogue's position that the next act must take into account
    sent: int = 0  # commands so far
    _tokens: dict[str, str] = field(default_factory=dict)

    def apart(self) -> "Stage":
        """The same platform and tokens for other people, who act at the same time and see for themselves."""
        return replace(self, actor="", sent=0)

    def day(self, instant: str, title: str) -> None:
        """The story goes on at this instant; what falls due by then falls due."""
        self.progress(title)
        now = datetime.fromisoformat(self._answer(self.client.get("/dev/clock"), "the clock")["now"])
        if not self.resumed or now < datetime.fromisoformat(instant):
            self._answer(self.client.post("/dev/clock", json={"set": instant}), f"the clock at {instant}")
            self._tokens.clear()

    def act(self, person: str, step: str, path: str, version: int | None = None, **request: Any) -> dict[str, Any]:
        """One command by one person. ``step`` names it for ever; raises :class:`DemoFailed` if it is refused."""
        headers = {"Authorization": f"Bearer {self._token(person)}", "Idempotency-Key": f"demo/{step}"}
        if self.seen and person != self.actor:  # whose post may have been recorded a moment ago
            headers["Wait-For"] = self.seen
        self.actor = person
        self.sent += 1
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        done = self._answer(self.client.post(path, headers=headers, **request), f"{step} by {person}")
        if path.startswith(CATALOGUE):
            self.seen = done["position"]
        return done

    def ask(self, person: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A question by one person, or by nobody who is known. Raises :class:`DemoFailed` if it is refused."""
        headers = {"Authorization": f"Bearer {self._token(person)}"} if person else {}
        if self.seen and person:
            headers["Wait-For"] = self.seen
        return self._answer(self.client.get(path, headers=headers, params=dict(params)), f"{path} for {person}")

    def _token(self, person: str) -> str:
        if person not in self._tokens:
            answer = self._answer(self.client.post("/dev/token", json={"person": person}), f"a token for {person}")
            self._tokens[person] = answer["access_token"]
        return self._tokens[person]

    @staticmethod
    def _answer(response: httpx2.Response, what: str) -> dict[str, Any]:
        if response.is_success:
            answer: dict[str, Any] = response.json()
            return answer
        raise DemoFailed(f"{what}: {_words(response)}")


def load_demo(client: httpx2.Client, progress: Callable[[str], None] = lambda _step: None) -> None:
    """The demo county up to 2026-04-08 08:30. Raises :class:`DemoFailed` with the refusal's words."""
    data = read("qingshan.yaml")
    stage = Stage(client, progress)
    load_catalogues(stage, data)
    stage.day("2026-02-10T09:00:00+08:00", "two disclosures inside the Party")
    early = [_shown_inside(stage, disclosure) for disclosure in data["early"]]
    stage.day("2026-02-11T15:00:00+08:00", "and outside it")
    for disclosure, version in early:
        _shown_outside(stage, f"{data['website']}/disclosures/{disclosure}", disclosure, version)
    stage.day(ENDS, "spring of 2026")


def read(file: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((HERE / file).read_text(encoding="utf-8"))
    return content


def load_catalogues(stage: Stage, data: Data) -> None:
    """The register and six catalogues in force from 2026-02-01, as S01 tells it."""
    towns = Stage._answer(stage.client.get(f"{CATALOGUE}/towns"), "the towns")
    stage.resumed = bool(towns["items"])
    stage.day("2026-01-05T09:00:00+08:00", "county, towns, organisations")
    _found(stage, data)
    names = made_up(data["names"])
    for town in data["towns"]:
        _settle_town(stage, data, town, names)
    stage.day("2026-01-09T09:00:00+08:00", "templates of the six types")
    _write_templates(stage, read("templates.yaml"))
    stage.day("2026-01-16T09:00:00+08:00", "six catalogues drafted, one of them from a sheet")
    drafts = _draft_catalogues(stage, data["catalogues"])
    stage.day("2026-01-20T10:00:00+08:00", "catalogues adopted")
    _adopt(stage, data["catalogues"]["effective"], drafts)


def made_up(names: Data) -> Iterator[dict[str, str]]:
    """Plausible people without end, always the same ones in the same order."""
    surnames, given = names["surnames"], names["given"]
    for number in range(len(surnames) * len(given)):
        family, own = surnames[number % len(surnames)], given[(number + number // len(surnames)) % len(given)]
        yield {
            "person": f"{family[1]}-{own[1]}",
            "name_zh": f"{family[0]}{own[0]}",
            "name_en": f"{family[1].capitalize()} {own[1].capitalize()}",
        }


def _found(stage: Stage, data: Data) -> None:
    county, office = data["county"], data["county"]["office_person"]
    stage.act(office, "county", f"{CATALOGUE}/county", json=county)
    stage.actor = ""  # the founder has a post from now on
    for year in data["calendars"]:
        stage.act(office, f"calendar-{year}", f"{CATALOGUE}/calendars", json={"year": year})
    for town in data["towns"]:
        body = {name: town[name] for name in ("town", "name_zh", "name_en")}
        stage.act(office, f"town-{town['town']}", f"{CATALOGUE}/towns", json=body)
    for organ in data["organs"]:
        body = {"town": organ["town"], "organisations": [_organisation(data, organ, organ["posts"])]}
        stage.act(office, f"organ-{organ['organisation']}", f"{CATALOGUE}/organisations", json=body)


def _settle_town(stage: Stage, data: Data, town: Data, names: Iterator[dict[str, str]]) -> None:
    """The leading group's clerk records units, branches, rolls and the division of the categories."""
    keeper, since = town["keeper"], str(data["since"])
    rolls = {o: _roll(data, roll, names) for o, roll in town["members"].items()}
    organisations = [_organisation(data, o, _posts(o, rolls)) for o in town["organisations"]]
    stage.act(
        keeper,
        f"organisations-{town['town']}",
        f"{CATALOGUE}/organisations",
        json={"town": town["town"], "organisations": organisations},
    )
    for organisation, roll in rolls.items():
        _to(stage, keeper, organisation, "members", {"persons": roll, "on": since})
    for organisation, staff in town.get("staff", {}).items():
        persons = [_person(data, person) for person in staff]
        _to(stage, keeper, organisation, "staff", {"persons": persons, "on": since})
    for post in town.get("later", []):
        _to(stage, keeper, post["organisation"], "posts", {"posts": [_later(data, post)]}, post["person"])
    for gone in town.get("left", []):
        path = f"members/{gone['person']}/leaving"
        _to(stage, keeper, gone["organisation"], path, {"on": str(gone["day"])}, gone["person"])
    for table, name in (("division", "units"), ("parameters", "values")):
        if table in town:
            body = {name: town[table], "on": "2026-01-05"}
            path = f"{CATALOGUE}/towns/{town['town']}/{table}"
            stage.act(keeper, f"{table}-{town['town']}", path, json=body)


def _to(stage: Stage, keeper: str, organisation: str, path: str, body: Data, step: str = "") -> None:
    name = f"{path.split('/')[0]}-{organisation}{'-' if step else ''}{step}"
    stage.act(keeper, name, f"{CATALOGUE}/organisations/{organisation}/{path}", json=body)


def _organisation(data: Data, organisation: Data, posts: Mapping[str, Any]) -> dict[str, Any]:
    fields = ("organisation", "type", "level", "superior", "name_zh", "name_en")
    taken = [_post(data, kind, person) for kind, person in posts.items()]
    return {name: organisation[name] for name in fields} | {"on": str(data["since"]), "posts": taken}


def _posts(organisation: Data, rolls: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
    """The named holders; where a branch has none for clerk or reviewer, the last two of its roll."""
    posts: dict[str, Any] = dict(organisation["posts"])
    for kind, person in zip(
        ("clerk", "secrecy-reviewer"), rolls.get(organisation["organisation"], [])[-2:], strict=False
    ):
        posts.setdefault(kind, person)
    return posts


def _post(data: Data, kind: str, person: Any) -> dict[str, Any]:
    title_zh, title_en = data["kinds"][kind]
    who = person if isinstance(person, dict) else _person(data, person)
    return {**who, "kind": kind, "title_zh": title_zh, "title_en": title_en, "on": str(data["since"])}


def _later(data: Data, post: Data) -> dict[str, Any]:
    taken = _post(data, post["kind"], post["person"])
    return taken | {"on": str(post["day"]), "succeeds": post.get("succeeds", "")}


def _person(data: Data, person: str) -> dict[str, str]:
    name_zh, name_en = data["people"][person]
    return {"person": person, "name_zh": name_zh, "name_en": name_en}


def _roll(data: Data, roll: Data, names: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    named = [_person(data, person) for person in roll["named"]]
    taken = set(data["people"])
    while len(named) < roll["fill"]:
        someone = next(names)
        if someone["person"] not in taken:
            named.append(someone)
    return named


def _write_templates(stage: Stage, templates: Data) -> None:
    """Each unit writes its own categories of every type; then the office completes them (CAT-01, CAT-02)."""
    town = f"{CATALOGUE}/towns/{templates['town']}/templates"
    for kind in templates["types"]:
        excluded = templates["exclusions"].get(kind, {})
        for author in dict.fromkeys(templates["authors"].values()):
            own = {category for category, who in templates["authors"].items() if who == author}
            items = [i for i in templates["items"] if _category(i) in own and i["sub_item"] not in excluded]
            reasons = [{"sub_item": s, "reason": r} for s, r in excluded.items() if f"C{s[0]}" in own]
            body = {"items": items, "exclusions": reasons}
            stage.act(author, f"template-{kind}-{author}", f"{town}/{kind}/items", json=body)
        stage.act(templates["authors"]["C8"], f"template-{kind}", f"{town}/{kind}/completion")


def _category(item: Data) -> str:
    return f"C{item['sub_item'].split('.')[0]}"


def _draft_catalogues(stage: Stage, catalogues: Data) -> dict[str, int]:
    """The versions of the drafts: one imported as officials keep it, the others from their templates."""
    versions = {}
    for organisation, file in catalogues["imported"].items():
        path = f"{CATALOGUE}/organisations/{organisation}/catalogue/import"
        sheet = {"file": (file, (HERE / file).read_bytes(), XLSX)}
        versions[organisation] = stage.act("he-jing", f"import-{organisation}", path, files=sheet)["version"]
    for organisation in catalogues["drafted"]:
        path = f"{CATALOGUE}/organisations/{organisation}/catalogue/draft"
        versions[organisation] = stage.act("he-jing", f"draft-{organisation}", path)["version"]
    return versions


def _adopt(stage: Stage, effective: Any, drafts: Mapping[str, int]) -> None:
    for organisation, version in drafts.items():
        path = f"{CATALOGUE}/organisations/{organisation}/catalogue/adoption"
        body = {"effective": str(effective)}
        stage.act("zhao-guoqiang", f"adopt-{organisation}", path, version, json=body)


def _shown_inside(stage: Stage, early: Data) -> tuple[str, int]:
    """A first disclosure of a long-term item: drafted, reviewed and approved by three people, then shown inside."""
    words = {name: early[name] for name in ("title", "text", "summary", "led_text")}
    duty = f"{early['item']}/first/2026-02-01"
    draft = stage.act("ma-xiaoyan", f"draft {duty}", f"{PUBLICATION}/disclosures", json={"obligation": duty, **words})
    steps: list[tuple[str, str, Any]] = [
        ("ma-xiaoyan", "submit", {"attested_by": ["wang-jianjun", "ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("wang-jianjun", "approve", None),
        ("ma-xiaoyan", "release-inside", {"channels": [BOARD]}),
    ]
    version = draft["version"]
    for person, step, body in steps:
        path = f"{PUBLICATION}/disclosures/{draft['id']}/{step}"
        version = stage.act(person, f"{step} {duty}", path, version, json=body)["version"]
    return draft["id"], version


def _shown_outside(stage: Stage, address: str, disclosure: str, version: int) -> None:
    """At an address of the data: the one through which the demo is loaded may be another the next time."""
    body = {"channels": [COLUMN, {"channel": "website", "url": address}]}
    path = f"{PUBLICATION}/disclosures/{disclosure}/release-outside"
    stage.act("ma-xiaoyan", f"release-outside {disclosure}", path, version, json=body)


def _words(response: httpx2.Response) -> str:
    """A refusal in its own words, whatever the answer is made of."""
    try:
        problem = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    places = "; ".join(f"{e['pointer']}: {e['detail']}" for e in problem.get("errors") or [])
    return f"{problem.get('code', response.status_code)}: {problem.get('detail', '')} {places}".strip()
