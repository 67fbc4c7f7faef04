"""A plan for a matter outside the catalogue was approved: its matter owes one disclosure, at once (CAT-12, PUB-29)."""

from collections.abc import Iterable

from services.publication.domain import schedule
from services.publication.domain.obligation import OBLIGATION, RaiseObligation, obligation_id
from services.publication.domain.schedule import Planned
from services.publication.events import Duty
from services.publication.heard import PlanApproved
from services.publication.views.almanac import Almanac
from services.publication.views.items import planned_item
from shared.events import Recorded, hear
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Reaction


def on_plan_approved(register: Register) -> Reaction:
    """From the day of approval, or from a later one that the plan names; within P-04 or the plan's own limit."""

    def commands(event: Recorded) -> Iterable[Do]:
        approved = hear(event, PlanApproved)
        if approved is None:
            return
        item, almanac = planned_item(approved), Almanac(register, event.recorded_at)
        trigger = max(approved.terms.trigger or approved.on, approved.on)
        reckoned = schedule.reckon(
            Duty.TRIGGERED,
            trigger,
            limit_days=item.limit_days,
            calendar=almanac.calendar,
            parameters=almanac.parameters(item.town),
        )
        planned = Planned(Duty.TRIGGERED, trigger.isoformat(), trigger, trigger, reckoned)
        obligation = obligation_id(item, planned)
        yield Do(OBLIGATION, obligation, RaiseObligation(item, planned), key=f"raise/{obligation}")

    heeds = {PlanApproved.SERVICE: frozenset({PlanApproved.EVENT})}
    return Reaction("duty-of-approved-plan", (PlanApproved.SERVICE,), commands, heeds)
