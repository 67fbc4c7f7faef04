"""The read models behind what organisations do among themselves."""

from dataclasses import dataclass

from sqlalchemy import Engine

from services.catalogue.views.coverage import Coverage
from services.catalogue.views.leading_groups import LeadingGroups
from services.catalogue.views.referrals import Referrals
from services.catalogue.views.vacancies import VacanciesFound
from shared.follow import View


@dataclass(frozen=True)
class Views:
    vacancies: VacanciesFound
    groups: LeadingGroups
    referrals: Referrals
    coverage: Coverage

    @classmethod
    def over(cls, engine: Engine) -> "Views":
        return cls(VacanciesFound(engine), LeadingGroups(engine), Referrals(engine), Coverage(engine))

    @property
    def all(self) -> tuple[View, ...]:
        return self.vacancies, self.groups, self.referrals, self.coverage
