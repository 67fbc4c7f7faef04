"""The parameters a town may set (requirements 3.7): what each counts, and what holds until it sets its own.

Every one is a whole number of its unit. Where a row of the requirements has several numbers, the further ones
bear a suffix (``P-08.extension``). Values set are events of the catalogue; ``Register.parameter`` answers for a
date.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"  # calendar days
    WORKDAYS = "workdays"
    DAY_OF_MONTH = "day-of-month"
    YEARS = "years"
    TIMES = "times"
    SWITCH = "switch"  # 1 on, 0 off
    CHARACTERS = "characters"
    MONTH_DAY = "month-day"  # 630 is 30 June


@dataclass(frozen=True, slots=True)
class Parameter:
    id: str
    default: int
    unit: Unit
    meaning: str
    least: int = 0  # what a town may set at the lowest; the rules also read what was set before


_ROWS = (
    Parameter("P-01", 24, Unit.HOURS, "minimum lead of inside over outside release", least=1),
    Parameter("P-01.immediate", 0, Unit.HOURS, "the same for an immediate item, with a reason"),
    Parameter("P-02", 15, Unit.DAY_OF_MONTH, "replacement due, in the month after the period"),
    Parameter("P-02.fine-tune", 10, Unit.DAY_OF_MONTH, "monthly fine-tune due"),
    Parameter("P-03", 10, Unit.WORKDAYS, "staged disclosure after a milestone"),
    Parameter("P-03.final", 20, Unit.WORKDAYS, "final summary of a staged matter"),
    Parameter("P-03.cross-year", 1, Unit.SWITCH, "final summary of work that crossed a year's end (A-01)"),
    Parameter("P-04", 3, Unit.WORKDAYS, "immediate item after its trigger"),
    Parameter("P-05", 20, Unit.WORKDAYS, "long-term item after it came into being or changed"),
    Parameter("P-06", 5, Unit.WORKDAYS, "publicity before an appointment, in whole working days", least=5),
    Parameter("P-07", 1, Unit.WORKDAYS, "notice before an inspection, at least"),
    Parameter("P-07.most", 3, Unit.WORKDAYS, "notice before an inspection, at most"),
    Parameter("P-08", 3, Unit.WORKDAYS, "application: decide"),
    Parameter("P-08.in-all", 10, Unit.WORKDAYS, "application: in all"),
    Parameter("P-08.extension", 5, Unit.WORKDAYS, "application: extension, once"),
    Parameter("P-08.disclose", 3, Unit.WORKDAYS, "application: disclose after the decision"),
    Parameter("P-08.file", 2, Unit.WORKDAYS, "application: file the refusal"),
    Parameter("P-09", 1, Unit.TIMES, "requests to supplement an application"),
    Parameter("P-10", 15, Unit.WORKDAYS, "third-party consultation, with the clock stopped"),
    Parameter("P-11", 1, Unit.WORKDAYS, "opinion: receipt"),
    Parameter("P-11.answer", 15, Unit.WORKDAYS, "opinion: answer"),
    Parameter("P-11.extension", 15, Unit.WORKDAYS, "opinion: extension, once"),
    Parameter("P-12", 15, Unit.WORKDAYS, "rectification limit"),
    Parameter("P-12.most", 30, Unit.WORKDAYS, "rectification limit with its one extension"),
    Parameter("P-13", 2, Unit.YEARS, "a supervisor's term"),
    Parameter("P-13.renewals", 1, Unit.TIMES, "renewals of a supervisor's term"),
    Parameter("P-14", 10, Unit.DAY_OF_MONTH, "monthly inspection"),
    Parameter("P-15", 7, Unit.DAYS, "soliciting opinions on a major decision inside the Party", least=7),
    Parameter("P-15.society", 15, Unit.DAYS, "soliciting opinions on a major decision in society", least=15),
    Parameter("P-16", 5, Unit.WORKDAYS, "decision on an off-catalogue plan"),
    Parameter("P-16.urgent", 1, Unit.WORKDAYS, "decision on an urgent off-catalogue plan"),
    Parameter("P-17", 90, Unit.DAYS, "temporary non-disclosure, until filed anew"),
    Parameter("P-18", 5, Unit.WORKDAYS, "the town's audit of a filing"),
    Parameter("P-18.receipt", 5, Unit.WORKDAYS, "the county's receipt"),
    Parameter("P-18.announce", 3, Unit.WORKDAYS, "announcement after the receipt"),
    Parameter("P-18.other-unit", 1, Unit.SWITCH, "audit by a person not of the approving unit (A-21)"),
    Parameter("P-19", 1, Unit.TIMES, "appraisals a year, at least"),
    Parameter("P-19.results", 10, Unit.WORKDAYS, "publication of an appraisal's results"),
    Parameter("P-20", 20, Unit.WORKDAYS, "filing into the archive after the matter closes"),
    Parameter("P-20.handover", 630, Unit.MONTH_DAY, "yearly handover to the archive"),
    Parameter("P-21.long", 30, Unit.YEARS, "retention of what is kept long"),
    Parameter("P-21.short", 10, Unit.YEARS, "retention of what is kept for a time"),
    Parameter("PUB-34.only-methods", 0, Unit.SWITCH, "a release goes through the item's own methods and no others"),
    Parameter("PUB-34.summary-needed", 0, Unit.SWITCH, "every disclosure has a summary"),
    Parameter("PUB-34.summary", 500, Unit.CHARACTERS, "a summary's length, at most"),
)
PARAMETERS: dict[str, Parameter] = {row.id: row for row in _ROWS}


def value_of(parameter: str, text: str) -> int:
    """A value as events carry it. Raises ``KeyError`` for no such parameter, ``ValueError`` for no such value."""
    known = PARAMETERS[parameter]
    value = int(text)
    ranges = {
        Unit.DAY_OF_MONTH: (1, 28),
        Unit.MONTH_DAY: (101, 1231),
        Unit.SWITCH: (0, 1),
        Unit.CHARACTERS: (1, 500),
    }
    least, most = ranges.get(known.unit, (0, 10_000))
    if not least <= value <= most:
        raise ValueError(f"{parameter} is {known.unit} from {least} to {most}, not {value}")
    return value


def value_to_set(parameter: str, text: str) -> int:
    """A value that a town sets: no lower than requirements 3.7 allow. Raises as :func:`value_of`."""
    value, least = value_of(parameter, text), PARAMETERS[parameter].least
    if value < least:
        raise ValueError(f"{parameter} is {least} {PARAMETERS[parameter].unit} at least, not {value}")
    return value
