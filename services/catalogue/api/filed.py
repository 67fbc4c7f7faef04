"""The routes to what goes upward for approval or the record: changes of a catalogue, and withholdings."""

from services.catalogue.api import changes, withholdings
from services.catalogue.api.parts import Parts
from shared.web import Api


def add(router: Api, parts: Parts) -> None:
    changes.add(router, parts)
    withholdings.add(router, parts)
