"""What happens to procedures as days pass: rounds and publicities end, and move with calendar and parameters."""

from collections.abc import Iterable
from datetime import datetime

from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import Count, EndPublicity, MovePublicity
from services.publication.domain.counted_days import first_whole_day, whole_days
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import CloseSoliciting, ProlongSoliciting
from services.publication.views.almanac import Almanac
from services.publication.views.procedures import Procedures
from shared.clock import business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def tickers(procedures: Procedures, register: Register) -> tuple[Ticker, ...]:
    rounds = (rounds_prolonged(procedures, register), rounds_closed(procedures), rounds_counted_anew(procedures))
    return (*rounds, *publicities(procedures, register))


def rounds_prolonged(procedures: Procedures, register: Register) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        almanac = Almanac(register, now)
        for row in procedures.decisions.running():
            least = almanac.parameters(row["town"]).soliciting(row["round"])
            if least > row["days"]:
                key = f"prolong/{row['decision']}/{row['round']}/{least}"
                prolong = ProlongSoliciting(row["round"], least, almanac.calendar)
                yield Do(DECISION, row["decision"], prolong, key=key, town=row["town"])

    return Ticker("soliciting-prolonged", due)


def rounds_closed(procedures: Procedures) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in procedures.decisions.running():
            if row["until"] < today:
                received = procedures.opinions.count(row["disclosure"], row["opens"], row["until"])
                command = CloseSoliciting(row["round"], received, today, until=row["until"])
                key = f"close/{row['decision']}/{row['round']}/{row['until']}"
                yield Do(DECISION, row["decision"], command, key=key, town=row["town"])

    return Ticker("soliciting-closed", due)


def rounds_counted_anew(procedures: Procedures) -> Ticker:
    """What the register of opinions tells late, of a round that is closed already, is counted too (PUB-17)."""

    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in procedures.decisions.counted():
            received = procedures.opinions.count(row["disclosure"], row["opens"], row["until"])
            if received > row["opinions"]:
                command = CloseSoliciting(row["round"], received, today, until=row["until"])
                key = f"count/{row['decision']}/{row['round']}/{row['until']}/{received}"
                yield Do(DECISION, row["decision"], command, key=key, town=row["town"])

    return Ticker("soliciting-counted-anew", due)


def publicities(procedures: Procedures, register: Register) -> tuple[Ticker, Ticker]:
    """A holiday declared while a notice is up prolongs its publicity; a day that comes back ends it again (PUB-18)."""

    def moved(now: datetime) -> Iterable[Do]:
        almanac = Almanac(register, now)
        for row in procedures.cadre.running():
            count = Count(almanac.parameters(row["town"]).publicity_workdays, almanac.calendar)
            reckoned = whole_days(row["at"], count.workdays, count.calendar)
            new = (count.workdays, first_whole_day(reckoned), reckoned.due, reckoned.provisional)
            if new != (row["workdays"], row["first_day"], row["last_day"], row["provisional"]):
                key = f"move/{row['disclosure']}/{row['at']}/{len(row['moves'])}/{new}"
                yield Do(CADRE, row["cadre"], MovePublicity(count), key=key, town=row["town"])

    def ended(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in procedures.cadre.running():
            if not row["ended"] and row["last_day"] < today:
                key = f"end/{row['disclosure']}/{row['at']}/{len(row['moves'])}/{row['last_day']}"
                yield Do(CADRE, row["cadre"], EndPublicity(today), key=key, town=row["town"])

    return Ticker("publicity-moved", moved), Ticker("publicity-ended", ended)
