"""The tree of organisations: each has one next higher organisation on every day, and nothing stands above itself.

Who stands under whom is a list of dated placements, the latest last; "next higher" on a day is what the list said for
that day (ORG-02). The places of those above come in with the command, and their own streams confirm them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.catalogue.events import OrganisationPlaced
from shared.decider import Refused

Placements = tuple[tuple[date, str], ...]
RANKS = {"county": 0, "town-committee": 1, "organ": 2, "general-branch": 3, "branch": 4, "unit": 5}
HOLDS_BRANCHES = frozenset({"county", "town-committee", "organ", "general-branch"})


@dataclass(frozen=True)
class Upper:
    """What is known of an organisation above: when it began, whose it is, and where it stands itself."""

    town: str
    level: str
    since: date
    placements: Placements = ()


@dataclass(frozen=True)
class PlaceOrganisation:
    """``above``: the new superior and everything that stands or will stand above it."""

    organisation: str
    superior: str
    on: date
    above: Mapping[str, Upper] = field(default_factory=dict)


@dataclass(frozen=True)
class KeepPlace:
    """Confirms that an organisation above still stands where the move was judged by; changes nothing."""

    placements: Placements


def place(
    town: str, level: str, since: date, known: Placements, command: PlaceOrganisation
) -> list[OrganisationPlaced]:
    """Under another superior from a day on (ORG-02); what was done before stays with the superior of its day."""
    if known and known[-1] == (command.on, command.superior):
        return []
    if command.on < since:
        raise Refused("WRONG_DATE", f"It is registered from {since} on.", pointer="/on")
    if known and command.on < known[-1][0]:
        raise Refused("WRONG_DATE", "It was placed elsewhere on a later day.", pointer="/on")
    must_fit(command.organisation, town, level, command)
    if superior_on(known, command.on) == command.superior:
        return []
    return [OrganisationPlaced(organisation=command.organisation, superior=command.superior, on=command.on)]


def must_fit(organisation: str, town: str, level: str, command: PlaceOrganisation) -> None:
    """Refuses WRONG_SUPERIOR for a place that is not an organisation's own kind of place."""
    upper = command.above.get(command.superior)
    if organisation == command.superior:
        raise _wrong("Nothing is its own superior.")
    if upper is None:
        raise _wrong(f"{command.superior} is not registered.")
    if upper.town and upper.since > command.on:  # the county's own were there before they were recorded
        raise _wrong(f"{command.superior} is registered from {upper.since} on.")
    if level == "county":
        raise _wrong("Nothing stands above the county committee.")
    if upper.town not in ("", town):
        raise _wrong(f"{command.superior} is of another town.")  # ORG-16
    if level == "town-committee" and upper.town:
        raise _wrong("A town committee stands under the county's own, not under what is the town's.")  # ORG-03
    if level != "unit" and (upper.level not in HOLDS_BRANCHES or RANKS.get(upper.level, 0) > RANKS.get(level, 9)):
        raise _wrong(f"A {level} does not stand under a {upper.level}.")
    must_make_no_ring(organisation, command)


def must_make_no_ring(organisation: str, command: PlaceOrganisation) -> None:
    """Neither on the day of the move nor on a later one for which a move is recorded."""
    moves = {day for upper in command.above.values() for day, _ in upper.placements if day > command.on}
    for day in sorted({command.on, *moves}):
        if organisation in _chain(command.superior, command.above, day):
            raise _wrong(f"On {day} it would stand above itself.")


def superior_on(placements: Placements, day: date) -> str:
    """The next higher organisation on a day; '' before the first placement."""
    return next((superior for since, superior in reversed(placements) if since <= day), "")


def above_from(placements: Placements, day: date) -> list[str]:
    """Everyone who is the superior on a day or, as recorded, on a later one."""
    later = [superior for since, superior in placements if since > day]
    now = superior_on(placements, day)
    return [*([now] if now else []), *later]


def _chain(start: str, above: Mapping[str, Upper], day: date) -> Iterable[str]:
    seen: list[str] = []
    upper = start
    while upper and upper not in seen:
        seen.append(upper)
        upper = superior_on(above[upper].placements, day) if upper in above else ""
    return seen


def _wrong(detail: str) -> Refused:
    return Refused("WRONG_SUPERIOR", detail, pointer="/superior")
