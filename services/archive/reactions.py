"""What was shown, approved, said or answered is filed as it happens; nobody has to remember it (ARC-05).

A matter that has closed is owed as one file.
"""

from collections.abc import Iterable

from services.archive.domain.dossier import DOSSIER, OweDossier
from services.archive.domain.file import FILE, FileDocument, file_id, short_name
from services.archive.domain.papers import PAPERS_COME_WITH, papers_of
from services.archive.heard import MatterClosed
from shared.clock import business_day
from shared.events import Recorded, hear
from shared.handling import Do
from shared.identity.register import Register
from shared.reckoning import due_day
from shared.service import Reaction


def filing(register: Register) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        for paper in papers_of(event):
            year = business_day(paper.at).year
            organisation = register.organisation(paper.organisation)
            short = short_name(organisation.name_zh) if organisation else paper.organisation
            command = FileDocument(year, short, paper, event.event_id)
            yield Do(FILE, file_id(paper.organisation, year), command)

    return Reaction("file-papers", tuple(PAPERS_COME_WITH), commands, PAPERS_COME_WITH)


def on_matter_closed(register: Register) -> Reaction:
    """From the day it closed on its papers are to be filed, within P-20."""

    def commands(event: Recorded) -> Iterable[Do]:
        closed = hear(event, MatterClosed)
        if closed:
            showed = (*closed.stages, closed.summary)
            command = OweDossier(
                **closed.model_dump(include={"matter", "town", "organisation", "item", "title", "title_en"}),
                closed_on=closed.on,
                disclosures=tuple(dict.fromkeys(filter(None, showed))),
                due=due_day(register, closed.town, "P-20", closed.on),
            )
            yield Do(DOSSIER, closed.matter, command)

    heeds = {MatterClosed.SERVICE: frozenset({MatterClosed.EVENT})}
    return Reaction("owe-dossier", (MatterClosed.SERVICE,), commands, heeds)
