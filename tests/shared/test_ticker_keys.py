"""What a ticker does again when a day comes back, and in whose town it does it."""

from datetime import date, datetime
from typing import Any

import pytest

from services.audit.ticker import deemed, overdue
from services.catalogue.ticker import announcements_overdue
from services.feedback.ticker import answers_overdue
from shared.clock import at
from shared.due_days import DueDay
from shared.handling import Do
from shared.reacting import town_of
from shared.service import Ticker

DAY, NOW = date(2026, 7, 10), at(date(2026, 7, 20))
DUE = DueDay(due=DAY, parameter="P-18").model_dump(mode="json")
ROW = {"change": "c-1", "filing": "f-1", "session": "s-1", "number": 1, "round": 1, "town": "fengyang"}


class Rows:
    """A view that shows one row, whatever it is asked for."""

    def __init__(self, version: int, due: Any) -> None:
        self.row = ROW | {"version": version, "due_on": DAY, "due": due, "overdue_from": None}

    def _all(self, **_: str) -> list[dict[str, Any]]:
        return [self.row]

    listed = promised = waiting_for_announcement = _all


def asked(ticker: Ticker, now: datetime = NOW) -> Do:
    (do,) = ticker.due(now)
    return do


@pytest.mark.parametrize("made", [overdue, deemed, announcements_overdue, answers_overdue])
def test_a_day_that_comes_back_is_noticed_again_and_in_its_town(made: Any) -> None:  # FBK-08, P-18, design 8
    due: Any = DAY if made is answers_overdue else DUE
    first, same, back = (asked(made(Rows(version, due))) for version in (2, 2, 4))
    assert first.key == same.key != back.key
    assert town_of(first, "") == "fengyang"
