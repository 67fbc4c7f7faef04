"""The town's parameters that publication reckons with (requirements 3.7), as whole numbers of their units."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Parameters:
    lead_hours: int = 24  # P-01
    replacement_day: int = 15  # P-02
    fine_tune_day: int = 10  # P-02
    stage_workdays: int = 10  # P-03
    summary_workdays: int = 20  # P-03
    immediate_workdays: int = 3  # P-04
    long_term_workdays: int = 20  # P-05

    @property
    def lead(self) -> timedelta:
        return timedelta(hours=self.lead_hours)

    @classmethod
    def of(cls, value: Callable[[str], int]) -> "Parameters":
        """From whoever knows a parameter's value by its id (shared.parameters)."""
        return cls(
            lead_hours=value("P-01"),
            replacement_day=value("P-02"),
            fine_tune_day=value("P-02.fine-tune"),
            stage_workdays=value("P-03"),
            summary_workdays=value("P-03.final"),
            immediate_workdays=value("P-04"),
            long_term_workdays=value("P-05"),
        )
