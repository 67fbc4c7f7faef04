"""An organisation without a first person responsible: found once, told to who owns the alert, ended once (ORG-07).

What is found follows from the tenures alone, so that it comes out the same however rarely somebody looks. Nobody's past
acts are attributed anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.catalogue.domain.tenure import Tenure, vacancies
from services.catalogue.events import VacancyEnded, VacancyFound

LED_BY_ONE = frozenset({"branch", "general-branch", "town-committee"})  # who must have a first person responsible
Vacancies = tuple[tuple[date, date | None], ...]  # since, and until if it has ended


@dataclass(frozen=True)
class NoteVacancies:
    """Record what is vacant today, and what no longer is."""

    organisation: str
    town: str
    today: date


def note_vacancies(
    tenures: Iterable[Tenure], level: str, begins: date, known: Vacancies, command: NoteVacancies
) -> list[VacancyFound | VacancyEnded]:
    if level not in LED_BY_ONE:
        return []
    found: dict[date, date | None] = dict(vacancies(tenures, begins, command.today))
    recorded = dict(known)
    where = {"organisation": command.organisation, "town": command.town}
    facts: list[VacancyFound | VacancyEnded] = []
    for since, ended in sorted(recorded.items()):
        until = found.get(since, since)  # no gap any more: it was filled for the time before
        if ended is None and until is not None:
            facts.append(VacancyEnded(since=since, until=until, **where))
    for since, until in sorted(found.items()):
        if since not in recorded:
            facts.append(VacancyFound(since=since, **where))
            facts += [VacancyEnded(since=since, until=until, **where)] if until else []
    return facts
