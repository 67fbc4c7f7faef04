"""Where people belong besides one organisation: what an admission or a post is held against (ORG-11, ORG-16).

The register view says which organisations to ask; what they say stands in their own streams.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from services.catalogue.api.parts import Parts
from services.catalogue.domain.organisation import ORGANISATION, Organisation
from services.catalogue.domain.roll import Period
from shared.decider import Refused
from shared.identity import PostKind, Standing


def of_county_office(standing: Standing) -> bool:
    """A post of that name inside a town is none of the county's."""
    return any(post.kind == PostKind.COUNTY_OFFICE and not post.town for post in standing.posts)


def members_elsewhere(parts: Parts, organisation: str, persons: Iterable[str]) -> dict[str, tuple[Period, ...]]:
    """Person to the times of membership in other organisations."""
    found = {}
    for person in dict.fromkeys(persons):
        others = {name for name, is_member in _belonging(parts, person) if is_member} - {organisation}
        found[person] = tuple(p for name in sorted(others) for p in _state(parts, name).roll.members.get(person, ()))
    return {person: periods for person, periods in found.items() if periods}


def must_be_of_town(parts: Parts, standing: Standing, town: str, persons: Mapping[str, tuple[str, date]]) -> None:
    """A town gives no membership and no post to who is a member or in post elsewhere: only the county office does.

    ``persons``: each to where in the body they stand, and from which day on it is to hold.
    """
    if of_county_office(standing):
        return
    for person, (pointer, on) in persons.items():
        if towns_of(parts, person, on) - {town}:
            detail = f"{person} is a member or in post outside the town."
            raise Refused("NOT_YOUR_REMIT", detail, "the county office, or a transfer by it", pointer)


def towns_of(parts: Parts, person: str, on: date) -> frozenset[str]:
    """The towns in which they are a member or in post on that day or later; '' for the county's own."""
    names = {name for name, _ in _belonging(parts, person)}
    states = [_state(parts, name) for name in sorted(names)]
    return frozenset(state.town for state in states if state.registered and _belongs(state, person, on))


def _belongs(state: Organisation, person: str, on: date) -> bool:
    ends = [until for _, until in state.roll.members.get(person, ())]
    ends += [tenure.end for tenure in state.tenures if tenure.person == person]
    return any(end is None or end > on for end in ends)


def _belonging(parts: Parts, person: str) -> set[tuple[str, bool]]:
    """Organisations at any time, and whether as a member."""
    as_members = {(b.organisation, True) for b in parts.register.belonging_of(person) if b.member}
    return as_members | {(t.post.organisation, False) for t in parts.register.structure().by_person.get(person, ())}


def _state(parts: Parts, organisation: str) -> Organisation:
    state: Organisation = parts.handler.state(ORGANISATION, organisation)[1]
    return state
