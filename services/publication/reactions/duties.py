"""Duties that follow from facts: raised from a catalogue, a milestone, a change or a trigger; met by a release;
suspended by a withholding and resumed after it (PUB-01, CAT-15).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from services.publication.domain import schedule
from services.publication.domain.obligation import OBLIGATION, Fulfil, RaiseObligation, obligation_id
from services.publication.domain.schedule import ItemInForce, Planned
from services.publication.domain.suspension import Resume, Suspend
from services.publication.events import (
    REGISTRY,
    ContentChanged,
    DisclosureReleasedInside,
    Duty,
    MatterEnded,
    MilestoneReached,
    TriggerRecorded,
)
from services.publication.heard import CatalogueAdopted, WithholdingEnded, WithholdingFiled
from services.publication.views.almanac import Almanac, to_raise
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import OPEN, SUSPENDED, Obligations
from shared.clock import business_day
from shared.events import Event, Recorded, hear
from shared.handling import Do
from shared.identity.register import Register
from shared.service import Reaction

Raising = MilestoneReached | MatterEnded | ContentChanged | TriggerRecorded
DUTIES: dict[type[Event], Duty] = {
    MilestoneReached: Duty.STAGE,
    MatterEnded: Duty.SUMMARY,
    ContentChanged: Duty.REPUBLICATION,
    TriggerRecorded: Duty.TRIGGERED,
}
STANDS_AGAIN = ("expired", "withdrawn")


def on_catalogue_adopted(items: CatalogueItems, register: Register) -> Reaction:
    """What is in force on the day of adoption is owed at once; the ticker raises whatever comes later."""

    def commands(event: Recorded) -> Iterable[Do]:
        adopted = hear(event, CatalogueAdopted)
        if adopted:
            today, almanac = business_day(event.recorded_at), Almanac(register, event.recorded_at)
            for item in items.raising(today, adopted.organisation):
                yield from to_raise(item, today, almanac)

    heeds = {CatalogueAdopted.SERVICE: frozenset({CatalogueAdopted.EVENT})}
    return Reaction("duties-of-adopted-catalogue", (CatalogueAdopted.SERVICE,), commands, heeds)


def on_released_inside(register: Register, obligations: Obligations) -> Reaction:
    """Meets the duty it was written for, once; new long-term content makes good what earlier changes asked for."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name != DisclosureReleasedInside.__name__:
            return
        released = DisclosureReleasedInside.model_validate(REGISTRY.upcast(event))
        if released.obligation:
            said = (released.disclosure, released.version, released.on)
            fulfil = Fulfil(*said, register.calendar(), released.at)
            for obligation in (released.obligation, *_made_good(obligations, released)):
                yield Do(OBLIGATION, obligation, fulfil)

    heeds = {REGISTRY.service: frozenset({DisclosureReleasedInside.__name__})}
    return Reaction("duty-met-by-inside-release", (REGISTRY.service,), commands, heeds)


def _made_good(obligations: Obligations, released: DisclosureReleasedInside) -> Iterator[str]:
    """One republication tells the present state, so no other is owed for a change before it (PUB-22, PUB-36)."""
    if released.duty != Duty.REPUBLICATION:
        return
    for row in obligations.of_items([released.item], OPEN, SUSPENDED):
        earlier = row["duty"] in (Duty.FIRST, Duty.REPUBLICATION) and row["period"] < released.period
        if earlier and row["obligation"] != released.obligation:
            yield row["obligation"]


def on_duty_raising(items: CatalogueItems, register: Register) -> Reaction:
    """A milestone, the end of staged work, changed content and what happened each raise one duty, on their day."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name not in {fact.__name__ for fact in DUTIES}:
            return
        almanac = Almanac(register, event.recorded_at)
        for item, planned in _planned(REGISTRY.read(event), items, almanac):
            yield Do(OBLIGATION, obligation_id(item, planned), RaiseObligation(item, planned))

    heeds = {REGISTRY.service: frozenset(fact.__name__ for fact in DUTIES)}
    return Reaction("duties-of-matters-and-triggers", (REGISTRY.service,), commands, heeds)


def _planned(fact: Event, items: CatalogueItems, almanac: Almanac) -> Iterator[tuple[ItemInForce, Planned]]:
    """Of an item that has left the catalogue by then nothing is owed."""
    if not isinstance(fact, Raising) or (isinstance(fact, MatterEnded) and not fact.summary_owed):
        return
    item = items.item(fact.item, fact.on)
    if item is None:
        return
    if isinstance(fact, MilestoneReached | MatterEnded):
        item = replace(item, title=fact.title, title_en=fact.title_en)
    duty, parameters = DUTIES[type(fact)], almanac.parameters(fact.town)
    days = item.limit_days
    reckoned = schedule.reckon(duty, fact.on, limit_days=days, calendar=almanac.calendar, parameters=parameters)
    if isinstance(fact, TriggerRecorded) and fact.limit_hours:
        due_at = fact.happened_at + timedelta(hours=fact.limit_hours)
        reckoned = replace(reckoned, due=business_day(due_at), due_at=due_at, provisional=False, days=())
    yield item, _told_apart(Planned(duty, fact.on.isoformat(), fact.on, fact.on, reckoned), fact)


def _told_apart(planned: Planned, fact: Raising) -> Planned:
    """With what tells it from other duties of the item."""
    match fact:
        case MilestoneReached():
            return replace(planned, key=f"{fact.matter}/{fact.number}", matter=fact.matter, milestone=fact.name)
        case MatterEnded():
            return replace(planned, key=fact.matter, matter=fact.matter)
        case ContentChanged():
            return replace(planned, cause=f"{fact.item}/{fact.number}")
        case TriggerRecorded():
            return replace(planned, key=fact.trigger, cause=fact.trigger, limit_hours=fact.limit_hours)
        case _:
            assert_never(fact)


def on_withheld(obligations: Obligations, register: Register) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        filed = hear(event, WithholdingFiled)
        if filed:
            suspend = Suspend(filed.withholding, filed.kind, filed.on, filed.until, register.calendar())
            for row in obligations.of_items([filed.item], OPEN, SUSPENDED):
                yield Do(OBLIGATION, row["obligation"], suspend)

    heeds = {WithholdingFiled.SERVICE: frozenset({WithholdingFiled.EVENT})}
    return Reaction("duties-suspended", (WithholdingFiled.SERVICE,), commands, heeds)


def on_withholding_ended(obligations: Obligations) -> Reaction:
    """Not where another withholding has taken its place: the duty goes on waiting. The view may not have heard yet of
    the suspension, so open duties are asked too.
    """

    def commands(event: Recorded) -> Iterable[Do]:
        ended = hear(event, WithholdingEnded)
        if ended and ended.reason in STANDS_AGAIN:
            resume = Resume(ended.withholding, ended.reason, ended.on)
            for row in obligations.of_items([ended.item], OPEN, SUSPENDED):
                yield Do(OBLIGATION, row["obligation"], resume)

    heeds = {WithholdingEnded.SERVICE: frozenset({WithholdingEnded.EVENT})}
    return Reaction("duties-resumed", (WithholdingEnded.SERVICE,), commands, heeds)
