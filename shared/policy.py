"""Who may do what: one table, default deny. ``authorize`` answers in which post a person acts, or refuses.

The token says who someone is; the posts come from the dated register at the time of the act (design 8). A refusal of
something whose very existence is inside-only reads NOT_FOUND. Every route names one action of this table; a test
holds routes and table together.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.decider import Refused
from shared.identity import PostKind, Standing


class Where(StrEnum):
    """Over which organisations a post's power reaches."""

    OWN = "own"  # the organisation the post is in
    SUPERIOR = "superior"  # any organisation below the post's own in the tree
    TOWN = "town"  # every organisation of the post's town
    COUNTY = "county"  # every organisation of the county
    ANY = "any"  # no organisation is concerned; further conditions stand in the rule of the act


@dataclass(frozen=True)
class Permit:
    action: str
    who: PostKind | str  # a kind of post; or "member", "person" (signed in), "anyone"
    where: Where


P = PostKind
_TABLE: dict[str, list[tuple[PostKind | str, Where]]] = {
    # the register (ORG)
    "register.found": [("person", Where.ANY)],
    "register.keep": [(P.COUNTY_OFFICE, Where.COUNTY), (P.LEADING_GROUP_OFFICE, Where.TOWN)],
    "register.read": [("person", Where.ANY)],
    "calendar.keep": [(P.COUNTY_OFFICE, Where.COUNTY)],
    "parameters.keep": [(P.COUNTY_OFFICE, Where.COUNTY), (P.LEADING_GROUP_OFFICE, Where.TOWN)],
    # catalogues (CAT)
    "template.author": [(P.UNIT_OFFICER, Where.TOWN), (P.CDI_SECRETARY, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN)],
    "catalogue.draft": [(P.UNIT_OFFICER, Where.TOWN), (P.CDI_SECRETARY, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN)],
    "catalogue.adopt": [(P.LEADING_GROUP_HEAD, Where.TOWN)],
    "catalogue.read": [("anyone", Where.ANY)],
    # publication (PUB)
    "obligation.read": [
        (P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN), (P.SECRECY_REVIEWER, Where.OWN), (P.SUPERVISOR, Where.OWN),
        (P.LEADING_GROUP_HEAD, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.CDI_SECRETARY, Where.TOWN),
        (P.UNIT_OFFICER, Where.TOWN), (P.COUNTY_OFFICE, Where.COUNTY), (P.COUNTY_CDI, Where.COUNTY),
    ],
    "disclosure.draft": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.SECRECY_REVIEWER, Where.OWN)],
    "disclosure.review": [(P.SECRECY_REVIEWER, Where.OWN), (P.SECRECY_REVIEWER, Where.SUPERIOR)],
    "disclosure.approve": [(P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN), (P.SECRETARY, Where.SUPERIOR)],
    "disclosure.release": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "disclosure.read": [("anyone", Where.ANY)],
    "disclosure.work": [
        (P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN), (P.SECRECY_REVIEWER, Where.OWN),
        (P.SECRETARY, Where.SUPERIOR), (P.SECRECY_REVIEWER, Where.SUPERIOR), (P.CDI_SECRETARY, Where.TOWN),
    ],
    # feedback (FBK)
    "opinion.give": [("anyone", Where.ANY)],
    "opinion.handle": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "opinion.decide": [(P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN)],
    "opinion.read": [("person", Where.ANY)],
    "opinion.register": [
        (P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.CDI_SECRETARY, Where.TOWN),
        (P.LEADING_GROUP_OFFICE, Where.TOWN),
    ],
    # archive (ARC) and audit (SUP)
    "file.read": [
        (P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.SECRECY_REVIEWER, Where.OWN), (P.SUPERVISOR, Where.OWN),
        (P.CDI_SECRETARY, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.COUNTY_OFFICE, Where.COUNTY),
        (P.COUNTY_CDI, Where.COUNTY),
    ],
    "archive.as-of": [
        (P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.SUPERVISOR, Where.OWN), (P.CDI_SECRETARY, Where.TOWN),
        (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.COUNTY_OFFICE, Where.COUNTY), (P.COUNTY_CDI, Where.COUNTY),
    ],
    "trace.read": [
        (P.SECRETARY, Where.OWN), (P.SUPERVISOR, Where.OWN), (P.CDI_SECRETARY, Where.TOWN),
        (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.COUNTY_OFFICE, Where.COUNTY), (P.COUNTY_CDI, Where.COUNTY),
    ],
    # what every service shows of itself, and what only development has
    "health.read": [("anyone", Where.ANY)],
    "development": [("anyone", Where.ANY)],
}  # fmt: skip

PERMITS: tuple[Permit, ...] = tuple(
    Permit(action, who, where) for action, rows in _TABLE.items() for who, where in rows
)
ACTIONS: frozenset[str] = frozenset(_TABLE)


@dataclass(frozen=True)
class Acting:
    """The post and organisation in which a permitted act is done; they go into the event's envelope (ORG-15)."""

    person: str
    post: str
    organisation: str
    town: str


def authorize(action: str, standing: Standing, *, organisation: str = "", town: str = "", hidden: bool = False) -> Acting:
    """The post that permits the act on an organisation (or town) at the standing's instant.

    Raises ``Refused('NOT_YOUR_REMIT')`` when no post does, ``NOT_FOUND`` instead when ``hidden`` (the thing itself may
    not be known to exist), ``SIGN_IN_NEEDED`` when nobody is signed in where somebody must be.
    """
    for permit in PERMITS:
        if permit.action != action:
            continue
        if permit.who == "anyone" or (permit.who == "person" and standing.person):
            return Acting(standing.person, "", organisation, town or standing.town)
        if permit.who == "member" and organisation in standing.member_of:
            return Acting(standing.person, "member", organisation, town or standing.town)
        for post in standing.posts:
            if post.kind == permit.who and _reaches(permit.where, post.organisation, post.town, standing, organisation, town):
                return Acting(standing.person, post.post, post.organisation, town or post.town)
    if hidden:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if not standing.person:
        raise Refused("SIGN_IN_NEEDED", "This needs a signed-in person.", accepted="a bearer token or a session")
    raise Refused("NOT_YOUR_REMIT", f"None of your posts permits {action} here.")


def _reaches(
    where: Where, post_organisation: str, post_town: str, standing: Standing, organisation: str, town: str
) -> bool:
    match where:
        case Where.OWN:
            return bool(organisation) and post_organisation == organisation
        case Where.SUPERIOR:
            return post_organisation in standing.superiors_of(organisation)
        case Where.TOWN:
            return bool(town) and post_town == town
        case Where.COUNTY | Where.ANY:
            return True
