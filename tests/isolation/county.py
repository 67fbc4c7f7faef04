"""A county in which three branches have each planted words that only some may read: where one looks for leaks.

Liushu (FY-R1) and the cotton mill (FY-E1) lie in Fengyang, Dongping (HS-R1) in Heshan. Start at :func:`planted`;
who may read which words is written down by hand in :func:`may_read`, from the requirements and not from the code.
"""

from dataclasses import dataclass, field
from time import sleep
from typing import Any

import httpx2

from services.cli import demo
from tests.journeys.people import World

CATALOGUE, PUBLICATION, FEEDBACK = "/api/catalogue/v1", "/api/publication/v1", "/api/feedback/v1"
AUDIT, ARCHIVE = "/api/audit/v1", "/api/archive/v1"
BRANCHES = {"FY-R1": "fengyang", "FY-E1": "fengyang", "HS-R1": "heshan"}
ITEM = "3.9"
KINDS = ("draft", "inside", "outside", "opinion", "plan")

OVERSEERS = {"fengyang": {"zhao-guoqiang", "he-jing", "li-min"}, "heshan": {"tang-ning", "shi-lei"}}  # ORG-03, ORG-04
MEMBERS = {"FY-R1": {"chen-xiuying"}, "FY-E1": set[str](), "HS-R1": {"luo-lan", "tang-ning"}}
SUPERVISORS = {"FY-R1": {"guo-changfu"}}  # ORG-14
UNITS = {"fengyang": {"qian-li"}, "heshan": set[str]()}
WITHOUT = {"anyone", "jiang-ping", "fang-zheng", "qian-li", "zhou-dahai"}  # society, county, a unit, a villager


@dataclass
class County:
    """The world with its planted things: ``desk`` is who works at a branch, ``things`` the ids by branch and kind."""

    world: World
    desk: dict[str, dict[str, str]] = field(default_factory=dict)
    things: dict[tuple[str, str], str] = field(default_factory=dict)
    digests: dict[tuple[str, str], str] = field(default_factory=dict)
    duties: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> set[str]:
        holders = {person for desk in self.desk.values() for person in desk.values()}
        known = [OVERSEERS, MEMBERS, SUPERVISORS]
        return WITHOUT | holders | {person for group in known for persons in group.values() for person in persons}

    def get(self, person: str, path: str, /, **params: Any) -> httpx2.Response:
        return self.world(person).raw(path, **params)


def word(branch: str, kind: str) -> str:
    """Occurs in what was planted and nowhere else, in no address and no id."""
    return f"planted{branch.replace('-', '').lower()}{kind}words"


def may_read(county: County, branch: str, kind: str) -> set[str]:
    """Who may come upon the words (PUB-02, PUB-35, ORG-03, ORG-04, ORG-14, ORG-16, FBK-07)."""
    desk, town = set(county.desk[branch].values()), OVERSEERS[BRANCHES[branch]]
    secretary_and_clerk = {county.desk[branch][kind] for kind in ("secretary", "clerk")}
    inside = desk | town | MEMBERS[branch] | SUPERVISORS.get(branch, set())
    match kind:
        case "draft":
            return desk | town
        case "inside":
            return inside
        case "outside":
            return county.people
        case "plan":  # CAT-12: the units decide on it
            return desk | town | UNITS[BRANCHES[branch]]
        case _:
            return secretary_and_clerk | town | SUPERVISORS.get(branch, set())


def planted(client: httpx2.Client) -> County:
    demo.load_demo(client, lambda _step: None)
    county = County(World(client))
    villager = {"person": "a-villager", "name_zh": "村民", "name_en": "A Villager"}
    staff = {"persons": [villager], "on": "2026-01-05"}
    county.world("he-jing").does(f"{CATALOGUE}/organisations/FY-R1/staff", staff)
    _settle_heshan(county, demo.Stage(client, lambda _step: None, resumed=True))
    for branch in BRANCHES:
        posts = county.get("jiang-ping", f"{CATALOGUE}/organisations/{branch}").json()["posts"]
        county.desk[branch] = {p["kind"]: p["person"] for p in posts if p["kind"] in _WORKING}
    county.world.it_is("2026-04-08T09:00")
    for branch in BRANCHES:
        for kind in ("draft", "inside", "outside"):
            _plant(county, branch, kind)
        _plan(county, branch)
        _open_staged_work(county, branch)
        _begin_short_work(county, branch)
    county.world.it_is("2026-04-10T15:00")
    for branch in BRANCHES:
        _show_outside(county, branch)
        _open_procedures(county, branch)
        _give_opinion(county, branch)
        _refer(county, branch)
    county.world.it_is("2026-04-13T09:00")
    for branch in BRANCHES:
        _file_short_work(county, branch)
        _change(county, branch)
        _withhold(county, branch)
        open_duties = county.get(county.desk[branch]["secretary"], f"{PUBLICATION}/obligations", organisation=branch)
        county.duties[branch] = open_duties.json()["items"][0]["obligation"]
    return county


