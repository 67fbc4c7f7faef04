"""The made-up towns of a year: their units and branches, who holds which post, and their catalogues in force.

All by public commands, as people would send them. Start at :func:`found_county`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.cli.demo import CATALOGUE, Stage, read

Data = Mapping[str, Any]
ROLES = {"secretary": "secretary", "clerk": "clerk", "reviewer": "secrecy-reviewer"}
UNITS = {  # of the town committee: who is there, and which categories are theirs
    "DZB": ("unit-officer", "党政办", "Party-Government Office", ("C1",)),
    "DJB": ("unit-officer", "党建办", "Party Building Office", ("C2", "C3", "C4", "C5", "C6")),
    "CDI": ("cdi-secretary", "纪委", "Commission for Discipline Inspection", ("C7",)),
}
SHARES = 10


@dataclass(frozen=True)
class Town:
    """``organisations`` are bodies of the register's command; ``rolls`` their members."""

    id: str
    data: Data
    units: list[dict[str, Any]]
    organisations: list[dict[str, Any]]
    rolls: dict[str, list[dict[str, str]]]

    @property
    def town(self) -> str:
        return str(self.data["town"])

    @property
    def keeper(self) -> str:
        return f"{self.id.lower()}-office"

    @property
    def head(self) -> str:
        return f"{self.id.lower()}-head"

    def officer(self, category: str) -> str:
        """Who writes the items of a category."""
        return next(
            (f"{self.id.lower()}-{unit.lower()}" for unit, (*_, own) in UNITS.items() if category in own), self.keeper
        )


def towns_of(data: Data, organisations: int, names: Iterator[dict[str, str]]) -> list[Town]:
    people = _endless(list(names))
    return [_town(data, town, organisations, people) for town in data["towns"]]


def found_county(stage: Stage, data: Data, towns: list[Town]) -> None:
    """The register of all towns, and a catalogue in force in every branch. Raises :class:`DemoFailed`."""
    county = read("qingshan.yaml")
    office = county["county"]["office_person"]
    towns_known = stage.ask("", f"{CATALOGUE}/towns", {})
    stage.resumed = bool(towns_known["items"])
    stage.day(str(data["founded"]), "county")
    stage.act(office, "county", f"{CATALOGUE}/county", json=county["county"])
    stage.actor = ""
    for year in (data["year"] - 1, data["year"]):
        stage.act(office, f"calendar-{year}", f"{CATALOGUE}/calendars", json={"year": year})
    templates = read("templates.yaml")
    for town in towns:
        _settle(stage, county, town, office)
        _template(stage, town, templates)
        _adopt(stage, town, str(data["effective"]))


def _settle(stage: Stage, county: Data, town: Town, office: str) -> None:
    kinds, since = county["kinds"], str(county["since"])
    named = {name: town.data[name] for name in ("town", "name_zh", "name_en")}
    stage.act(office, f"town-{town.town}", f"{CATALOGUE}/towns", json=named)
    posts = {"committee-secretary": town.head, "leading-group-head": town.head, "leading-group-office": town.keeper}
    committee = {
        **_named(town.id, "organ", "town-committee", str(county["county"]["organisation"])),
        "name_zh": f"中共{town.data['name_zh']}委员会",
        "name_en": f"{town.data['name_en']} Committee",
        "on": since,
        "posts": [_post(kinds, kind, person, since) for kind, person in posts.items()],
    }
    for organisations, who in (([committee], office), (town.units, town.keeper), (town.organisations, town.keeper)):
        dated = [_dated(kinds, organisation, since) for organisation in organisations]
        body = {"town": town.town, "organisations": dated}
        stage.act(who, f"organisations-{dated[0]['organisation']}", f"{CATALOGUE}/organisations", json=body)
    for organisation, roll in town.rolls.items():
        path = f"{CATALOGUE}/organisations/{organisation}/members"
        stage.act(town.keeper, f"members-{organisation}", path, json={"persons": roll, "on": since})
    division = {c: f"{town.id}-{unit}" for unit, (*_, own) in UNITS.items() for c in own} | {"C8": town.id}
    path = f"{CATALOGUE}/towns/{town.town}/division"
    stage.act(town.keeper, f"division-{town.town}", path, json={"units": division, "on": since})


