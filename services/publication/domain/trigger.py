"""What raises a duty beside the catalogue's rhythm: content that changed (PUB-22), something that happened (PUB-29).

Both are facts of their own, so that the duty can say what it is for. The days are reckoned in ``schedule``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.publication.domain.schedule import ItemInForce
from services.publication.events import ContentChanged, TriggerRecorded
from shared.decider import Decider, Refused
from shared.personal_data import gate
from shared.personal_data.gate import must_hold_nothing_personal

HOURS_MAX = 72


@dataclass(frozen=True)
class TellContentChanged:
    """``item`` is the organisation's item as adopted, or None if its catalogue does not have it."""

    item: ItemInForce | None
    what: str
    on: date
    by: str
    today: date


@dataclass(frozen=True)
class RecordTrigger:
    """``limit_hours`` asks for more haste than the item does; 0: as the item says."""

    trigger: str
    item: ItemInForce | None
    what: str
    happened_at: datetime
    on: date
    now: datetime
    by: str
    limit_hours: int = 0


Changes = tuple[ContentChanged, ...]


def tell_content_changed(changes: Changes, command: TellContentChanged) -> list[ContentChanged]:
    """Only long-term content stands long enough to change; the other kinds are replaced anyway (A-07)."""
    item = must_be_of_kind(command.item, "long-term", command.on)
    must_be_told(command.what)
    if command.on > command.today:
        raise Refused("INVALID", "It has not changed yet.", accepted=f"until {command.today}", pointer="/on")
    return [
        ContentChanged(
            item=item.item,
            town=item.town,
            organisation=item.organisation,
            title=item.title,
            title_en=item.title_en,
            number=len(changes) + 1,
            what=command.what.strip(),
            on=command.on,
            told_by=command.by,
        )
    ]


def record_trigger(known: TriggerRecorded | None, command: RecordTrigger) -> list[TriggerRecorded]:
    """Of an immediate item: what happened makes it due at once (A-08)."""
    if known:
        raise Refused("STEP_OUT_OF_ORDER", "This has been recorded already.")
    item = must_be_of_kind(command.item, "immediate", command.on)
    if item.off_catalogue:
        detail = "A plan is for one matter, and that has been put down."
        raise Refused("OFF_CATALOGUE", detail, accepted="an item of the catalogue, or another plan", pointer="/item")
    must_be_told(command.what)
    if command.happened_at > command.now:
        raise Refused("INVALID", "It has not happened yet.", pointer="/happened_at")
    if not 0 <= command.limit_hours <= HOURS_MAX:
        accepted = f"1 to {HOURS_MAX}, or 0 for the working days of the item"
        raise Refused("INVALID", "Hours are for what cannot wait.", accepted=accepted, pointer="/limit_hours")
    return [
        TriggerRecorded(
            trigger=command.trigger,
            item=item.item,
            town=item.town,
            organisation=item.organisation,
            title=item.title,
            title_en=item.title_en,
            what=command.what.strip(),
            happened_at=command.happened_at,
            on=command.on,
            limit_hours=_hours(item, command),
            told_by=command.by,
        )
    ]


def _hours(item: ItemInForce, command: RecordTrigger) -> int:
    """The item's own limit, or less; 0: its days, or the town's P-04 (PUB-29, A-08)."""
    return min(filter(None, (item.limit_hours, command.limit_hours)), default=0)


def must_be_of_kind(item: ItemInForce | None, kind: str, on: date) -> ItemInForce:
    if item is None:
        detail = "The organisation's catalogue has no such item."
        raise Refused("OFF_CATALOGUE", detail, accepted="an item of the catalogue", pointer="/item")
    if item.since > on:
        facts = {"effective": item.since.isoformat()}
        raise Refused("NOT_IN_FORCE", f"The item is in force from {item.since}.", pointer="/item", facts=facts)
    if item.kind != kind:
        raise Refused("INVALID", f"The item is {item.kind}.", accepted=f"an item of kind {kind}", pointer="/item")
    return item


def must_be_told(what: str) -> None:
    if not what.strip():
        raise Refused("MISSING_FIELD", "Say what has happened.", pointer="/what")
    must_hold_nothing_personal(gate.find([("what", what)]), "/what")


CONTENT: Decider[Changes, TellContentChanged, ContentChanged] = Decider(
    "content", (), tell_content_changed, lambda changes, event: (*changes, event)
)
TRIGGER: Decider[TriggerRecorded | None, RecordTrigger, TriggerRecorded] = Decider(
    "trigger", None, record_trigger, lambda _known, event: event
)
