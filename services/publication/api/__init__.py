"""HTTP to duties and disclosures: commands and questions, no rules. Start at :func:`routes`."""

from services.publication.api import (
    cadre,
    decisions,
    desk,
    duties,
    examining,
    reading,
    redisclosures,
    releasing,
    writing,
)
from services.publication.api.parts import Parts
from shared.web import Api

__all__ = ["Parts", "routes"]


def routes(parts: Parts) -> Api:
    router = Api("publication")
    for one in (duties, writing, examining, releasing, desk, reading, decisions, cadre, redisclosures):
        one.add(router, parts)
    return router
