"""What follows from others' facts: an approved change is audited, an audited one goes to the county, and whatever is
withheld is filed with the superior. What each asks for is in ``views/owed.py``.
"""

from collections.abc import Iterable

from services.audit.events import REGISTRY, ChangeAudited
from services.audit.heard import ChangeApproved, WithholdingFiled
from services.audit.views.owed import doing
from shared.events import Recorded, hear
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.service import Reaction


def on_change_approved(handler: Handler, register: Register) -> Reaction:  # CAT-17
    return _of_catalogue("audit-approved-change", ChangeApproved, handler, register)


def on_withholding_filed(handler: Handler, register: Register) -> Reaction:  # CAT-15
    return _of_catalogue("file-withholding", WithholdingFiled, handler, register)


def on_change_audited(handler: Handler, register: Register) -> Reaction:  # CAT-18
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == ChangeAudited.__name__:
            yield doing(handler, register, ChangeAudited.model_validate(REGISTRY.upcast(event)))

    heeds = {REGISTRY.service: frozenset({ChangeAudited.__name__})}
    return Reaction("file-audited-change", (REGISTRY.service,), commands, heeds)


def _of_catalogue(
    name: str, fact: type[ChangeApproved] | type[WithholdingFiled], handler: Handler, register: Register
) -> Reaction:
    """What is given up, or refused, is done by the ticker after all (decision 0048)."""

    def commands(event: Recorded) -> Iterable[Do]:
        told = hear(event, fact)
        if told:
            yield doing(handler, register, told)

    return Reaction(name, (fact.SERVICE,), commands, {fact.SERVICE: frozenset({fact.EVENT})})
