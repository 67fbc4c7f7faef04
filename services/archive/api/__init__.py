"""HTTP to the archive: an organisation's running files and what was shown to whom at an instant (``files``), the
dossiers of staged matters (``dossiers``).
"""

from services.archive.api import dossiers, files
from services.archive.api.papers import Parts
from shared.web import Api

__all__ = ["Parts", "routes"]


def routes(parts: Parts) -> Api:
    router = Api("archive")
    files.add(router, parts)
    dossiers.add(router, parts)
    return router
