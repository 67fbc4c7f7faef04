"""The facts of the archive: a file is opened for an organisation's year, and papers are filed in it once."""

from datetime import datetime
from typing import Annotated, Literal

from shared.events import Event
from shared.personal_data import Carried

Kind = Literal["version", "approval", "channel-evidence", "opinion", "handling", "reply", "plan"]
Retention = Literal["permanent", "30-years", "10-years"]  # P-21


class FileOpened(Event):
    """``number`` counts the papers' home as officials write it, such as 柳树-2026-001."""

    file: str
    organisation: str
    town: str
    year: int
    number: str


class DocumentFiled(Event):
    """A paper took its place in the file: ``serial`` there, ``ref`` in the service it comes from.

    ``digest`` commits to its content; ``at`` is when the thing itself happened, as ``source_event`` says. A plan of
    staged work names the ``matter``; every other paper the ``disclosure`` that it is of.
    """

    file: str
    town: str
    organisation: str
    serial: int
    kind: Kind
    ref: str
    title: Annotated[str, Carried()]  # of a sheet of approval as publication sealed it
    digest: str
    retention: Retention
    at: datetime
    disclosure: str = ""
    version: int = 0
    matter: str = ""
    source_event: str


FileEvent = FileOpened | DocumentFiled
