"""A service that reacts to its own facts names them: all else that it does would otherwise cost it a look, too."""

from pathlib import Path

import pytest

from services.archive.domain.papers import PAPERS_COME_WITH
from services.embedded import BUILDERS
from shared.running import LocalPlatform
from shared.service import Service
from shared.settings import Environment, Settings


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Service]:
    var: Path = tmp_path_factory.mktemp("reactions")
    platform = LocalPlatform(Settings(environment=Environment.DEVELOPMENT, var=var, founder="jiang-ping"))
    return {name: build(platform) for name, build in BUILDERS.items()}


def test_a_reaction_to_the_services_own_facts_names_those_that_give_commands(  # CAT-19 PUB-35
    services: dict[str, Service],
) -> None:
    own = [(name, r) for name, service in services.items() for r in service.reactions if name in r.hears]
    assert {name for name, _ in own} >= {"audit", "catalogue", "publication"}
    assert [f"{name}: {r.name}" for name, r in own if not r.heeds.get(name)] == []


def test_what_a_reaction_heeds_is_a_fact_that_its_service_tells(services: dict[str, Service]) -> None:
    told = {name: frozenset(service.registry.events) for name, service in services.items()}
    heeded = [(r.name, s, n) for one in services.values() for r in one.reactions for s, n in r.heeds.items()]
    assert [(name, service, names - told[service]) for name, service, names in heeded if names - told[service]] == []
    assert all(service in r.hears for one in services.values() for r in one.reactions for service in r.heeds)


def test_filing_heeds_what_gives_papers_and_nothing_else(services: dict[str, Service]) -> None:  # ARC-05
    filing = next(each for each in services["archive"].reactions if each.name == "file-papers")
    assert filing.heeds == PAPERS_COME_WITH
