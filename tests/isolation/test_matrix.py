"""Every route of every service refuses whom the policy table does not permit, over HTTP, for each kind of post.

The table itself is approved in ``tests/shared/policy_matrix.md``; here each route is held to the row of its action, in
the person's own branch, in another of the town, and in another town.
"""

from typing import Any

import httpx2
import pytest

from services.embedded import openapi_documents
from shared.decider import Refused
from shared.identity import NOBODY, PostHeld, PostKind, Standing
from shared.policy import PERMITS, Where, authorize
from tests.isolation.bodies import VILLAGER, body_of
from tests.isolation.county import BRANCHES, MEMBERS, County
from tests.isolation.crawl import Route, routes, values
from tests.journeys.people import Person

TREE = {"QS": (), "QS-CDI": ("QS",), "FY": ("QS",), "HS": ("QS",)} | {
    **dict.fromkeys(("FY-DZB", "FY-DJB", "FY-CDI", "FY-R1", "FY-E1"), ("FY", "QS")),
    "HS-R1": ("HS", "QS"),
}
SEATS: dict[str, tuple[tuple[str, str], ...]] = {  # the people of requirements 8.0 with their posts
    "anyone": (),
    "zhou-dahai": (),
    "chen-xiuying": (),
    "luo-lan": (),
    "jiang-ping": (("QS", "county-office"),),
    "fang-zheng": (("QS-CDI", "county-cdi"),),
    "zhao-guoqiang": (("FY", "committee-secretary"), ("FY", "leading-group-head")),
    "he-jing": (("FY", "leading-group-office"),),
    "li-min": (("FY-CDI", "cdi-secretary"),),
    "qian-li": (("FY-DZB", "unit-officer"),),
    "wang-jianjun": (("FY-R1", "secretary"),),
    "ma-xiaoyan": (("FY-R1", "clerk"),),
    "he-tao": (("FY-R1", "secrecy-reviewer"),),
    "guo-changfu": (("FY-R1", "supervisor"),),
    "wu-gang": (("FY-E1", "secretary"),),
    "han-dong": (("HS-R1", "secretary"),),
    "tang-ning": (("HS", "leading-group-office"),),
    "shi-lei": (("HS", "committee-secretary"),),
}
POLICY_REFUSES = {"NOT_YOUR_REMIT", "NOT_FOUND", "SIGN_IN_NEEDED", "SELF_APPROVAL"}
ASKED_FURTHER = {
    "referral.act",  # whom it concerns, in a rule of its own (ORG-10)
    # who owns the category, in a rule of its own (CAT-01, CAT-16)
    "cadre.keep",
    "cadre.read",
    "template.author",
    "change.request",
    "change.approve",
    "change.read",  # the county's from the audit on (ORG-16)
    "trace.change",  # the same
    "plan.decide",
}
OPEN = {permit.action for permit in PERMITS if permit.where is Where.ANY} | {"archive.as-of"}  # by audience
ABOUT_A_PERSON = "/v1/persons/{person}"
HOME = "FY-R1"  # of the villager whose data are restricted, held and erased
NEW_TOWNS = {"/api/catalogue/v1/towns"}  # in no town yet
GOVERNED = sorted(
    {(method, route.path) for method in ("get", "post") for route in routes(method) if route.action not in OPEN}
)
ROUTES = {(r.method, r.path): r for method in ("get", "post") for r in routes(method)}


def town_of(organisation: str) -> str:
    return {"FY": "fengyang", "HS": "heshan", "QS": ""}[organisation[:2]]


def standing(person: str, at: Any) -> Standing:
    if person == "anyone":
        return NOBODY
    posts = tuple(PostHeld(f"{o}/{k}", PostKind(k), "", "", o, town_of(o)) for o, k in SEATS[person])
    member_of = frozenset(branch for branch, members in MEMBERS.items() if person in members)
    town = posts[0].town if posts else ""
    return Standing(person, at, posts=posts, town=town, ancestors=TREE, member_of=member_of)


@pytest.fixture(scope="module")
def schemas() -> dict[tuple[str, str], tuple[Any, dict[str, Any]]]:
    """The body of each command and the schemas it refers to; a form with a file has none."""
    found: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {}
    for document in openapi_documents().values():
        components = document.get("components", {}).get("schemas", {})
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                found[method, path] = content.get("application/json", {}).get("schema"), components
    return found


@pytest.mark.parametrize(("method", "path"), GOVERNED)
def test_a_route_is_for_whom_the_policy_permits_it(
    county: County, schemas: dict[tuple[str, str], tuple[Any, dict[str, Any]]], method: str, path: str
) -> None:
    """Design 8, ORG-03, ORG-04, ORG-11, ORG-16."""
    route, (schema, components) = ROUTES[method, path], schemas[method, path]
    wrong = {}
    for branch, town in BRANCHES.items():
        known = _known(county, branch)
        body = body_of(schema, components, known) if schema else None
        for person in SEATS:
            answer = _asked(county.world(person), route, known, body)
            assert answer.status_code < 500, answer.text
            passed = _code(answer) not in POLICY_REFUSES
            may = _permitted(route, county, person, branch, town)
            if (passed and not may) or (may and not passed and route.action not in ASKED_FURTHER):
                wrong[person, branch] = f"{answer.status_code} {answer.text[:200]}"
    assert wrong == {}


def _permitted(route: Route, county: County, person: str, branch: str, town: str) -> bool:
    at = county.world.now()
    where = "" if "/towns" in route.path or ABOUT_A_PERSON in route.path else branch
    where = branch[:2] if route.action == "filing.receive" else where  # whom it is addressed to
    town = BRANCHES[HOME] if ABOUT_A_PERSON in route.path else town
    try:
        authorize(route.action, standing(person, at), organisation=where, town="" if route.path in NEW_TOWNS else town)
    except Refused:
        return False
    return True


def _known(county: County, branch: str) -> dict[str, list[str]]:
    return values(county, branch) | {"person": [VILLAGER], "post": [f"{branch}/clerk"]}


def _asked(person: Person, route: Route, known: dict[str, list[str]], body: Any) -> httpx2.Response:
    path = route.path
    for name in route.in_path:
        path = path.replace(f"{{{name}}}", known[name][0])
    if route.method == "get":
        wanted = {*route.required, *(n for n in route.optional if n == "organisation")}
        return person.raw(path, **{name: known[name][0] for name in wanted})
    files = {} if body is not None else {"files": {"file": ("x.txt", b"x", "text/plain")}}
    return person.command(path, body, version=999, **files)


def _code(answer: httpx2.Response) -> str:
    return "" if answer.is_success else str(answer.json()["code"])
