"""HTTP to a member's own rights: where they may read, comment, apply, appraise and report (ORG-12)."""

from pydantic import BaseModel

from services.catalogue.api.parts import Parts
from shared import policy
from shared.web import Api, Reader

RIGHTS = {  # the five rights of I(二)1, and the actions that make each of them real
    "read": ("disclosure.read",),
    "comment": ("opinion.give",),
    "apply": ("application.submit",),
    "appraise": ("ballot.cast",),
    "report": ("breach.report",),
}


class RightPage(BaseModel):
    """``available``: this platform has an act for it; ``where``: the organisations whose member the asker is."""

    right: str
    available: bool
    where: list[str]


class RightsPage(BaseModel):
    person: str
    member_of: list[str]
    rights: list[RightPage]


def add(router: Api, _: Parts) -> None:
    @router.get("/me/rights", action="register.read")
    def rights(reader: Reader) -> RightsPage:
        """What membership gives the asker today; it comes and goes with the membership's days (ORG-11)."""
        reader.may()
        where = sorted(reader.standing.member_of)
        found = [
            RightPage(right=right, available=any(a in policy.ACTIONS for a in acts), where=where)
            for right, acts in RIGHTS.items()
        ]
        return RightsPage(person=reader.standing.person, member_of=where, rights=found)
