"""What follows from a fact: duties raised, met, suspended; words forgotten that were refused. One file a subject."""

from services.publication.reactions import duties, matters, plans
from services.publication.reactions.secrecy import on_refused_for_secrecy
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import Obligations
from shared.identity.register import Register
from shared.service import Reaction

__all__ = ["of_duties", "on_refused_for_secrecy"]


def of_duties(items: CatalogueItems, register: Register, obligations: Obligations) -> tuple[Reaction, ...]:
    return (
        duties.on_catalogue_adopted(items, register),
        plans.on_plan_approved(register),
        duties.on_released_inside(register, obligations),
        duties.on_duty_raising(items, register),
        duties.on_withheld(obligations, register),
        duties.on_withholding_ended(obligations),
        matters.on_stage_released(obligations, items),
    )
