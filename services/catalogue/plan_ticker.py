"""Plans on which nobody decided in time: told once for each day that a decision was due (CAT-12, P-16)."""

from collections.abc import Iterable
from datetime import datetime

from services.catalogue.domain.plan import PLAN, Limits, MarkDecisionOverdue, decision_due
from services.catalogue.events import PlanTerms
from services.catalogue.views.plans import Plans
from shared.clock import business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def overdue(plans: Plans, register: Register) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today, calendar = business_day(now), register.calendar()
        for row in plans.listed(stage="submitted"):
            terms, limits = PlanTerms.model_validate(row["terms"]), limits_of(register, row["town"], now)
            day = decision_due(terms, row["submitted_on"], limits, calendar).due
            if today > day:
                key = f"plan-overdue/{row['plan']}/{row['stream_version']}/{day}"
                yield Do(PLAN, row["plan"], MarkDecisionOverdue(day, today), key=key, town=row["town"])

    return Ticker("plan-decisions-overdue", due)


def limits_of(register: Register, town: str, now: datetime) -> Limits:
    ordinary, urgent = (register.parameter(town, parameter, now) for parameter in ("P-16", "P-16.urgent"))
    return Limits(ordinary, urgent)
