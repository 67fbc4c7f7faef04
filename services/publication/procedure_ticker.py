"""What happens to procedures as days pass: rounds of soliciting are closed, or prolonged by a higher P-15."""

from collections.abc import Iterable
from datetime import datetime

from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import CloseSoliciting, ProlongSoliciting
from services.publication.views.almanac import Almanac
from services.publication.views.procedures import Procedures
from shared.clock import business_day
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Ticker


def tickers(procedures: Procedures, register: Register) -> tuple[Ticker, ...]:
    return (rounds_prolonged(procedures, register), rounds_closed(procedures))


def rounds_prolonged(procedures: Procedures, register: Register) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        almanac = Almanac(register, now)
        for row in procedures.decisions.running():
            least = almanac.parameters(row["town"]).soliciting(row["round"])
            if least > row["days"]:
                key = f"prolong/{row['decision']}/{row['round']}/{least}"
                yield Do(DECISION, row["decision"], ProlongSoliciting(row["round"], least, almanac.calendar), key=key)

    return Ticker("soliciting-prolonged", due)


def rounds_closed(procedures: Procedures) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        today = business_day(now)
        for row in procedures.decisions.running():
            if row["until"] < today:
                received = procedures.opinions.count(row["disclosure"], row["opens"], row["until"])
                command = CloseSoliciting(row["round"], received, today)
                key = f"close/{row['decision']}/{row['round']}/{row['until']}"
                yield Do(DECISION, row["decision"], command, key=key)

    return Ticker("soliciting-closed", due)
