"""What falls due by itself: lateness is noticed once (FBK-08), and open days move with a newly published calendar."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from services.feedback.domain.opinion import OPINION
from services.feedback.domain.opinion_commands import MoveDue, NoticeOverdue
from services.feedback.domain.session import SESSION
from services.feedback.domain.session_commands import MoveAnswerDue, NoticeAnswersOverdue
from services.feedback.views.opinions import Opinions, Row
from services.feedback.views.sessions import Sessions
from shared.clock import business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker
from shared.workdays import Reckoning


def overdue(opinions: Opinions) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for opinion, duty, day, town in opinions.late_on(today):
            yield Do(OPINION, opinion, NoticeOverdue(today), key=f"overdue/{opinion}/{duty}/{day}", town=town)

    return Ticker("opinions-overdue", due)


def moved(opinions: Opinions, register: Register) -> Ticker:
    """Asked again and again rather than told once: no calendar and no opinion can slip past each other."""

    def due(_now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in opinions.unanswered():
            reckoned = json.loads(row["reckoning"])
            start, workdays = _counted(reckoned["reckoning"])
            receipt = register.parameter(row["town"], "P-11", row["at"])
            acknowledge_by = calendar.add(business_day(row["at"]), receipt).due
            answer_by = calendar.add(start, workdays)
            if _differs(row, bool(reckoned["provisional"]), acknowledge_by, answer_by):
                key = f"moved/{row['opinion']}/{row['version']}"
                yield Do(OPINION, row["opinion"], MoveDue(acknowledge_by, answer_by), key=key, town=row["town"])

    return Ticker("opinions-moved", due)


def _counted(days: list[dict[str, str | int]]) -> tuple[date, int]:
    """From which day how many working days were counted."""
    return date.fromisoformat(str(days[0]["day"])), int(days[-1]["count"])


def _differs(row: Row, provisional: bool, acknowledge_by: date, answer_by: Reckoning) -> bool:
    now = (row["acknowledge_by"], row["due"], provisional)
    return now != (acknowledge_by, answer_by.due, answer_by.provisional)


def answers_overdue(sessions: Sessions) -> Ticker:
    """Of what was promised in writing in a session (PUB-20)."""

    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in sessions.promised():
            if row["due"] < today and row["overdue_from"] is None:
                key = f"answer-overdue/{row['session']}/{row['number']}/{row['version']}"
                yield Do(SESSION, row["session"], NoticeAnswersOverdue(today), key=key, town=row["town"])

    return Ticker("session-answers-overdue", due)


def answers_moved(sessions: Sessions, register: Register) -> Ticker:
    def due(_now: datetime) -> Iterable[Do]:
        calendar = register.calendar()
        for row in sessions.promised():
            answer_by = calendar.add(row["held_on"], int(row["reckoning"][-1]["count"]))
            if (answer_by.due, answer_by.provisional) != (row["due"], row["provisional"]):
                key = f"answer-moved/{row['session']}/{row['number']}/{row['version']}"
                move = MoveAnswerDue(row["number"], answer_by)
                yield Do(SESSION, row["session"], move, key=key, town=row["town"])

    return Ticker("session-answers-moved", due)