_WORKING = ("secretary", "clerk", "secrecy-reviewer")


def _settle_heshan(county: County, stage: demo.Stage) -> None:
    """Heshan gets a committee secretary, a template and a catalogue for Dongping, as Fengyang has them."""
    office = county.world("tang-ning")
    post = {"kind": "committee-secretary", "title_zh": "镇党委书记", "title_en": "Secretary", "on": "2025-01-01"}
    shi_lei = {"person": "shi-lei", "name_zh": "石磊", "name_en": "Shi Lei"}
    office.does(f"{CATALOGUE}/organisations/HS/posts", {"posts": [shi_lei | post]})
    units = {f"C{number}": "HS" for number in range(1, 9)}
    office.does(f"{CATALOGUE}/towns/heshan/division", {"units": units, "on": "2026-01-05"})
    templates = demo.read("templates.yaml")
    mine = {"town": "heshan", "types": ["rural"], "authors": dict.fromkeys(templates["authors"], "tang-ning")}
    demo._write_templates(stage, templates | mine)
    done = office.does(f"{CATALOGUE}/organisations/HS-R1/catalogue/draft")
    county.world("shi-lei").seen |= office.seen
    county.world("shi-lei").get(f"{CATALOGUE}/me")  # once the register knows the post that was recorded a moment ago
    county.world("shi-lei").does(
        f"{CATALOGUE}/organisations/HS-R1/catalogue/adoption", {"effective": "2026-04-08"}, version=done["version"]
    )


def _plant(county: County, branch: str, kind: str) -> None:
    """A disclosure with an attachment, all of whose words are planted; shown inside unless it stays a draft."""
    clerk, said = county.desk[branch]["clerk"], word(branch, kind)
    body = {name: f"{said} {name}" for name in ("title", "text", "summary", "led_text")}
    done = county.world(clerk).does(f"{PUBLICATION}/disclosures", {"item": f"{branch}/{ITEM}", **body})
    county.things[branch, kind] = done["id"]
    path, version = f"{PUBLICATION}/disclosures/{done['id']}", done["version"]
    sheet = {"file": (f"{said}.txt", said.encode(), "text/plain")}
    done = county.world(clerk).does(f"{path}/attachments", version=version, files=sheet)
    county.digests[branch, kind] = done["result"]["digest"]
    if kind != "draft":
        _show_inside(county, branch, done)


def _plan(county: County, branch: str) -> None:
    """For a matter outside the catalogue, not yet decided."""
    clerk, said = county.world(county.desk[branch]["clerk"]), word(branch, "plan")
    words = {name: f"{said} {name}" for name in ("title", "content", "reason")} | {"names": [said]}
    more = {"category": "C6", "scope": "inside", "methods": ["meeting"]}
    done = clerk.does(f"{CATALOGUE}/organisations/{branch}/plans", words | more)
    county.things[branch, "plan"] = done["id"]


def _open_staged_work(county: County, branch: str) -> None:
    """It is inside knowledge of those who see what is owed; its words are no secret among them."""
    plan = {"starts": "2026-04-08", "ends": "2099-12-31", "milestones": [{"name": "begun", "on": "2026-04-08"}]}
    work = {"item": f"{branch}/2.2", "title": "staged work"} | plan
    done = county.world(county.desk[branch]["clerk"]).does(f"{PUBLICATION}/matters", work)
    county.things[branch, "matter"] = done["id"]


def _begin_short_work(county: County, branch: str) -> None:
    """Work of a day, whose summary is owed from then on."""
    plan = {"starts": "2026-04-08", "ends": "2026-04-08", "milestones": [{"name": "done", "on": "2026-04-08"}]}
    work = {"item": f"{branch}/2.2", "title": "short work"} | plan
    done = county.world(county.desk[branch]["clerk"]).does(f"{PUBLICATION}/matters", work)
    county.things[branch, "dossier"] = done["id"]


def _file_short_work(county: County, branch: str) -> None:
    """Its summary says what is inside only; the matter is filed, and read by all who may come to read in it."""
    matter, said = county.things[branch, "dossier"], word(branch, "inside")
    clerk = county.world(county.desk[branch]["clerk"])
    owed = f"{branch}/2.2/summary/{matter}"
    _until_heard(county, branch, f"{PUBLICATION}/obligations/{owed}")
    done = clerk.does(f"{PUBLICATION}/disclosures", {"obligation": owed, "title": said, "text": said, "summary": said})
    _show_inside(county, branch, done)
    path = f"{ARCHIVE}/dossiers/{matter}"
    _until_heard(county, branch, path)
    clerk.does(f"{path}/filing", {}, version=clerk.get(path)["version"])
    clerk.get(path)  # once the filing shows
    for person in may_read(county, branch, "inside") - set(county.desk[branch].values()):
        county.world(person).does(f"{path}/consultations", {"purpose": "a look"})
    county.world(county.desk[branch]["secrecy-reviewer"]).does(f"{path}/consultations", {"purpose": "a look"})


