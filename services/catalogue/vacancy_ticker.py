"""Finds organisations without a first person responsible as days pass, and when that is over (ORG-07).

Which days are vacant follows from the tenures; each change is recorded once, however long nobody looked.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.tenure import FIRST_PERSON_KINDS, Tenure, vacancies
from services.catalogue.domain.vacancy import LED_BY_ONE, NoteVacancies
from services.catalogue.views.vacancies import Row, VacanciesFound
from shared.clock import business_day
from shared.handling import Do
from shared.identity import PostKind
from shared.identity.register import Register
from shared.identity.structure import Structure
from shared.service import Ticker
from shared.telemetry import metrics

Gap = tuple[date, date | None]


def vacancies_noted(register: Register, found: VacanciesFound) -> Ticker:
    """Looks through all organisations once a day, and whenever the register has changed."""
    settled: list[tuple[date, Any]] = []

    def due(now: datetime) -> Iterable[Do]:
        today, structure = business_day(now), register.structure()
        if settled == [(today, structure)]:
            return
        known, quiet = found.known(), True
        for org in structure.organisations.values():
            if org.level not in LED_BY_ONE or org.since > today:
                continue
            gaps = vacancies(_tenures(structure, org.organisation), org.since, today)
            if _differ(gaps, known.get(org.organisation, [])):
                quiet = False
                key = f"vacancy/{org.organisation}/{today}/{gaps}"
                command = NoteVacancies(org.organisation, org.town, today)
                yield Do(ORGANISATION, org.organisation, command, key=key, town=org.town)
        settled[:] = [(today, structure)] if quiet else []

    return Ticker("vacancies-noted", due)


def _tenures(structure: Structure, organisation: str) -> list[Tenure]:
    return [
        Tenure(t.post.post, t.post.kind, t.person, t.span.since, t.span.until)
        for kind in sorted(FIRST_PERSON_KINDS)
        for t in structure.by_office.get((organisation, PostKind(kind)), ())
    ]


def _differ(gaps: list[Gap], rows: list[Row]) -> bool:
    """Whether something is vacant that is not recorded so, or recorded as lasting and over."""
    recorded = {row["since"]: row["until"] for row in rows}
    new = any(since not in recorded for since, _ in gaps)
    still = {since for since, until in gaps if until is None}
    return new or any(until is None and since not in still for since, until in recorded.items())


def measure_vacancies(name: str, found: VacanciesFound) -> Callable[[], None]:
    """How many last in each town, at each scrape."""

    def measure() -> None:
        for town, count in found.lasting_by_town().items():
            metrics.VACANCIES.labels(name, town).set(count)

    return measure
