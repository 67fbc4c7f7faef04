"""What falls due by itself: an opinion not acknowledged or answered in time is noticed once (FBK-08)."""

from collections.abc import Iterable
from datetime import datetime

from services.feedback.domain.opinion import OPINION
from services.feedback.domain.opinion_commands import NoticeOverdue
from services.feedback.views.opinions import Opinions
from shared.clock import business_day
from shared.handling import Do
from shared.service import Ticker


def overdue(opinions: Opinions) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for opinion, duty, day in opinions.late_on(today):
            yield Do(OPINION, opinion, NoticeOverdue(today), key=f"overdue/{opinion}/{duty}/{day}")

    return Ticker("opinions-overdue", due)
