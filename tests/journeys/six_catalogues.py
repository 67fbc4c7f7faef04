"""S01, six catalogues for one town: drafted by the units, completed, adopted, in force from a day on, and covered.

Told over HTTP, without the demo's shortcuts, from an empty platform; each function is a day, :func:`tell` the story.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.cli import demo
from tests.journeys import volunteer_hours
from tests.journeys.dues_at_liushu import settled
from tests.journeys.people import World
from tests.journeys.volunteer_hours import posts_of, shown_inside

CATALOGUE, PUBLICATION = "/api/catalogue/v1", "/api/publication/v1"
TEMPLATES = f"{CATALOGUE}/towns/fengyang/templates"
TYPES = {"rural": "FY-R1", "enterprise": "FY-E1", "organ": "FY-O1", "school": "FY-S1", "hospital": "FY-H1"}
TYPES |= {"social": "FY-A1"}
DIVISION = {"C1": "FY-DZB", **{f"C{n}": "FY-DJB" for n in range(2, 7)}, "C7": "FY-CDI", "C8": "FY"}


@dataclass
class Story:
    """The versions of the drafts as far as they are there, and what the units write."""

    world: World
    drafts: dict[str, int] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=lambda: demo.read("templates.yaml"))

    def items(self, *categories: str) -> list[dict[str, Any]]:
        return [i for i in self.written["items"] if demo._category(i) in categories]


def tell(world: World) -> None:
    story = Story(world)
    january_5_the_county_and_the_town(story)
    january_6_an_item_without_a_time_limit(story)
    january_7_each_unit_writes_its_own(story)
    january_8_no_screen_for_what_stays_inside(story)
    january_16_six_templates_are_complete(story)
    january_20_adopted_on_behalf_of_the_committee(story)
    january_31_not_in_force(story)
    february_1_in_force_and_owed(story)
    february_5_the_hospital_is_first(story)
    hours = next(i for i in story.items("C3") if i["sub_item"] == "3.5") | volunteer_hours.TEXT
    volunteer_hours.february_6_nothing_is_edited_in_place(world, hours)
    volunteer_hours.february_12_a_new_item_by_four_steps(world, hours)
    february_27_each_has_published(story)


def january_5_the_county_and_the_town(story: Story) -> None:  # ORG-01 ORG-05 ORG-08 ORG-13 A-17
    world, data = story.world, demo.read("qingshan.yaml")
    stage = demo.Stage(world.client, lambda _step: None)
    stage.day("2026-01-05T09:00:00+08:00", "")
    demo._found(stage, data)
    names = demo.made_up(data["names"])
    for town in data["towns"]:
        demo._settle_town(stage, data, town, names)
    settled(world)
    division = world("anyone").get(f"{CATALOGUE}/towns/fengyang/division")
    assert (division["units"], division["unassigned"]) == (DIVISION, [])
    group = {"head": "zhao-guoqiang", "members": ["li-min", "qian-li", "sun-wei"], "on": "2026-01-05"}
    world("he-jing").does(f"{CATALOGUE}/organisations/FY/leading-group", group)
    settled(world)
    assert world("he-jing").get(f"{CATALOGUE}/organisations/FY/leading-group")["office"] == "FY-CDI"
    assert world("li-min").get(f"{CATALOGUE}/towns/fengyang/configuration")["errors"] == []
    assert covered(world) == (0, 6, "2026-02-28", None)


def covered(world: World) -> tuple[int, int, str, bool | None]:
    """How many organisations are, how many are not, by which day they should be, and whether that was kept."""
    page = world("he-jing").get(f"{CATALOGUE}/towns/fengyang/coverage")
    return len(page["covered"]), len(page["uncovered"]), page["target"], page["met"]


def january_6_an_item_without_a_time_limit(story: Story) -> None:  # CAT-03 CAT-13 CAT-20
    world, path = story.world, f"{TEMPLATES}/rural/items"
    world.it_is("2026-01-06T09:00")
    own = story.items("C3", "C4", "C5", "C6")
    number = next(n for n, i in enumerate(own) if i["sub_item"] == "3.9")
    without = {name: value for name, value in own[number].items() if name not in ("kind", "cycle", "fine_tune")}
    body = {"items": [*own[:number], without, *own[number + 1 :]]}
    problem = world("sun-wei").is_refused(path, body)
    assert (problem["code"], problem["detail"]) == ("MISSING_FIELD", "The time limit of 3.9 is missing.")
    assert problem["errors"][0]["pointer"] == f"/items/{number}/kind"
    assert world("sun-wei").raw(f"{TEMPLATES}/rural").status_code == 404, "nothing was taken"
    dues = without | {
        "kind": "periodic",
        "cycle": "quarterly",
        "fine_tune": "monthly",
        "scope": "inside-then-outside",
        "methods": ["meeting", "activity-room-board", "public-column"],
    }
    done = world("sun-wei").does(path, {"items": [*own[:number], dues, *own[number + 1 :]]})
    assert done["result"]["warnings"] == [], "all as is usual"
    rash = dues | {"kind": "immediate", "cycle": "", "fine_tune": ""}
    seen = {"version": done["version"]}
    warned = world("sun-wei").does(path, {"items": [rash]}, **seen)["result"]["warnings"]
    assert [w["code"] for w in warned] == ["KIND_UNSUITABLE", "DEFAULT_OVERRIDDEN"]
    world("sun-wei").does(path, {"items": [dues]}, version=done["version"] + 1)


def january_7_each_unit_writes_its_own(story: Story) -> None:  # CAT-01 ORG-09
    world, path = story.world, f"{TEMPLATES}/rural/items"
    world.it_is("2026-01-07T09:00")
    risks = next(i for i in story.items("C7") if i["sub_item"] == "7.6")
    problem = world("qian-li").is_refused(path, {"items": [risks]})
    assert (problem["code"], problem["detail"]) == ("NOT_YOUR_REMIT", "FY-CDI is in charge of C7, not FY-DZB.")


def january_8_no_screen_for_what_stays_inside(story: Story) -> None:  # CAT-03 PUB-13
    world, path = story.world, f"{TEMPLATES}/rural/items"
    world.it_is("2026-01-08T09:00")
    inside = next(i for i in story.items("C4") if i["sub_item"] == "4.3") | {"methods": ["meeting", "led"]}
    version = int(world("sun-wei").raw(f"{TEMPLATES}/rural").headers["etag"].strip('"'))
    problem = world("sun-wei").is_refused(path, {"items": [inside]}, version=version)
    assert problem["code"] == "CHANNEL_NOT_FOR_SCOPE"
    assert "led" not in problem["accepted"].split(", ")


def january_16_six_templates_are_complete(story: Story) -> None:  # CAT-02 CAT-04 to CAT-11
    world = story.world
    world.it_is("2026-01-16T09:00")
    for kind in TYPES:
        reasons = story.written["exclusions"].get(kind, {})
        for author, categories in authors(story):
            body = part_of(story, categories, reasons)
            if kind == "rural" and author == "sun-wei":
                body["items"] = story.items("C2")
            world(author).does(f"{TEMPLATES}/{kind}/items", body)
            if author != "he-jing":
                problem = world("he-jing").is_refused(f"{TEMPLATES}/{kind}/completion")
                assert problem["code"] == "TEMPLATE_INCOMPLETE"
                assert "8.1" in problem["facts"]["missing"]
        silent = {"exclusions": [{"sub_item": "5.4", "reason": " "}]}
        problem = world("sun-wei").is_refused(f"{TEMPLATES}/{kind}/items", silent)
        assert problem["code"] == "REASON_REQUIRED"
        world("he-jing").does(f"{TEMPLATES}/{kind}/completion")
    settled(world)
    for kind in TYPES:
        page = world("li-min").get(f"{TEMPLATES}/{kind}")
        assert (len(page["lines"]), page["missing"], page["version"]) == (50, [], 1)
        left_out = {line["sub_item"]: line["reason"] for line in page["lines"] if not line["included"]}
        assert left_out == story.written["exclusions"].get(kind, {})
        assert {(line["item"] or {}).get("kind", "") == "" for line in page["lines"] if line["included"]} == {False}


def authors(story: Story) -> Iterator[tuple[str, set[str]]]:
    by_category: dict[str, str] = story.written["authors"]
    for author in dict.fromkeys(by_category.values()):
        yield author, {category for category, who in by_category.items() if who == author}


def part_of(story: Story, categories: set[str], reasons: dict[str, str]) -> dict[str, Any]:
    own = {sub_item: reason for sub_item, reason in reasons.items() if f"C{sub_item[0]}" in categories}
    items = [i for i in story.items(*categories) if i["sub_item"] not in own]
    return {"items": items, "exclusions": [{"sub_item": s, "reason": r} for s, r in own.items()]}


def january_20_adopted_on_behalf_of_the_committee(story: Story) -> None:  # A-02 CAT-21
    world = story.world
    world.it_is("2026-01-20T10:00")
    for organisation in TYPES.values():
        done = world("he-jing").does(f"{CATALOGUE}/organisations/{organisation}/catalogue/draft")
        story.drafts[organisation] = done["version"]
    settled(world)
    for organisation, version in story.drafts.items():
        path = f"{CATALOGUE}/organisations/{organisation}/catalogue/adoption"
        body = {"effective": "2026-02-01"}
        assert world("sun-wei").is_refused(path, body, version=version)["code"] == "NOT_YOUR_REMIT"
        assert world("zhao-guoqiang").is_refused(path, body, version=version + 7)["code"] == "VERSION_CONFLICT"
        world("zhao-guoqiang").does(path, body, version=version)
    settled(world)


def january_31_not_in_force(story: Story) -> None:  # CAT-21 PUB-01
    world = story.world
    world.it_is("2026-01-31T09:00")
    draft = {"title": "领导班子职责分工", "text": "书记主持全面工作。"}
    for organisation in TYPES.values():
        path = f"{CATALOGUE}/organisations/{organisation}/catalogue"
        assert world("anyone").raw(path, on="2026-01-31").json()["code"] == "NOT_IN_FORCE"
        clerk = posts_of(world, organisation)["clerk"]
        problem = world(clerk).is_refused(f"{PUBLICATION}/disclosures", draft | {"item": f"{organisation}/4.1"})
        assert problem["code"] == "NOT_IN_FORCE"
        assert world(clerk).get(f"{PUBLICATION}/obligations", organisation=organisation)["items"] == []


def february_1_in_force_and_owed(story: Story) -> None:  # CAT-01 CAT-21 PUB-01 PUB-22 PUB-23
    world = story.world
    world.it_is("2026-02-01T08:00")
    for organisation in TYPES.values():
        version = world("li-min").get(f"{CATALOGUE}/organisations/{organisation}/catalogue", on="2026-02-01")
        assert (version["version"], version["on_behalf_of"]) == (1, "FY")
        owed = {"organisation": organisation, "limit": "100"}
        duties = world("li-min").get(f"{PUBLICATION}/obligations", **owed)["items"]
        first = {duty["item"]: duty["due"] for duty in duties if duty["duty"] == "first"}
        assert first == {i["id"]: "2026-03-05" for i in version["items"] if i["kind"] == "long-term"}
        dues = {duty["period"]: duty["due"] for duty in duties if duty["item"] == f"{organisation}/3.9"}
        assert dues == {"2026-Q1": "2026-04-15", "2026-02": "2026-02-10", "2026-03": "2026-03-10"}
    lines = world("he-jing").get(f"{CATALOGUE}/towns/fengyang/catalogue", type="enterprise", limit="100")["items"]
    assert len(lines) == 47
    assert all(line["unit"] == DIVISION[line["category"]] for line in lines)


def february_5_the_hospital_is_first(story: Story) -> None:  # ORG-13
    story.world.it_is("2026-02-05T09:00")
    publishes_its_first(story.world, "FY-H1")
    settled(story.world)
    assert covered(story.world) == (1, 5, "2026-02-28", None)


def february_27_each_has_published(story: Story) -> None:  # ORG-13
    world = story.world
    world.it_is("2026-02-27T09:00")
    for organisation in TYPES.values():
        if organisation != "FY-H1":
            publishes_its_first(world, organisation)
    settled(world)
    assert covered(world) == (6, 0, "2026-02-28", True)
    for organisation in TYPES.values():
        shown = world("li-min").get(f"{PUBLICATION}/shown", organisation=organisation)["items"]
        assert f"{organisation}/4.1" in [row["item"] for row in shown]


def publishes_its_first(world: World, organisation: str) -> None:
    """The division of work in the leading group: 4.1, owed by every type."""
    words = {
        "title": "班子成员职责分工",
        "text": "书记主持全面工作，委员分管组织和宣传。",
        "summary": "书记主持全面工作。",
    }
    body = {"obligation": f"{organisation}/4.1/first/2026-02-01", **words}
    shown_inside(world, organisation, body)
