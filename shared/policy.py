"""Who may do what: one table, default deny. ``authorize`` answers in which post a person acts, or refuses.

The token says who someone is; the posts come from the dated register at the time of the act (design 8). A refusal of
something whose very existence is inside-only reads NOT_FOUND. Every route names one action of this table; a test
holds routes and table together.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared import scope
from shared.decider import Refused
from shared.identity import PostHeld, PostKind, Standing


class Where(StrEnum):
    """Over which organisations a post's power reaches."""

    OWN = "own"  # the organisation the post is in
    SUPERIOR = "superior"  # any organisation below the post's own in the tree
    TOWN = "town"  # every organisation of the post's town
    COUNTY = "county"  # every organisation of the county
    ANY = "any"  # no organisation is concerned; further conditions stand in the rule of the act


Who = PostKind | str


@dataclass(frozen=True)
class Permit:
    action: str
    who: Who  # a kind of post; or "member", "person" (signed in), "anyone"
    where: Where


P = PostKind
_DESK: list[tuple[Who, Where]] = [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.SECRECY_REVIEWER, Where.OWN)]
_TOWN: list[tuple[Who, Where]] = [  # ORG-03, ORG-04: nothing in a town is outside its oversight
    (P.CDI_SECRETARY, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.LEADING_GROUP_HEAD, Where.TOWN),
    (P.COMMITTEE_SECRETARY, Where.TOWN),
]  # fmt: skip
_UNITS: list[tuple[Who, Where]] = [  # CAT-01; which of them owns the category is asked by the rule of the act
    (P.UNIT_OFFICER, Where.TOWN), (P.CDI_SECRETARY, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN),
]  # fmt: skip
_KEEPERS: list[tuple[Who, Where]] = [(P.COUNTY_OFFICE, Where.COUNTY), (P.LEADING_GROUP_OFFICE, Where.TOWN)]
_COUNTY: list[tuple[Who, Where]] = [(P.COUNTY_OFFICE, Where.COUNTY), (P.COUNTY_CDI, Where.COUNTY)]
_SUPERVISOR: list[tuple[Who, Where]] = [(P.SUPERVISOR, Where.OWN)]  # ORG-14: read and report
_REVIEWERS: list[tuple[Who, Where]] = [(P.SECRECY_REVIEWER, Where.OWN), (P.SECRECY_REVIEWER, Where.SUPERIOR)]
_APPROVERS: list[tuple[Who, Where]] = [  # in a small branch the check is the superior's
    (P.SECRETARY, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN), (P.SECRETARY, Where.SUPERIOR),
    (P.COMMITTEE_SECRETARY, Where.SUPERIOR),
]  # fmt: skip
_TOWN_FILES: list[tuple[Who, Where]] = [  # what goes up for approval and audit: never its content to outsiders
    *_DESK, *_SUPERVISOR, (P.SECRETARY, Where.SUPERIOR), (P.COMMITTEE_SECRETARY, Where.SUPERIOR), *_TOWN,
    (P.UNIT_OFFICER, Where.TOWN),
]  # fmt: skip
_FILES: list[tuple[Who, Where]] = [*_TOWN_FILES, *_COUNTY]  # what is filed for the record
_ANYONE: list[tuple[Who, Where]] = [("anyone", Where.ANY)]
_SIGNED_IN: list[tuple[Who, Where]] = [("person", Where.ANY)]

