"""The town's parameters that publication reckons with (requirements 3.7), read from their recorded values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

DEFAULTS: Mapping[str, str] = {"P-01": "24", "P-02": "15/10", "P-03": "10/20", "P-04": "3", "P-05": "20"}


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
    def of(cls, values: Mapping[str, str]) -> "Parameters":
        """From recorded values such as ``24 h`` or ``15/10``; whatever is absent or unreadable is as by default."""
        numbers = {name: _numbers(values.get(name, ""), default) for name, default in DEFAULTS.items()}
        return cls(
            lead_hours=numbers["P-01"][0],
            replacement_day=numbers["P-02"][0],
            fine_tune_day=numbers["P-02"][1],
            stage_workdays=numbers["P-03"][0],
            summary_workdays=numbers["P-03"][1],
            immediate_workdays=numbers["P-04"][0],
            long_term_workdays=numbers["P-05"][0],
        )


def _numbers(value: str, default: str) -> list[int]:
    found, usual = re.findall(r"\d+", value), re.findall(r"\d+", default)
    return [int(n) for n in (found if len(found) >= len(usual) else usual)]
