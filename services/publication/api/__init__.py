"""HTTP to duties and disclosures: commands and questions, no rules. Start at :func:`routes`."""

from services.publication.api import cadre, decisions, desk, duties, examining, reading, releasing, writing
from services.publication.api.parts import Parts
from shared.web import Api

__all__ = ["Parts", "routes"]


def routes(parts: Parts) -> Api:
    router = Api("publication")
    for add in (duties.add, writing.add, examining.add, releasing.add, desk.add, reading.add, decisions.add, cadre.add):
        add(router, parts)
    return router
