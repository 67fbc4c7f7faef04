"""HTTP to the traces of what is no disclosure: changes, withholdings, plans, matters, major decisions, cadre matters.

Each exists for those who may look at traces and at the thing itself: a plan or a cadre matter for the organisation's
first person and the town alone, a change or a withholding for the county once it was filed (ORG-16).
"""

from collections.abc import Sequence
from typing import Any

from services.audit.api.trace_steps import StepsPage, page_of
from services.audit.views.deeds import Deeds
from services.audit.views.trace import Row
from shared.decider import Refused
from shared.identity.register import Register
from shared.identity.structure import Org
from shared.policy import permits
from shared.web import Api, Reader
from shared.web.reader import Reading

ACTIONS = {  # of the trace of each kind of thing
    "change": "trace.change",
    "withholding": "trace.read",
    "plan": "trace.inner",
    "matter": "trace.read",
    "decision": "trace.decision",
    "cadre": "trace.inner",
}
FILED = "filing-submitted"  # from this step on the county knows of a change or a withholding (CAT-18, ORG-16)
GO_UP = frozenset({"change", "withholding"})


class DeedsPage(StepsPage):
    kind: str
    subject: str


def add(router: Api, register: Register, deeds: Deeds) -> None:
    _of_the_catalogue(router, register, deeds)
    _of_what_is_published(router, register, deeds)


def _of_the_catalogue(router: Api, register: Register, deeds: Deeds) -> None:
    @router.get("/traces/changes/{change}", action=ACTIONS["change"])
    def trace_of_a_change(change: str, reader: Reader) -> DeedsPage:
        """Who asked for it, approved, audited, filed, receipted and announced it (CAT-16 to CAT-19)."""
        return _page(register, deeds, reader, "change", change)

    @router.get("/traces/withholdings/{withholding:path}", action=ACTIONS["withholding"])
    def trace_of_a_withholding(withholding: str, reader: Reader) -> DeedsPage:
        """Who filed and who confirmed it, its receipt, the duties it suspended, its end (CAT-15)."""
        return _page(register, deeds, reader, "withholding", withholding)

    @router.get("/traces/plans/{organisation}/{number}", action=ACTIONS["plan"])
    def trace_of_a_plan(organisation: str, number: int, reader: Reader) -> DeedsPage:
        """Who submitted, reviewed and decided on a plan for a matter outside the catalogue (CAT-12)."""
        return _page(register, deeds, reader, "plan", f"{organisation}/plan-{number}")


def _of_what_is_published(router: Api, register: Register, deeds: Deeds) -> None:
    @router.get("/traces/matters/{matter}", action=ACTIONS["matter"])
    def trace_of_a_matter(matter: str, reader: Reader) -> DeedsPage:
        """Who opened, re-planned and closed staged work, and who filed it (PUB-26, PUB-27, ARC-05)."""
        return _page(register, deeds, reader, "matter", matter)

    @router.get("/traces/decisions/{decision}", action=ACTIONS["decision"])
    def trace_of_a_decision(decision: str, reader: Reader) -> DeedsPage:
        """Who notified, solicited, summarised and published in a major decision (PUB-17)."""
        return _page(register, deeds, reader, "decision", decision)

    @router.get("/traces/cadre-matters/{cadre}", action=ACTIONS["cadre"])
    def trace_of_a_cadre_matter(cadre: str, reader: Reader) -> DeedsPage:
        """Who took its steps; of whom it is, and what was objected, it says nothing (PUB-18)."""
        return _page(register, deeds, reader, "cadre", cadre)


def _page(register: Register, deeds: Deeds, reader: Reading, kind: str, subject: str) -> DeedsPage:
    steps = deeds.of(kind, subject)
    first = steps[0] if steps else {"organisation": "", "town": ""}
    reader.may(first["organisation"], first["town"], hidden=True)
    if not steps or not _is_known_to(reader, kind, first, any(step["step"] == FILED for step in steps)):
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return DeedsPage(kind=kind, subject=subject, **page_of(register, steps))


def listed(deeds: Deeds, reader: Reading, organisation: Org | None, kind: str) -> Sequence[dict[str, Any]]:
    """An organisation's things of a kind that exist for the reader, as rows of the list of traces."""
    if organisation is None or not permits(
        ACTIONS[kind], reader.standing, organisation.organisation, organisation.town
    ):
        return []
    place = {"organisation": organisation.organisation, "town": organisation.town}
    rows = deeds.of_organisation(organisation.organisation, kind, FILED)
    known = [row for row in rows if _is_known_to(reader, kind, place, bool(row["filed"]))]
    return [{**row, "disclosure": "", "version": 0} for row in known]


def _is_known_to(reader: Reading, kind: str, place: Row, filed: bool) -> bool:
    """Whoever looks from above the town knows of what goes up once it was filed, and nothing before."""
    within = permits("case.read", reader.standing, place["organisation"], place["town"])
    return kind not in GO_UP or filed or within
