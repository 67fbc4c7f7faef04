"""Whom the development issuer offers to sign in as: the people of the register, by organisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.identity.register import Register
from shared.personal_data.opening import open_texts
from shared.personal_data.vault import Vault


@dataclass(frozen=True, slots=True)
class DemoPerson:
    person: str
    name_zh: str
    name_en: str
    role_zh: str  # the titles of their posts, or that they are a member
    role_en: str
    organisation: str
    organisation_zh: str
    organisation_en: str


PEOPLE_MAX = 1_000
People = Callable[[], Sequence[DemoPerson]]


def people_of(register: Register, at: datetime, vault: Vault) -> list[DemoPerson]:
    """In order of organisations; who holds a post before who is a member, and these before the rest."""
    sealed = [_placed(register, person.person, at) for person in register.persons()[:PEOPLE_MAX] if not person.erased]
    names = open_texts([(p.name_zh, p.name_en) for p in sealed], vault)
    found = [replace(p, name_zh=zh, name_en=en) for p, (zh, en) in zip(sealed, names, strict=True)]
    return sorted(found, key=lambda p: (p.organisation, p.role_en in ("member", "resident"), p.person))


def _placed(register: Register, person: str, at: datetime) -> DemoPerson:
    standing = register.standing(person, at)
    homes = [p.organisation for p in standing.posts] + sorted(standing.member_of) + sorted(standing.staff_of)
    home = homes[0] if homes else ""
    org = register.organisation(home)
    member = ("党员", "member") if standing.member_of else ("群众", "resident")
    return DemoPerson(
        person,
        standing.name_zh,
        standing.name_en,
        "、".join(p.title_zh for p in standing.posts) or member[0],
        ", ".join(p.title_en for p in standing.posts) or member[1],
        home,
        org.name_zh if org else "",
        org.name_en if org else "",
    )
