"""HTTP to the register and the catalogues: commands and questions, no rules. Start at :func:`routes`."""

from services.catalogue.api import catalogues, persons, plans, reads, register, rolls, supervisors, templates
from services.catalogue.api.channels import add as add_channels
from services.catalogue.api.comparing import add as add_comparing
from services.catalogue.api.exporting import add as add_exporting
from services.catalogue.api.filed import add as add_filed
from services.catalogue.api.parts import Parts
from shared.web import Api

__all__ = ["Parts", "routes"]


def routes(parts: Parts) -> Api:
    router = Api("catalogue")
    for add in (
        register.add,
        rolls.add,
        supervisors.add,
        persons.add,
        templates.add,
        catalogues.add,
        plans.add,
        reads.add,
    ):
        add(router, parts)
    add_comparing(router, parts)
    add_exporting(router, parts)
    add_channels(router, parts)
    add_filed(router, parts)
    return router
