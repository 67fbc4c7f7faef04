"""The publicity before an appointment (任前公示): whole working days on which the notice is up (P-06, A-26).

A day counts if the notice was up in all office hours of it. Calendar and P-06 are those known when somebody asks: a
holiday that is declared meanwhile prolongs it. Taken down early, it begins anew. Start at :func:`must_be_over`.
"""

from datetime import date, datetime, timedelta

from services.publication.domain.cadre_commands import (
    Cadre,
    Count,
    DecideAppointment,
    EndPublicity,
    MovePublicity,
    Publicity,
    PutUpAgain,
    ShowStage,
    TakeDown,
)
from services.publication.domain.cadre_guards import names, out_of_order, reason_given, undecided
from services.publication.domain.counted_days import closing_of, first_whole_day, whole_days
from services.publication.domain.schedule import Reckoned
from services.publication.events.cadre import (
    AppointmentDecided,
    CadreEvent,
    PublicityBegan,
    PublicityEnded,
    PublicityMoved,
    PublicityTakenDown,
)
from shared.decider import Refused


def begin(cadre: Cadre, command: ShowStage) -> list[CadreEvent]:
    """Not before the inspection. A notice shown in other words is another notice: its days begin anew."""
    if cadre.inspected is None:
        raise out_of_order("The inspection has not been held.", "the inspection, after its notice (5.4)")
    if cadre.decided or not command.complete:
        return []
    return [_began(cadre, command.disclosure, command.version, command.audience, command.at, command.count, command.by)]


def put_up_again(cadre: Cadre, command: PutUpAgain) -> list[CadreEvent]:
    undecided(cadre)
    up = _up(cadre)
    if up.down_at is None:
        raise Refused("STEP_OUT_OF_ORDER", "The notice is up.")
    return [_began(cadre, up.disclosure, command.version, command.audience, command.at, command.count, command.by)]


def _began(  # the seven are one notice
    cadre: Cadre, disclosure: str, version: int, audience: str, at: datetime, count: Count, by: str
) -> PublicityBegan:
    reckoned = whole_days(at, count.workdays, count.calendar)
    return PublicityBegan(
        **names(cadre),
        disclosure=disclosure,
        version=version,
        audience=audience,
        at=at,
        first_day=first_whole_day(reckoned),
        last_day=reckoned.due,
        workdays=count.workdays,
        provisional=reckoned.provisional,
        calendars=reckoned.calendars,
        reckoning=reckoned.days,
        by=by,
    )


def move(cadre: Cadre, command: MovePublicity) -> list[CadreEvent]:
    """Recorded whenever the reckoning comes out otherwise than before, as long as nobody has been appointed."""
    up, count = cadre.publicity, command.count
    if up is None or cadre.decided or cadre.ended:
        return []
    reckoned = whole_days(up.at, count.workdays, count.calendar)
    new = (count.workdays, first_whole_day(reckoned), reckoned.due, reckoned.provisional)
    if new == (up.workdays, up.first_day, up.last_day, up.provisional):
        return []
    return [
        PublicityMoved(
            **names(cadre),
            disclosure=up.disclosure,
            was=up.last_day,
            reason="calendar" if count.workdays == up.workdays else "parameter",
            first_day=first_whole_day(reckoned),
            last_day=reckoned.due,
            workdays=count.workdays,
            provisional=reckoned.provisional,
            calendars=reckoned.calendars,
            reckoning=reckoned.days,
        )
    ]


def end(cadre: Cadre, command: EndPublicity) -> list[CadreEvent]:
    up = cadre.publicity
    if up is None or up.ended or cadre.decided or cadre.ended or command.today <= up.last_day:
        return []
    if not _stayed_up(up, up.last_day):
        return []
    return [PublicityEnded(**names(cadre), disclosure=up.disclosure, first_day=up.first_day, last_day=up.last_day)]


def take_down(cadre: Cadre, command: TakeDown) -> list[CadreEvent]:
    undecided(cadre)
    up = _up(cadre)
    if up.down_at is not None:
        raise Refused("STEP_OUT_OF_ORDER", "The notice is down.", accepted="putting it up again")
    if not up.at <= command.at <= command.now:
        raise Refused("WRONG_DATE", "It was taken down after it was put up, and not in the future.", pointer="/at")
    reason = reason_given(command.reason, "Say why it was taken down.")
    return [PublicityTakenDown(**names(cadre), disclosure=up.disclosure, at=command.at, reason=reason, by=command.by)]


def decide_appointment(cadre: Cadre, command: DecideAppointment) -> list[CadreEvent]:
    """After the full publicity, with every objection dealt with, of those who stand and whom none bars."""
    opened = undecided(cadre)
    if opened.kind == "appointment":
        must_be_over(cadre, command.count, command.on)
        _must_be_settled(cadre)
    return [AppointmentDecided(**names(cadre), candidates=cadre.standing, by=command.by, on=command.on)]


def must_be_over(cadre: Cadre, count: Count, on: date) -> None:
    """The whole period lies before ``on``, by the calendar and P-06 as known now (P-06, A-26).

    A count into a year whose holidays nobody knows yet may still grow: nobody is appointed on it (PUB-18).
    """
    if cadre.opened and cadre.opened.kind == "dismissal":
        return
    up = _up(cadre)
    reckoned = whole_days(up.at, count.workdays, count.calendar)
    if not _stayed_up(up, reckoned.due):
        raise out_of_order("The notice was taken down before its days were over.", "putting it up again")
    if on <= reckoned.due:
        raise _too_short(reckoned)
    if reckoned.provisional:
        detail = f"The days up to {reckoned.due} are counted by a calendar that has not been published."
        raise out_of_order(detail, "the calendar of the year")


def _stayed_up(up: Publicity, last_day: date) -> bool:
    return up.down_at is None or up.down_at >= closing_of(last_day)


def _too_short(reckoned: Reckoned) -> Refused:
    earliest = reckoned.due + timedelta(days=1)
    return Refused(
        "PERIOD_TOO_SHORT",
        f"The publicity lasts until the end of {reckoned.due}.",
        accepted=f"from {earliest} on",
        facts={"earliest": f"{earliest}", "last_day": f"{reckoned.due}", "first_day": f"{first_whole_day(reckoned)}"},
    )


def _must_be_settled(cadre: Cadre) -> None:
    open_ones = [number for number, each in enumerate(cadre.objections, start=1) if each.outcome is None]
    if open_ones:
        detail = f"{len(open_ones)} objections have not been dealt with."
        raise Refused("STEP_OUT_OF_ORDER", detail, "their outcome", facts={"objections": open_ones})
    barred = {each.candidate for each in cadre.objections if each.outcome == "established-bars"}
    if barred & {*cadre.standing, 0}:  # 0: settled while nobody could be named
        raise out_of_order("An objection bars a candidate who still stands.", "the withdrawal of the candidate")


def _up(cadre: Cadre) -> Publicity:
    if cadre.publicity is None:
        raise out_of_order("There has been no publicity.", "the publicity (5.5)")
    return cadre.publicity