def _template(stage: Stage, town: Town, templates: Data) -> None:
    where = f"{CATALOGUE}/towns/{town.town}/templates"
    for kind in {str(o["type"]): None for o in town.organisations}:
        excluded = templates["exclusions"].get(kind, {})
        for author in dict.fromkeys(town.officer(f"C{number}") for number in range(1, 9)):
            mine = [i for i in templates["items"] if town.officer(f"C{i['sub_item'][0]}") == author]
            body: dict[str, Any] = {
                "items": [i for i in mine if i["sub_item"] not in excluded],
                "exclusions": [
                    {"sub_item": s, "reason": r} for s, r in excluded.items() if town.officer(f"C{s[0]}") == author
                ],
            }
            stage.act(author, f"template-{town.town}-{kind}-{author}", f"{where}/{kind}/items", json=body)
        stage.act(town.keeper, f"template-{town.town}-{kind}", f"{where}/{kind}/completion")


def _adopt(stage: Stage, town: Town, effective: str) -> None:
    where = f"{CATALOGUE}/organisations/{{}}/catalogue"
    drafts = {
        o["organisation"]: stage.act(
            town.keeper, f"draft-{o['organisation']}", f"{where.format(o['organisation'])}/draft"
        )["version"]
        for o in town.organisations
    }
    for organisation, version in drafts.items():
        path = f"{where.format(organisation)}/adoption"
        stage.act(town.head, f"adopt-{organisation}", path, version, json={"effective": effective})


def _town(data: Data, town: Data, count: int, people: Iterator[dict[str, str]]) -> Town:
    units = [
        {
            **_named(f"{town['id']}-{unit}", "organ", "unit", town["id"]),
            "name_zh": f"{town['name_zh']}{name_zh}",
            "name_en": f"{town['name_en']} {name_en}",
            "posts": {kind: f"{town['id'].lower()}-{unit.lower()}"},
        }
        for unit, (kind, name_zh, name_en, _) in UNITS.items()
    ]
    kinds = [kind for kind, (share, *_) in data["types"].items() for _ in range(share)]
    places = [f"{place}{feature}" for feature in data["features"] for place in data["places"]]
    organisations, rolls = [], {}
    for number in range(count):
        kind, id_ = kinds[number % SHARES], f"{town['id']}-{number + 1}"
        _, suffix_zh, suffix_en = data["types"][kind]
        roll = [{**next(people), "person": f"{id_.lower()}-member-{n}"} for n in range(data["members"])]
        organisations.append(
            {
                **_named(id_, kind, "branch", town["id"]),
                "name_zh": f"{places[number % len(places)]}{suffix_zh}",
                "name_en": f"{suffix_en} {number + 1}",
                "posts": {post: f"{id_.lower()}-{role}" for role, post in ROLES.items()},
            }
        )
        rolls[id_] = roll
    return Town(str(town["id"]), town, units, organisations, rolls)


def _named(organisation: str, kind: str, level: str, superior: str) -> dict[str, Any]:
    return {"organisation": organisation, "type": kind, "level": level, "superior": superior}


def _dated(kinds: Data, organisation: Data, since: str) -> dict[str, Any]:
    """An organisation as the register's command takes it: its holders named by post, or given whole."""
    posts = organisation["posts"]
    taken = [_post(kinds, kind, person, since) for kind, person in posts.items()] if isinstance(posts, dict) else posts
    return {**organisation, "on": since, "posts": taken}


def _post(kinds: Data, kind: str, person: str, since: str) -> dict[str, Any]:
    """The holder bears the name of the post: people of flesh and blood are in the demo county."""
    title_zh, title_en = kinds[kind]
    names = {"person": person, "name_zh": f"{person.split('-')[0].upper()}{title_zh}", "name_en": person}
    return {**names, "kind": kind, "title_zh": title_zh, "title_en": title_en, "on": since}


def _endless(names: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    while True:
        yield from names
