"""The scope ladder: who may see what, as audiences that a query can be filtered by (A-25, PUB-02, ORG-11).

Whatever is shown carries one audience; a viewer has a set of them. A read path returns only rows whose
audience is in the viewer's set, so what a viewer may not see does not exist for them. An unknown audience is
in nobody's set.
"""

from enum import StrEnum


class Scope(StrEnum):
    """Narrow to wide. Inside the Party is everything short of ``SOCIETY`` and ``UNIT_STAFF``."""

    NAMED = "named"
    MEMBERS = "members"
    UNIT_STAFF = "unit-staff"
    TOWN_MEMBERS = "town-members"
    SOCIETY = "society"


SOCIETY = "society"


def rank(scope: str | None) -> int:
    """Its place on the ladder, narrow to wide, what it is compared by; nobody at all is below it.

    >>> rank("society") > rank("unit-staff") > rank(None)
    True
    """
    return -1 if scope is None else list(Scope).index(Scope(scope))


def named(person: str) -> str:
    return f"person:{person}"


def members(organisation: str) -> str:
    return f"members:{organisation}"


def staff(organisation: str) -> str:
    return f"staff:{organisation}"


def town_members(town: str) -> str:
    return f"town-members:{town}"


def desk(organisation: str) -> str:
    """Those who work on an organisation's disclosures: its officers, not its members."""
    return f"desk:{organisation}"


def within(organisation: str) -> frozenset[str]:
    """Every audience that is one organisation's own."""
    return frozenset({members(organisation), staff(organisation), desk(organisation)})


def oversight(place: str) -> str:
    """Those who oversee a town, or the county: read, never edit (ORG-03, ORG-16)."""
    return f"oversight:{place}"


def audience_of(scope: Scope, *, organisation: str, town: str, person: str = "") -> str:
    """The audience that a scope means for an organisation's disclosure."""
    match scope:
        case Scope.NAMED:
            return named(person)
        case Scope.MEMBERS:
            return members(organisation)
        case Scope.UNIT_STAFF:
            return staff(organisation)
        case Scope.TOWN_MEMBERS:
            return town_members(town)
        case Scope.SOCIETY:
            return SOCIETY


def is_outside(scope: Scope) -> bool:
    """Outside the Party: society, or the unit's staff and masses (PUB-03)."""
    return scope in (Scope.UNIT_STAFF, Scope.SOCIETY)
