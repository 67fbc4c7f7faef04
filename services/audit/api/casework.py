"""What the routes of cases and filings stand on, and how a person, a due day and the like read in their answers."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.audit.domain.case import CASE, Case
from services.audit.domain.filing import FILING, Filing
from services.audit.views.cases import Cases
from services.audit.views.filings import Filings
from shared.decider import Refused
from shared.due_days import DueDay
from shared.handling import Handler
from shared.identity.register import Register
from shared.personal_data import Clear


@dataclass(frozen=True)
class Casework:
    handler: Handler
    register: Register
    cases: Cases
    filings: Filings

    def case(self, change: str) -> Case:
        state: Case = self.handler.state(CASE, change)[1]
        return state

    def filing(self, filing: str) -> Filing:
        state: Filing = self.handler.state(FILING, filing)[1]
        return state

    def town_of(self, organisation: str) -> str:
        known = self.register.organisation(organisation)
        return known.town if known else ""

    def named(self, person: str) -> "Someone":
        known = self.register.person(person) if person else None
        return Someone(person=person, name_zh=known.name_zh if known else "", name_en=known.name_en if known else "")


class Someone(BaseModel):
    person: str
    name_zh: Clear
    name_en: Clear


class Owed(BaseModel):
    """A due day with its reckoning, and the days that it was due before."""

    due: DueDay
    moves: list[date]

    @classmethod
    def of(cls, row: RowMapping) -> "Owed":
        return cls.model_validate({"due": row["due"], "moves": row["moves"]})


def nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")
