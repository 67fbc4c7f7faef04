"""What is said in the evidence of a channel stands beside what was shown: the gate and conditions hold for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.publication.domain.conditions import must_be_met, must_hold_for
from services.publication.domain.evidence_words import words_of
from services.publication.domain.versions import Content
from services.publication.events.parts import Condition, PublicColumn
from shared.decider import Refused
from tests.publication.liushu import COLUMN, RELEASED_INSIDE, Liushu, at

NAMES = Condition(kind="no-names-outside", names=("陈秀英",))
POSTED = PublicColumn(place="陈秀英家门口", posted_at=at(4, 13, 9))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Liushu]:
    standing = Liushu(tmp_path, at(4, 9, 9))
    yield standing
    standing.close()


def test_a_number_in_the_evidence_is_refused_before_anybody_reads_it(world: Liushu) -> None:  # PUB-31, ARC-08
    disclosure = world.drafted()
    world.approved(disclosure)
    world.go_to(at(4, 10, 14))
    world.released_inside(disclosure)
    world.go_to(at(4, 13, 9))
    column = COLUMN | {"place": "村民家门口 13812345678", "posted_at": at(4, 13, 9).isoformat()}
    refused = world.step("ma-xiaoyan", disclosure, "release-outside", {"channels": [column]}).json()
    assert refused["code"] == "PERSONAL_DATA_FOUND"
    assert [found["place"] for found in refused["facts"]["places"]] == ["channels/0/place:1:7"]
    assert "13812345678" not in str(refused)


def test_a_number_in_later_evidence_is_refused_too(world: Liushu) -> None:  # ARC-08, A-29
    disclosure = world.drafted()
    world.approved(disclosure)
    world.go_to(at(4, 10, 14))
    world.released_inside(disclosure)
    place = next(n for n, channel in enumerate(RELEASED_INSIDE) if channel["channel"] == "meeting")
    minutes = {"version": 1, "side": "inside", "place": place, "minutes": "联系人13812345678"}
    assert world.step("ma-xiaoyan", disclosure, "evidence", minutes).json()["code"] == "PERSONAL_DATA_FOUND"


def test_a_name_that_is_masked_outside_stands_in_no_evidence_either() -> None:  # CAT-12
    content = Content("捐款收支", "发给陈**等12户")
    must_be_met([NAMES], content)
    with pytest.raises(Refused, match="channels/0/place"):
        must_be_met([NAMES], content, evidence=words_of([POSTED]))
    with pytest.raises(Refused, match="link"):
        must_hold_for([NAMES], [("link", "http://a/陈 秀英")])
