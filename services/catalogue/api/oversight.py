"""HTTP to what a town must look after: coverage by a day, vacancies, and what is not set up as it should be.

The county sees the figures of all its towns and changes nothing in them (ORG-16).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from services.catalogue.api.affairs_views import Views
from services.catalogue.api.leading_groups import principal_of
from services.catalogue.api.parts import Parts
from services.catalogue.domain.town import TARGET_DATE
from shared.clock import at
from shared.fields import Day
from shared.identity import PostKind
from shared.web import Api, Page, Reader

BRANCH_LEVELS = frozenset({"branch", "general-branch"})


class CoverageLine(BaseModel):
    organisation: str
    catalogue_from: date | None
    first_disclosure: date | None


class CoveragePage(BaseModel):
    """Covered: a catalogue in force, and a first disclosure, by the day. ``met``: all were by the target day."""

    town: str
    on: date
    target: date | None
    met: bool | None
    covered: list[str]
    uncovered: list[str]
    organisations: list[CoverageLine]


class VacancyPage(BaseModel):
    """``owner``: who must see to it, the person in the office of the town's leading group."""

    organisation: str
    since: date
    until: date | None
    owner: str | None


class ConfigurationError(BaseModel):
    code: str = Field(examples=["CATEGORY_UNASSIGNED", "NO_LEADING_GROUP", "HEAD_NOT_PRINCIPAL", "NO_TARGET_DATE"])
    about: str
    detail: str


class ConfigurationPage(BaseModel):
    town: str
    on: date
    errors: list[ConfigurationError]


def add(router: Api, parts: Parts, views: Views) -> None:
    _coverage(router, parts, views)
    _vacancies(router, parts, views)
    _configuration(router, parts, views)


def _coverage(router: Api, parts: Parts, views: Views) -> None:
    @router.get("/towns/{town}/coverage", action="coverage.read")
    def coverage(town: str, reader: Reader, on: Annotated[Day | None, Query()] = None) -> CoveragePage:
        """Which grassroots organisations have a catalogue in force and a first disclosure by a day (ORG-13)."""
        reader.may(town=town)
        day, target = on or reader.today, target_of(parts, town, on or reader.today)
        known = views.coverage.of_town(town)
        branches = [o for o in parts.register.organisations(town) if o.level in BRANCH_LEVELS and o.since <= day]
        lines = [_line(branch.organisation, known.get(branch.organisation, {})) for branch in branches]
        covered = [line.organisation for line in lines if _covered(line, day)]
        in_time = target and all_covered_by(target, {o.organisation: o.since for o in branches}, lines)
        return CoveragePage(
            town=town,
            on=day,
            target=target,
            met=bool(in_time) if target and (in_time or day > target) else None,
            covered=covered,
            uncovered=[line.organisation for line in lines if line.organisation not in covered],
            organisations=lines,
        )


def target_of(parts: Parts, town: str, day: date) -> date | None:
    """By when the whole town is to be covered, as set on a day (A-31)."""
    text = parts.town(town).parameter(TARGET_DATE, day)
    return date.fromisoformat(text) if text else None


def _line(organisation: str, row: dict[str, date]) -> CoverageLine:
    shown, catalogue = row.get("first_shown"), row.get("catalogue_from")
    return CoverageLine(organisation=organisation, catalogue_from=catalogue, first_disclosure=shown)


def all_covered_by(day: date, since: Mapping[str, date], lines: Iterable[CoverageLine]) -> bool:
    """All that stood on the day; what is founded later takes nothing from it (ORG-13)."""
    return all(_covered(line, day) for line in lines if since[line.organisation] <= day)


def _covered(line: CoverageLine, day: date) -> bool:
    both = (line.catalogue_from, line.first_disclosure)
    return all(since is not None and since <= day for since in both)


def _vacancies(router: Api, parts: Parts, views: Views) -> None:
    @router.get("/towns/{town}/vacancies", action="coverage.read")
    def vacancies(
        town: str,
        reader: Reader,
        history: Annotated[bool, Query(description="Those that have ended, too.")] = False,
    ) -> Page[VacancyPage]:
        """Organisations without a first person responsible, and who must see to it (ORG-07)."""
        reader.may(town=town)
        owner = office_of(parts, town, reader.today)
        rows = views.vacancies.of_town(town, open_only=not history)
        pages = [
            VacancyPage(organisation=r["organisation"], since=r["since"], until=r["until"], owner=owner) for r in rows
        ]
        return reader.page(pages, lambda page: [page.organisation, page.since.isoformat()])


def office_of(parts: Parts, town: str, day: date) -> str | None:
    """The person in the office of the town's leading group."""
    known = (o.organisation for o in parts.register.organisations(town))
    held = (parts.register.holder(PostKind.LEADING_GROUP_OFFICE, organisation, at(day)) for organisation in known)
    return next((person for person in held if person), None)


def _configuration(router: Api, parts: Parts, views: Views) -> None:
    @router.get("/towns/{town}/configuration", action="coverage.read")
    def configuration(town: str, reader: Reader) -> ConfigurationPage:
        """What is missing or contradicts itself in how the town is set up, for the office to put right (A-17)."""
        reader.may(town=town)
        today = reader.today
        errors = [
            ConfigurationError(code="CATEGORY_UNASSIGNED", about=c, detail=f"No unit is in charge of {c}.")
            for c in parts.town(town).unassigned(today)
        ]
        errors += _of_groups(parts, views, town, today)
        if target_of(parts, town, today) is None:
            detail = "No day is set by which every organisation is to be covered."
            errors.append(ConfigurationError(code="NO_TARGET_DATE", about=town, detail=detail))
        errors += [
            ConfigurationError(code="VACANT", about=r["organisation"], detail=f"Vacant since {r['since']}.")
            for r in views.vacancies.of_town(town, open_only=True)
        ]
        return ConfigurationPage(town=town, on=today, errors=errors)


def _of_groups(parts: Parts, views: Views, town: str, today: date) -> list[ConfigurationError]:
    """The town's committee has a leading group, and whoever heads one is the body's principal person (ORG-05)."""
    groups = {row["body"]: row["head"] for row in views.groups.of_town(town)}
    committees = [o.organisation for o in parts.register.organisations(town) if o.level == "town-committee"]
    missing = [
        ConfigurationError(code="NO_LEADING_GROUP", about=c, detail="The town's committee has no leading group.")
        for c in committees
        if c not in groups
    ]
    return missing + [
        ConfigurationError(code="HEAD_NOT_PRINCIPAL", about=body, detail=f"{head} is not its principal person now.")
        for body, head in groups.items()
        if principal_of(parts, body, today) != head
    ]
