"""The holiday calendars that come with the program: a YAML file per year, as the State Council gave notice.

A county loads them into its register (``CalendarPublished``); from then on the register counts.
"""

from datetime import date, timedelta
from importlib import resources
from typing import Any

import yaml

from shared.workdays import Calendar, CalendarYear


def load_calendar(year: int) -> CalendarYear:
    """The notice for one year. Raises ``FileNotFoundError`` for a year without a file."""
    text = (resources.files(__package__) / f"{year}.yaml").read_text(encoding="utf-8")
    notice: dict[str, Any] = yaml.safe_load(text)
    return CalendarYear(
        year=notice["year"],
        version=notice["version"],
        source=notice["source"],
        holidays=frozenset(day for span in notice["holidays"] for day in _days(span["from"], span["to"])),
        make_up_workdays=frozenset(notice["make_up_workdays"]),
    )


def years() -> tuple[int, ...]:
    """The years there is a file for."""
    names = (file.name for file in resources.files(__package__).iterdir())
    return tuple(sorted(int(name.removesuffix(".yaml")) for name in names if name.endswith(".yaml")))


def load_all() -> Calendar:
    return Calendar.of(load_calendar(year) for year in years())


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
