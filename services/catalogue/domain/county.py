"""A county is founded once, by the person whom the deployment names; everything else in its register follows."""

from dataclasses import dataclass
from typing import assert_never

from services.catalogue.events import CountyFounded
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class FoundCounty:
    """``by_founder``: the caller is the person whom the settings name."""

    county: str
    name_zh: str
    name_en: str
    office_person: str
    by_founder: bool


@dataclass(frozen=True)
class County:
    founded: bool = False


def decide(county: County, command: FoundCounty) -> list[CountyFounded]:
    if not command.by_founder:
        raise Refused("NOT_YOUR_REMIT", "Only the founder named in the settings may found the county.")
    if county.founded:
        raise Refused("ALREADY_REGISTERED", "The county has been founded.")
    return [
        CountyFounded(
            county=command.county,
            name_zh=command.name_zh,
            name_en=command.name_en,
            office_person=command.office_person,
        )
    ]


def evolve(_: County, event: CountyFounded) -> County:
    match event:
        case CountyFounded():
            return County(founded=True)
        case _:
            assert_never(event)


COUNTY: Decider[County, FoundCounty, CountyFounded] = Decider("county", County(), decide, evolve)
