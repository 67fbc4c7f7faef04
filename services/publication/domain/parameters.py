"""The town's parameters that publication reckons with (requirements 3.7), as whole numbers of their units."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Parameters:
    lead_hours: int = 24  # P-01
    immediate_lead_hours: int = 0  # P-01.immediate
    replacement_day: int = 15  # P-02
    fine_tune_day: int = 10  # P-02
    stage_workdays: int = 10  # P-03
    summary_workdays: int = 20  # P-03
    immediate_workdays: int = 3  # P-04
    long_term_workdays: int = 20  # P-05
    cross_year_summary: bool = True
    only_methods: bool = False  # PUB-34
    summary_needed: bool = False  # PUB-34
    summary_longest: int = 500  # PUB-34
    publicity_workdays: int = 5  # P-06
    notice_workdays: int = 1  # P-07
    notice_workdays_most: int = 3  # P-07
    soliciting_days: int = 7  # P-15
    soliciting_days_society: int = 15  # P-15

    @property
    def lead(self) -> timedelta:
        return timedelta(hours=self.lead_hours)

    @property
    def immediate_lead(self) -> timedelta:
        """Of an immediate item for which a reason is given (A-05)."""
        return timedelta(hours=self.immediate_lead_hours)

    def soliciting(self, asked: str) -> int:
        """For how many days at least opinions are solicited: ``inside`` the Party or in ``society`` (P-15)."""
        return self.soliciting_days if asked == "inside" else self.soliciting_days_society

    @classmethod
    def of(cls, value: Callable[[str], int]) -> "Parameters":
        """From whoever knows a parameter's value by its id (shared.parameters)."""
        return cls(
            lead_hours=value("P-01"),
            immediate_lead_hours=value("P-01.immediate"),
            replacement_day=value("P-02"),
            fine_tune_day=value("P-02.fine-tune"),
            stage_workdays=value("P-03"),
            summary_workdays=value("P-03.final"),
            immediate_workdays=value("P-04"),
            long_term_workdays=value("P-05"),
            cross_year_summary=bool(value("P-03.cross-year")),
            only_methods=bool(value("PUB-34.only-methods")),
            summary_needed=bool(value("PUB-34.summary-needed")),
            summary_longest=value("PUB-34.summary"),
            publicity_workdays=value("P-06"),
            notice_workdays=value("P-07"),
            notice_workdays_most=value("P-07.most"),
            soliciting_days=value("P-15"),
            soliciting_days_society=value("P-15.society"),
        )