def _show_inside(county: County, branch: str, done: dict[str, Any]) -> None:
    path, version = f"{PUBLICATION}/disclosures/{done['id']}", done["version"]
    clerk, posted = county.desk[branch]["clerk"], {"posted_at": county.world.now().isoformat()}
    steps: list[tuple[str, str, Any]] = [
        ("clerk", "submit", {"attested_by": [county.desk[branch]["secretary"], clerk]}),
        ("secrecy-reviewer", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("secretary", "approve", None),
        ("clerk", "release-inside", {"channels": [demo.BOARD | posted]}),
    ]
    for post, step, what in steps:
        version = county.world(county.desk[branch][post]).does(f"{path}/{step}", what, version=version)["version"]


def _show_outside(county: County, branch: str) -> None:
    clerk = county.world(county.desk[branch]["clerk"])
    path = f"{PUBLICATION}/disclosures/{county.things[branch, 'outside']}"
    version = clerk.get(path)["stream_version"]
    column = demo.COLUMN | {"posted_at": "2026-04-10T15:00:00+08:00"}
    led = {"channel": "led", "screen": "村口", "shown_from": "2026-04-10T15:00:00+08:00"}
    until = {"shown_to": "2026-05-30T18:00:00+08:00"}
    clerk.does(f"{path}/release-outside", {"channels": [column, led | until]}, version=version)


def _change(county: County, branch: str) -> None:
    """A change that the unit has approved, so that it waits for the town's audit."""
    body = {"base_version": 1, "reason": "并入上一级", "lines": [{"kind": "terminate", "sub_item": "3.11"}]}
    clerk = county.world(county.desk[branch]["clerk"])
    done = clerk.does(f"{CATALOGUE}/organisations/{branch}/changes", body)
    held = {"kind": "inquiry", "topic": "a session", "on": "2026-09-10"}
    sessions = f"{FEEDBACK}/organisations/{branch}/sessions"
    county.things[branch, "session"] = clerk.does(sessions, held)["id"]
    unit = county.world("sun-wei" if BRANCHES[branch] == "fengyang" else "tang-ning")
    unit.does(f"{CATALOGUE}/changes/{done['id']}/approval", version=done["version"])
    county.things[branch, "change"] = done["id"]
    _until_heard(county, branch, f"{AUDIT}/cases/{done['id']}")


def _withhold(county: County, branch: str) -> None:
    """An inside item that the branch has filed as not suitable."""
    body = {"sub_item": "2.1", "kind": "not-suitable", "ground": "deliberation", "citation": "条例第十条"}
    more = {"addressed_to": branch[:2], "reviewer": county.desk[branch]["secrecy-reviewer"]}
    secretary = county.world(county.desk[branch]["secretary"])
    done = secretary.does(f"{CATALOGUE}/organisations/{branch}/withholdings", body | more)
    reviewer = county.world(more["reviewer"])
    reviewer.does(f"{CATALOGUE}/withholdings/{done['id']}/confirmation", version=done["version"])
    secretary.seen |= reviewer.seen
    county.things[branch, "withholding"] = done["id"]
    _until_heard(county, branch, f"{AUDIT}/filings/{done['id']}")


def _until_heard(county: County, branch: str, path: str) -> None:
    """Whoever is asked there has heard of it."""
    secretary = county.world(county.desk[branch]["secretary"])
    for _ in range(600):
        if secretary.raw(path).status_code == 200:
            return
        sleep(0.1)
    raise AssertionError(f"{path} was never heard of")


def _open_procedures(county: County, branch: str) -> None:
    clerk = county.world(county.desk[branch]["clerk"])
    major = {"item": f"{branch}/{ITEM}", "title": "a major decision"}
    county.things[branch, "decision"] = clerk.does(f"{PUBLICATION}/decisions", major)["id"]
    unit = county.world("sun-wei" if BRANCHES[branch] == "fengyang" else "tang-ning")
    meant = {"organisation": branch, "candidates": [{"name": "a candidate", "meant_post": "a post"}]}
    county.things[branch, "cadre"] = unit.does(f"{PUBLICATION}/cadre-matters", meant)["id"]


def _give_opinion(county: County, branch: str) -> None:
    """The secretary of the branch gives it, about what is shown inside."""
    giver = county.world(county.desk[branch]["secretary"])
    about = {"disclosure": county.things[branch, "inside"], "text": word(branch, "opinion")}
    county.things[branch, "opinion"] = giver.does(f"{FEEDBACK}/opinions", about)["id"]


def _refer(county: County, branch: str) -> None:
    """The office of the town's leading group asks another unit something about the branch."""
    town = BRANCHES[branch]
    office, unit = {"fengyang": ("he-jing", "FY-DJB"), "heshan": ("tang-ning", "HS-R1")}[town]
    asked = {"kind": "consult", "subject_kind": "other", "subject": branch, "to_unit": unit, "question": "有何意见"}
    done = county.world(office).does(f"{CATALOGUE}/towns/{town}/referrals", asked | {"due": "2026-05-08"})
    county.things[branch, "referral"] = done["id"]