_TABLE: dict[str, list[tuple[Who, Where]]] = {
    # the register, ORG-01 to ORG-16
    "register.found": _SIGNED_IN,  # once, by the founder the settings name
    "register.keep": _KEEPERS,
    "register.read": _SIGNED_IN,
    "roll.read": [*_DESK, *_SUPERVISOR, ("member", Where.OWN), *_TOWN],  # who is a member of which organisation, ORG-11
    "supervision.log": _SUPERVISOR,  # ORG-14: what they looked at and inspected
    "supervision.read": [*_SUPERVISOR, *_TOWN],
    "coverage.read": [*_TOWN, (P.UNIT_OFFICER, Where.TOWN), *_COUNTY],  # ORG-13, ORG-07, ORG-16: figures, no edit
    "referral.act": _UNITS,  # ORG-10; which of them is asked by the rule of the act
    "referral.read": [*_UNITS, (P.LEADING_GROUP_HEAD, Where.TOWN), (P.COMMITTEE_SECRETARY, Where.TOWN)],
    # what is kept of a person: evidence is held by those who inspect, erasure takes a keeper and another
    "person.hold": [(P.COUNTY_CDI, Where.COUNTY), (P.CDI_SECRETARY, Where.TOWN)],
    "person.restrict": _KEEPERS,
    "person.erase": _KEEPERS,
    "person.erase.confirm": [*_KEEPERS, (P.COUNTY_CDI, Where.COUNTY), (P.LEADING_GROUP_HEAD, Where.TOWN)],
    "person.erase.read": [*_KEEPERS, *_COUNTY, *_TOWN],
    "calendar.keep": [(P.COUNTY_OFFICE, Where.COUNTY)],
    "division.keep": [(P.LEADING_GROUP_OFFICE, Where.TOWN)],  # ORG-08, ORG-16: a town decides for itself
    "parameters.keep": [(P.LEADING_GROUP_OFFICE, Where.TOWN)],
    # the catalogues, CAT-01 to CAT-21
    "template.author": _UNITS,
    "template.read": [*_UNITS, *_TOWN],  # its lines tell of items that are for the inside alone (ORG-11)
    "catalogue.draft": _UNITS,
    "catalogue.adopt": [(P.COMMITTEE_SECRETARY, Where.TOWN), (P.LEADING_GROUP_HEAD, Where.TOWN)],
    "catalogue.read": _ANYONE,
    # changes in four steps, and what is withheld, CAT-14 to CAT-19
    "change.request": [
        (P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN), *_UNITS,
    ],
    "change.approve": [*_UNITS, (P.UNIT_OFFICER, Where.COUNTY)],  # who is in charge is asked by the rule
    # of the county's units only what they decide on, and for the county only what was filed: by a rule of the act
    "change.read": [*_FILES, (P.UNIT_OFFICER, Where.COUNTY)],
    "withholding.file": [(P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN)],
    "withholding.review": _REVIEWERS,  # the ground that somebody else proposed
    "withholding.read": [*_FILES, (P.SECRECY_REVIEWER, Where.SUPERIOR)],
    # plans for matters outside the catalogue, CAT-12
    "plan.submit": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "plan.review": _REVIEWERS,  # for secrecy, PUB-35
    "plan.decide": [*_UNITS, (P.UNIT_OFFICER, Where.COUNTY)],  # who is in charge is asked by the rule
    "plan.read": [
        *_DESK, (P.SECRECY_REVIEWER, Where.SUPERIOR), *_TOWN, (P.UNIT_OFFICER, Where.TOWN),
        (P.UNIT_OFFICER, Where.COUNTY),  # of the county's units only what they decide on
    ],
    # publication, PUB-01 to PUB-36
    "obligation.read": [
        *_DESK, *_SUPERVISOR, (P.SECRETARY, Where.SUPERIOR), *_TOWN, (P.UNIT_OFFICER, Where.TOWN), *_COUNTY,
    ],
    "duty.tell": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],  # what raises one: staged work, changes, triggers
    "disclosure.draft": _DESK,
    "disclosure.review": _REVIEWERS,
    "disclosure.approve": _APPROVERS,
    "disclosure.return": [*_REVIEWERS, *_APPROVERS],  # whoever examines it may send it back
    "disclosure.release": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "disclosure.read": _ANYONE,  # of what is in the reader's audiences
    "disclosure.work": [
        *_DESK, (P.SECRETARY, Where.SUPERIOR), (P.SECRECY_REVIEWER, Where.SUPERIOR),
        (P.COMMITTEE_SECRETARY, Where.SUPERIOR), *_TOWN,
    ],
    # procedures of several steps, PUB-17, PUB-18
    "cadre.keep": _UNITS,  # of them the one in charge of C5, by a rule of the act
    "cadre.read": [*_DESK, *_TOWN, (P.UNIT_OFFICER, Where.TOWN)],
    "decision.keep": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "decision.read": [*_DESK, *_SUPERVISOR, (P.SECRETARY, Where.SUPERIOR), *_TOWN],
    "notice.read": _SIGNED_IN,  # one's own alone (PUB-19)
    "redisclosure.read": [*_DESK, *_SUPERVISOR, (P.SECRETARY, Where.SUPERIOR), *_TOWN],
    "redisclosure.decide": [(P.SECRETARY, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN)],
    # feedback, FBK-01 to FBK-13
    "opinion.give": _ANYONE,
    "opinion.handle": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "opinion.decide": [(P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN)],
    "opinion.read": _SIGNED_IN,
    "session.keep": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],
    "session.ask": _ANYONE,  # who may know of it, and is a member: by rules of the act
    "session.read": _ANYONE,
    "session.owed": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN],
    "opinion.register": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN],
    # ARC and SUP: archive and audit; the county has statistics and filings of its towns, not their files (ORG-16)
    "file.read": [*_DESK, *_SUPERVISOR, *_TOWN],
    # the dossiers of staged matters: of a filed one, a member of what was shown to them, by a rule of the act (ARC-06)
    "dossier.read": [*_DESK, *_SUPERVISOR, ("member", Where.OWN), *_TOWN],
    "dossier.consult": [*_DESK, *_SUPERVISOR, ("member", Where.OWN), *_TOWN],
    "dossier.file": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN)],  # ARC-05
    "archive.as-of": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN],
    "appraisal.schedule": [(P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.LEADING_GROUP_OFFICE, Where.TOWN)],
    "appraisal.read": [("member", Where.OWN), *_DESK, *_SUPERVISOR, (P.SECRETARY, Where.SUPERIOR), *_TOWN, *_COUNTY],
    "trace.read": [(P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN, (P.COUNTY_CDI, Where.COUNTY)],  # SUP-14
    # of the county from the filing on, by a rule of the act (ORG-16); and of what is not for all who read traces
    "trace.change": [(P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN, (P.COUNTY_CDI, Where.COUNTY)],
    "trace.decision": [(P.SECRETARY, Where.OWN), *_SUPERVISOR, *_TOWN],
    "trace.inner": [(P.SECRETARY, Where.OWN), *_TOWN],
    "case.audit": [  # CAT-17
        (P.LEADING_GROUP_HEAD, Where.TOWN), (P.LEADING_GROUP_OFFICE, Where.TOWN), (P.CDI_SECRETARY, Where.TOWN),
    ],
    "case.read": _TOWN_FILES,  # the county has filings and statistics, not what was never filed (ORG-16)
    "filing.submit": [
        (P.CLERK, Where.OWN), (P.SECRETARY, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN),
        (P.LEADING_GROUP_OFFICE, Where.TOWN),
    ],
    "filing.receive": [  # by whom it is addressed to: CAT-15, CAT-18
        (P.SECRETARY, Where.OWN), (P.CLERK, Where.OWN), (P.COMMITTEE_SECRETARY, Where.OWN),
        (P.LEADING_GROUP_OFFICE, Where.OWN), (P.COUNTY_OFFICE, Where.OWN),
    ],
    "filing.read": _FILES,
    "log.read": _ANYONE,
    "log.witness": _ANYONE,  # who may is said by the log's signature in the request
    # what every service shows of itself, and what only development has
    "health.read": _ANYONE,
    "development": _ANYONE,
}  # fmt: skip

# What nobody does to their own work, whatever their post. It is asked first, so that an author who tries
# learns the reason that will not go away with another post.
NOT_TO_OWN_WORK: frozenset[str] = frozenset({"disclosure.review", "disclosure.approve", "disclosure.return"})

PERMITS: tuple[Permit, ...] = tuple(
    Permit(action, who, where) for action, rows in _TABLE.items() for who, where in rows
)
ACTIONS: frozenset[str] = frozenset(_TABLE)
_OF_ACTION: dict[str, tuple[Permit, ...]] = {a: tuple(p for p in PERMITS if p.action == a) for a in ACTIONS}


@dataclass(frozen=True)
class Acting:
    """The post and organisation in which a permitted act is done; they go into the event's envelope (ORG-15)."""

    person: str
    post: str
    organisation: str
    town: str


def authorize(
    action: str,
    standing: Standing,
    *,
    organisation: str = "",
    town: str = "",
    hidden: bool = False,
    makers: Collection[str] = (),
) -> Acting:
    """The post that permits the act on an organisation (or town) at the standing's instant.

    ``hidden``: that there is such a thing is known only to those who see the organisation's desk. ``makers`` are
    the persons whose work is judged. Raises ``Refused('SELF_APPROVAL')`` to a maker, ``NOT_YOUR_REMIT`` when no
    post permits it, ``NOT_FOUND`` instead when the thing is hidden from the person, ``SIGN_IN_NEEDED`` when nobody
    is signed in where somebody must be.
    """
    if action in NOT_TO_OWN_WORK and standing.person and standing.person in makers:
        raise Refused("SELF_APPROVAL", "Nobody decides on their own work.", accepted="another person")
    for permit in _OF_ACTION.get(action, ()):
        acting = _permitted(permit, standing, organisation, town)
        if acting:
            return acting
    if hidden and not standing.sees(scope.desk(organisation), town):
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if not standing.person:
        raise Refused("SIGN_IN_NEEDED", "This needs a signed-in person.", accepted="a bearer token or a session")
    raise Refused("NOT_YOUR_REMIT", f"None of your posts permits {action} here.")


def permits(action: str, standing: Standing, organisation: str, town: str) -> bool:
    """Whether some post of theirs permits it there: for a part of an answer that not all who get it may read."""
    return any(_permitted(permit, standing, organisation, town) for permit in _OF_ACTION.get(action, ()))


def _permitted(permit: Permit, standing: Standing, organisation: str, town: str) -> Acting | None:
    if permit.who == "anyone" or (permit.who == "person" and standing.person):
        return Acting(standing.person, "", organisation, town or standing.town)
    if permit.who == "member" and organisation in standing.member_of:
        return Acting(standing.person, "member", organisation, town or standing.town)
    for post in standing.posts:
        if post.kind == permit.who and _reaches(permit.where, post, standing, organisation, town):
            return Acting(standing.person, post.post, post.organisation, town or post.town)
    return None


def _reaches(where: Where, post: PostHeld, standing: Standing, organisation: str, town: str) -> bool:
    match where:
        case Where.OWN:
            return bool(organisation) and post.organisation == organisation
        case Where.SUPERIOR:
            return post.organisation in standing.superiors_of(organisation)
        case Where.TOWN:
            return bool(town) and post.town == town
        case Where.COUNTY:
            return not post.town  # a post of the county's kind inside a town gives no power over the county
        case Where.ANY:
            return True
