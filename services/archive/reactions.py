"""What was shown, approved, said or answered is filed as it happens; nobody has to remember it (ARC-05)."""

from collections.abc import Iterable

from services.archive.domain.file import FILE, FileDocument, file_id, short_name
from services.archive.domain.papers import PAPERS_COME_WITH, papers_of
from shared.clock import business_day
from shared.events import Recorded
from shared.handling import Do
from shared.identity.register import Register
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
