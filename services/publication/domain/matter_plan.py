"""The plan of staged work: what it must say to be opened, and how it is changed while the work goes on (PUB-26).

A day is changed before it comes, with a reason; the day it was stays in history, and no lateness follows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.publication.domain.matter_state import Matter, names
from services.publication.domain.schedule import ItemInForce
from services.publication.events import MatterEvent, MatterOpened, MatterReplanned
from services.publication.events.matters import Milestone
from shared.decider import Refused
from shared.personal_data import gate
from shared.personal_data.gate import must_hold_nothing_personal

MILESTONES_MAX = 40


@dataclass(frozen=True)
class OpenMatter:
    """``item`` is the organisation's item as adopted, or None if its catalogue does not have it."""

    matter: str
    item: ItemInForce | None
    title: str
    title_en: str
    starts: date
    ends: date
    milestones: tuple[tuple[str, date], ...]
    by: str
    on: date


@dataclass(frozen=True)
class ReplanMatter:
    """``moved`` are numbers of milestones with the new day, ``added`` names with a day; ``ends`` None: as it is."""

    moved: tuple[tuple[int, date], ...]
    added: tuple[tuple[str, date], ...]
    ends: date | None
    reason: str
    by: str
    today: date
    cross_year_summary: bool


def open_matter(matter: Matter, command: OpenMatter) -> list[MatterEvent]:
    if matter.stage != "unknown":
        raise Refused("STEP_OUT_OF_ORDER", "This matter has been opened already.")
    item = staged_item(command)
    must_be_said(command)
    milestones = tuple(Milestone(number=n, name=name.strip(), on=on) for n, (name, on) in numbered(command.milestones))
    days_must_fit(command.starts, command.ends, milestones)
    return [
        MatterOpened(
            matter=command.matter,
            town=item.town,
            organisation=item.organisation,
            item=item.item,
            title=command.title.strip(),
            title_en=command.title_en.strip(),
            item_title=item.title,
            starts=command.starts,
            ends=command.ends,
            milestones=milestones,
            opened_by=command.by,
            on=command.on,
        )
    ]


def staged_item(command: OpenMatter) -> ItemInForce:
    item = command.item
    if item is None:
        detail = "The organisation's catalogue has no such item."
        raise Refused("OFF_CATALOGUE", detail, accepted="an item of the catalogue", pointer="/item")
    if item.since > command.on:
        facts = {"effective": item.since.isoformat()}
        raise Refused("NOT_IN_FORCE", f"The item is in force from {item.since}.", pointer="/item", facts=facts)
    if item.kind != "staged":
        detail = f"The item is {item.kind}; stages are made public of staged work."
        raise Refused("INVALID", detail, accepted="an item of kind staged", pointer="/item")
    return item


def must_be_said(command: OpenMatter) -> None:
    if not command.title.strip():
        raise Refused("MISSING_FIELD", "A matter needs a title.", pointer="/title")
    if not command.milestones:
        raise Refused("MISSING_FIELD", "Staged work has at least one milestone.", pointer="/milestones")
    words = [("title", command.title), ("title_en", command.title_en)]
    must_be_clean([*words, *(("milestones", name) for name, _ in command.milestones)], "/title")


def must_be_clean(words: Iterable[tuple[str, str]], pointer: str) -> None:
    must_hold_nothing_personal(gate.find(list(words)), pointer)


def numbered(parts: Iterable[tuple[str, date]], after: int = 0) -> list[tuple[int, tuple[str, date]]]:
    return list(enumerate(parts, after + 1))


def days_must_fit(starts: date, ends: date, milestones: Iterable[Milestone]) -> None:
    if ends < starts:
        raise Refused("INVALID", "The work ends before it begins.", accepted=f"from {starts} on", pointer="/ends")
    for part in milestones:
        if not part.name:
            raise Refused("MISSING_FIELD", "A milestone needs a name.", pointer="/milestones")
        if not starts <= part.on <= ends:
            detail = f"The milestone {part.number} lies outside the work."
            raise Refused("INVALID", detail, accepted=f"{starts} to {ends}", pointer="/milestones")


def replan(matter: Matter, command: ReplanMatter) -> list[MatterEvent]:
    """Put off, brought forward or added, with a reason, while its day has not come (PUB-26)."""
    if matter.stage != "open":
        raise Refused("STEP_OUT_OF_ORDER", f"The work ended on {matter.ended_on}.")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "A plan is changed with a reason.", pointer="/reason")
    must_be_clean([("reason", command.reason), *(("added", name) for name, _ in command.added)], "/reason")
    moved = tuple(_moved(matter, number, on) for number, on in command.moved)
    last = max((part.number for part in matter.milestones), default=0)
    added = tuple(Milestone(number=n, name=name.strip(), on=on) for n, (name, on) in numbered(command.added, last))
    ends = command.ends or matter.ends
    must_lie_ahead([*moved, *added], ends, command.today)
    still = {part.number: part for part in (*matter.waiting, *moved)}
    days_must_fit(matter.starts, ends, [*still.values(), *added])
    if not (moved or added) and ends == matter.ends:
        return []
    own = {"ends": ends, "ended_before": matter.ends, "reason": command.reason.strip(), "by": command.by}
    return [MatterReplanned(**names(matter), moved=moved, added=added, **own, on=command.today)]


def _moved(matter: Matter, number: int, on: date) -> Milestone:
    part = next((part for part in matter.milestones if part.number == number), None)
    if part is None:
        raise Refused("NOT_FOUND", "The matter has no such milestone.")
    if number in matter.reached:
        detail = f"The milestone was reached on {matter.reached[number]}; what is owed of it stays."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="a further milestone", pointer="/moved")
    return part.model_copy(update={"on": on})


def must_lie_ahead(parts: Iterable[Milestone], ends: date, today: date) -> None:
    if any(part.on < today for part in parts) or ends < today:
        raise Refused("INVALID", "A plan is for days to come.", accepted=f"from {today} on", pointer="/moved")
