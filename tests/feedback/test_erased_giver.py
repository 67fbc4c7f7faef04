"""An open opinion outlives the erasure of its giver: it is decided on, answered in general, and closed (FBK-09)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from services.feedback.domain import opinion_commands as do
from services.feedback.domain.opinion import OPINION
from services.feedback.main import build
from services.feedback.views.opinions import Opinions
from shared.personal_data.tokens import key_id_of
from tests.feedback.test_opinion import ACKNOWLEDGED, ADOPTED, ASSIGNED, NOW, received
from tests.feedback.world import DAY, World, noon, released

ZHOU, DESK = "zhou-dahai", "wang-jianjun"
ERASED, WORDS = "已依法删除", "too high to read"
REASON, REPLY = "已在四月下调", "已下移，并另附大字版。"


def test_what_is_said_of_an_erased_givers_opinion_is_kept_under_a_key_of_its_own() -> None:  # FBK-09
    state = OPINION.replay([received(), ACKNOWLEDGED, ASSIGNED])
    (decided,) = OPINION.decide(state, do.DecideOpinion("partly", REASON, DESK, NOW, giver_erased=True))
    (replied,) = OPINION.decide(OPINION.replay([decided], state), do.ReplyToOpinion(REPLY, DESK, NOW, True))
    said = [(fact.opinion, getattr(fact, "kept_under", "")) for fact in (decided, replied)]
    assert said == [("o1", "o1/answer"), ("o1", "o1/answer")]
    assert replied.model_dump(include={"general", "audience"}) == {"general": True, "audience": "society"}


def test_a_giver_who_is_there_is_answered_personally() -> None:  # FBK-09
    state = OPINION.replay([received(), ACKNOWLEDGED, ASSIGNED, ADOPTED])
    (replied,) = OPINION.decide(state, do.ReplyToOpinion(REPLY, DESK, NOW))
    told = replied.model_dump(include={"general", "audience", "kept_under"})
    assert told == {"general": False, "audience": f"person:{ZHOU}", "kept_under": ""}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(build, tmp_path, noon(4, 14))
    (name,) = world.platform.vault.sealed([(f"person:{ZHOU}", "", "周大海")])
    world.tell(c.REGISTRY, f"person-{ZHOU}", c.PersonRegistered(person=ZHOU, name_zh=name, name_en=name, on=DAY))
    world.tell(*released(True, ("members:FY-R1",), at=noon(4, 10)))
    world.tell(*released(False, ("society",), at=noon(4, 13)))
    yield world
    world.close()


def step(world: World, opinion: str, act: str, body: dict[str, Any] | None = None) -> Any:
    version = world.service.handler.journal.stream(f"opinion-{opinion}")[-1].version
    return world.do(DESK, f"/opinions/{opinion}/{act}", body, version=version)


@pytest.fixture
def opinion(world: World) -> str:
    """Zhou's, open, with its handler; then Zhou is erased."""
    made = str(world.do(ZHOU, "/opinions", {"disclosure": "dues-q1", "text": WORDS}).json()["id"])
    assert step(world, made, "assignment", {"handler": DESK}).status_code == 200
    assert world.ask(DESK, f"/opinions/{made}").json()["giver_erased"] is False
    return made


def erase(world: World) -> None:
    world.platform.vault.destroy(f"person:{ZHOU}", world.clock.now())
    by: dict[str, Any] = {"ground": "purpose-ended", "requested_by": "jiang-ping", "confirmed_by": "li-min"}
    world.tell(c.REGISTRY, f"person-{ZHOU}", c.ErasureConfirmed(person=ZHOU, on=DAY, **by))


def test_it_is_decided_on_extended_answered_and_closed(world: World, opinion: str) -> None:  # FBK-08, FBK-09, P-11
    erase(world)
    assert step(world, opinion, "extension", {"reason": "需实地查看"}).status_code == 200
    assert step(world, opinion, "decision", {"disposition": "partly", "reason": REASON}).status_code == 200
    assert step(world, opinion, "closing").json()["code"] == "REPLY_MISSING"
    assert step(world, opinion, "reply", {"text": REPLY}).status_code == 200
    assert step(world, opinion, "closing").status_code == 200
    page = world.ask(DESK, f"/opinions/{opinion}").json()
    assert (page["stage"], page["reason"], page["reply"]) == ("closed", REASON, REPLY)
    assert (page["giver_erased"], page["giver_zh"], page["text"]) == (True, ERASED, ERASED)


def test_its_answer_is_a_notice_beside_what_it_was_about(world: World, opinion: str) -> None:  # FBK-09, FBK-11
    erase(world)
    step(world, opinion, "decision", {"disposition": "adopt"})
    step(world, opinion, "reply", {"text": REPLY})
    for reader in ("", "chen-xiuying"):
        answer = world.ask(reader, "/notices", disclosure="dues-q1")
        assert [(n["reply"], n["disposition"]) for n in answer.json()] == [(REPLY, "adopt")]
        assert ZHOU not in answer.text


def test_a_personal_answer_is_no_notice_though_its_giver_is_erased_later(world: World, opinion: str) -> None:  # FBK-09
    step(world, opinion, "decision", {"disposition": "adopt"})
    step(world, opinion, "reply", {"text": REPLY})
    erase(world)
    assert world.ask("", "/notices", disclosure="dues-q1").json() == []
    assert world.ask(DESK, f"/opinions/{opinion}").json()["reply"] == ERASED


def test_until_the_register_knows_the_desk_is_told_to_wait(world: World, opinion: str) -> None:  # FBK-09
    world.platform.vault.destroy(f"person:{ZHOU}", world.clock.now())
    refused = step(world, opinion, "decision", {"disposition": "partly", "reason": REASON})
    assert refused.json()["code"] == "PERSON_ERASED"
    erase(world)
    assert step(world, opinion, "decision", {"disposition": "partly", "reason": REASON}).status_code == 200


def test_the_answer_lies_sealed_like_every_other(world: World, opinion: str) -> None:  # FBK-09, design 8
    erase(world)
    step(world, opinion, "decision", {"disposition": "partly", "reason": REASON})
    told = world.service.handler.journal.stream(f"opinion-{opinion}")[-1].data
    assert key_id_of(told["reason"])
    view = next(view for view in world.service.views if isinstance(view, Opinions))
    row = view.one(opinion)
    assert row
    assert key_id_of(row["reason"])
