"""A person is registered once, by a short name that never changes; posts and memberships stand with organisations."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.catalogue.events import PersonRegistered
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class RegisterPerson:
    """Registering the same person again under the same names changes nothing: rolls overlap."""

    person: str
    name_zh: str
    name_en: str
    on: date


@dataclass(frozen=True)
class Person:
    name_zh: str = ""
    name_en: str = ""

    @property
    def registered(self) -> bool:
        return bool(self.name_zh)


def decide(person: Person, command: RegisterPerson) -> list[PersonRegistered]:
    if not command.name_zh.strip():
        raise Refused("MISSING_FIELD", "A person has a name.", pointer="/name_zh")
    if person.registered:
        if (person.name_zh, person.name_en) == (command.name_zh, command.name_en):
            return []
        raise Refused("ALREADY_REGISTERED", f"{command.person} is registered under another name.")
    return [PersonRegistered(person=command.person, name_zh=command.name_zh, name_en=command.name_en, on=command.on)]


def evolve(_: Person, event: PersonRegistered) -> Person:
    match event:
        case PersonRegistered():
            return Person(event.name_zh, event.name_en)
        case _:
            assert_never(event)


PERSON: Decider[Person, RegisterPerson, PersonRegistered] = Decider("person", Person(), decide, evolve)
