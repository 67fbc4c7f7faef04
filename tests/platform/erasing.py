"""A story that tells texts found nowhere else as personal data, everywhere a person can: to be erased afterwards."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.dues_at_liushu import FEEDBACK, PUBLICATION, XLSX, settled, sheet_with
from tests.journeys.people import World

CATALOGUE = "/api/catalogue/v1"
PERSON = "mo-wen"
KEEPER, CONFIRMER = "jiang-ping", "fang-zheng"


def told(what: str) -> str:
    """A text that is nowhere else: Chinese and Latin, so that no encoding hides it."""
    return f"{what}墨{secrets.token_hex(6)}文"


@dataclass
class Told:
    """The texts of the story. ``person`` go with the person, ``refused`` with the refusal; ``kept`` are nobody's."""

    world: World
    name_zh: str = field(default_factory=lambda: told("姓名"))
    name_en: str = field(default_factory=lambda: told("Name "))
    opinion: str = field(default_factory=lambda: told("实名意见"))
    reason: str = field(default_factory=lambda: told("不采纳理由"))
    reply: str = field(default_factory=lambda: told("答复"))
    hold: str = field(default_factory=lambda: told("保全理由"))
    unnamed: str = field(default_factory=lambda: told("匿名意见"))
    title: str = field(default_factory=lambda: told("标题"))
    text: str = field(default_factory=lambda: told("秘密正文"))
    file_name: str = field(default_factory=lambda: told("附件"))
    file_cell: str = field(default_factory=lambda: told("附件内容"))
    wrong: str = field(default_factory=lambda: told("填错的"))
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def person(self) -> list[str]:
        return [self.name_zh, self.name_en, self.opinion, self.reason, self.reply, self.hold]

    @property
    def refused(self) -> list[str]:
        return [self.title, self.text, self.file_name, self.file_cell]

    @property
    def all(self) -> list[str]:
        return [*self.person, *self.refused, self.unnamed, self.wrong]


def tell(story: Told) -> None:
    somebody_joins(story)
    they_give_an_opinion_and_are_answered(story)
    somebody_says_something_without_a_name(story)
    a_draft_is_refused_for_secrecy(story)
    what_is_sent_wrongly_is_refused(story)
    settled(story.world)


def somebody_joins(story: Told) -> None:
    person = {"person": PERSON, "name_zh": story.name_zh, "name_en": story.name_en}
    body = {"persons": [person], "on": "2026-01-05"}
    story.world(KEEPER).does(f"{CATALOGUE}/organisations/FY-R1/members", body)
    settled(story.world)


def they_give_an_opinion_and_are_answered(story: Told) -> None:
    world = story.world
    given = world(PERSON).does(f"{FEEDBACK}/opinions", {"organisation": "FY-R1", "text": story.opinion})
    path, version = f"{FEEDBACK}/opinions/{given['id']}", given["version"]
    version = world("ma-xiaoyan").does(f"{path}/assignment", {"handler": "ma-xiaoyan"}, version=version)["version"]
    decision = {"disposition": "not-adopt", "reason": story.reason}
    version = world("wang-jianjun").does(f"{path}/decision", decision, version=version)["version"]
    version = world("ma-xiaoyan").does(f"{path}/reply", {"text": story.reply}, version=version)["version"]
    world("ma-xiaoyan").does(f"{path}/closing", version=version)
    story.ids["opinion"] = given["id"]


def somebody_says_something_without_a_name(story: Told) -> None:
    body = {"organisation": "FY-R1", "text": story.unnamed, "anonymous": True}
    story.ids["code"] = story.world("anyone").does(f"{FEEDBACK}/opinions", body)["result"]["code"]


def a_draft_is_refused_for_secrecy(story: Told) -> None:
    world, ma = story.world, story.world("ma-xiaoyan")
    drafted = ma.does(f"{PUBLICATION}/disclosures", {"item": "FY-R1/3.9", "title": story.title, "text": story.text})
    path, version = f"{PUBLICATION}/disclosures/{drafted['id']}", drafted["version"]
    sheet = (f"{story.file_name}.xlsx", sheet_with("B2", story.file_cell), XLSX)
    version = ma.does(f"{path}/attachments", version=version, files={"file": sheet})["version"]
    version = ma.does(f"{path}/submit", {"attested_by": ["ma-xiaoyan"]}, version=version)["version"]
    settled(world)
    assert story.text in ma.raw(path).text, "those who work on it read it"
    story.ids |= {"disclosure": drafted["id"], "version": str(version)}


def it_is_refused(story: Told) -> None:
    body = {"cleared": False, "ground": "party-secret", "citation": "第7条"}
    path = f"{PUBLICATION}/disclosures/{story.ids['disclosure']}/review"
    story.world("he-tao").does(path, body, version=int(story.ids["version"]))
    settled(story.world)


def what_is_sent_wrongly_is_refused(story: Told) -> None:
    """What was sent may come back to its sender; it must go into no log line."""
    ma, wrong = story.world("ma-xiaoyan"), story.wrong
    bodies: list[Any] = [
        {"organisation": "FY-R1", "text": [wrong]},
        {"organisation": "FY-R1", "text": wrong * 400},
        {"organisation": "FY-R1", "text": "x", wrong: 1},
        {"organisation": "FY-XX", "text": wrong},
    ]
    for body in bodies:
        ma.is_refused(f"{FEEDBACK}/opinions", body)
    assert ma.command(f"{FEEDBACK}/opinions", content=f'{{"text": "{wrong}'.encode()).status_code >= 400


def hold(story: Told) -> None:
    body = {"hold": "case-1", "ground": "discipline", "reason": story.hold}
    story.world(CONFIRMER).does(f"{CATALOGUE}/persons/{PERSON}/holds", body)


def lift_hold(story: Told) -> None:
    story.world(CONFIRMER).does(f"{CATALOGUE}/persons/{PERSON}/holds/case-1/lifting", {"reason": story.hold})
