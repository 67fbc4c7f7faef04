"""What publication does by itself costs nothing where nothing concerns it, and stands in a town (design 6, 8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.catalogue import events as c
from shared.merging import Batch
from tests.publication.liushu import Liushu, adopted, at

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"


@pytest.fixture
def liushu(tmp_path: Path) -> Iterator[Liushu]:
    world = Liushu(tmp_path, at(1, 31, 12))
    yield world
    world.close()


def test_every_reaction_names_the_events_that_give_it_work(liushu: Liushu) -> None:  # design 6
    for reaction in liushu.service.reactions:
        assert set(reaction.heeds) == set(reaction.hears), reaction.name
        for service, names in reaction.heeds.items():
            unknown = {name for name in names if not (CONTRACTS / service / f"{name}.json").exists()}
            assert unknown == set(), reaction.name


def test_what_concerns_no_duty_wakes_no_reaction(liushu: Liushu) -> None:  # design 6
    told = c.DivisionSet(town="fengyang", category="C5", unit="FY-DJB", on=at(1, 31, 12).date())
    assert woken_by(liushu, told) == []
    assert woken_by(liushu, adopted(version=2)) == ["duties-of-adopted-catalogue"]


def woken_by(liushu: Liushu, fact: c.CatalogueAdopted | c.DivisionSet) -> list[str]:
    told = Batch("catalogue", (liushu.tell(c.REGISTRY, "catalogue-FY-R1", fact),))
    return [r.name for r in liushu.service.reactions if "catalogue" in r.hears and r.wants(told)]


def test_no_ticker_forgets_the_town(liushu: Liushu) -> None:  # design 8
    """Liushu's ticks fail for a command of no town; here the year's duties are raised and fall overdue."""
    for month in (2, 4, 6):
        liushu.go_to(at(month, 20, 9))
    told = liushu.service.handler.journal.read(0, 10_000)
    assert {event.name for event in told} >= {"ObligationRaised", "ObligationFellOverdue"}
    assert {event.context.town for event in told} == {"fengyang"}
