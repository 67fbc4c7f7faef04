"""Before a withholding is filed somebody proposes it and another, a secrecy reviewer, confirms it (CAT-15, A-11, A-22).

What the rules ask of a filing they ask twice: of the proposal, so that its writer learns at once, and on the day of the
filing, which is that of the confirmation and by which its lateness is reckoned. Start at :func:`propose`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from services.catalogue.domain.item import must_say_nothing_personal
from services.catalogue.domain.withholding_state import Withholding
from services.catalogue.events import (
    Item,
    ReviewGround,
    WithholdingConfirmed,
    WithholdingEvent,
    WithholdingFiled,
    WithholdingKind,
    WithholdingProposed,
    WithholdingRefused,
    WithholdingTakenBack,
)
from shared.decider import Refused
from shared.grounds import GROUNDS


@dataclass(frozen=True)
class Terms:
    """What holds on the day of the act: ``item`` is the organisation's item in force, or None; ``superior`` the next
    higher organisation (A-03); ``days_max`` is P-17.
    """

    item: Item | None
    superior: str
    days_max: int
    on: date


@dataclass(frozen=True)
class ProposeWithholding:
    """``reviewer`` is asked to review it; ``waiting`` is another proposal for the item that nobody has reviewed yet."""

    withholding: str
    town: str
    organisation: str
    terms: Terms
    kind: str
    ground: str
    citation: str
    until: date | None
    addressed_to: str
    reviewer: str
    by: str
    waiting: str = ""


@dataclass(frozen=True)
class ConfirmWithholding:
    """``late_workdays`` after the day on which the item was due, on the day of the filing."""

    terms: Terms
    late_workdays: int
    by: str


@dataclass(frozen=True)
class RefuseWithholding:
    ground: str
    by: str
    on: date


def propose(withholding: Withholding, command: ProposeWithholding) -> list[WithholdingEvent]:  # CAT-15
    if withholding.stage != "unknown":
        raise Refused("VERSION_CONFLICT", "Another filing for this item took this number.")
    if command.waiting:
        raise Refused(
            "STEP_OUT_OF_ORDER",
            "A withholding of this item waits for its reviewer.",
            accepted="once it is confirmed, refused or taken back",
            facts={"withholding": command.waiting},
        )
    item = _in_force(command.terms)
    kind = _kind(command.kind)
    must_have_ground(command.ground, command.citation)
    must_say_nothing_personal(command, ("citation",))  # PUB-31
    _must_be_reviewed_by_another(command)
    _must_end_in_time(kind, command.until, command.terms)
    _must_go_to_the_next_higher(command.addressed_to, command.terms)
    return [
        WithholdingProposed(
            withholding=command.withholding,
            town=command.town,
            organisation=command.organisation,
            item=item.id,
            sub_item=item.sub_item,
            kind=kind,
            ground=command.ground,
            citation=command.citation.strip(),
            until=command.until,
            addressed_to=command.addressed_to,
            reviewer=command.reviewer,
            proposed_by=command.by,
            on=command.terms.on,
        )
    ]


def confirm(withholding: Withholding, command: ConfirmWithholding) -> list[WithholdingEvent]:  # CAT-15, A-22
    """With the reviewer's word it is filed, in the name of who proposed it."""
    proposal = _reviewable(withholding, command.by)
    _in_force(command.terms)
    _must_end_in_time(proposal.kind, proposal.until, command.terms)
    _must_go_to_the_next_higher(proposal.addressed_to, command.terms)
    filed = WithholdingFiled(
        **withholding.names,
        kind=proposal.kind,
        ground=proposal.ground,
        citation=proposal.citation,
        until=proposal.until,
        addressed_to=proposal.addressed_to,
        late_workdays=command.late_workdays,
        reviewer=command.by,
        filed_by=proposal.proposed_by,
        on=command.terms.on,
    )
    return [WithholdingConfirmed(**withholding.names, confirmed_by=command.by, on=command.terms.on), filed]


def refuse(withholding: Withholding, command: RefuseWithholding) -> list[WithholdingEvent]:  # CAT-15, A-22
    """The duty stands as it did; what is proposed anew is another filing."""
    _reviewable(withholding, command.by)
    known: tuple[ReviewGround, ...] = get_args(ReviewGround)
    ground = next((ground for ground in known if ground == command.ground), None)
    if ground is None:
        code = "UNKNOWN_CODE" if command.ground else "REASON_REQUIRED"
        raise Refused(code, "A refusal names its ground.", ", ".join(known), "/ground")
    return [WithholdingRefused(**withholding.names, ground=ground, refused_by=command.by, on=command.on)]


def take_back(withholding: Withholding, by: str, on: date) -> list[WithholdingEvent]:
    return [WithholdingTakenBack(**withholding.names, taken_back_by=by, on=on)]


def _reviewable(withholding: Withholding, by: str) -> WithholdingProposed:
    """What a person may never do comes before what is merely not, or no longer, their turn."""
    if withholding.stage == "unknown":
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if withholding.proposed and by == withholding.proposed.proposed_by:
        raise Refused("SELF_APPROVAL", "Who proposes it does not review it.", "another person")
    if withholding.stage != "proposed":
        facts = {"stage": withholding.stage}
        raise Refused("STEP_OUT_OF_ORDER", f"The withholding is {withholding.stage}.", "a proposed one", facts=facts)
    return withholding.proposal


def must_have_ground(ground: str, citation: str) -> None:
    """What is kept from members has a ground of the list and names the rule it rests on (CAT-14, A-11)."""
    if ground not in GROUNDS:
        raise Refused("UNKNOWN_CODE", "A withholding rests on a coded ground.", ", ".join(GROUNDS), "/ground")
    if not citation.strip():
        raise Refused("REASON_REQUIRED", "Which rule does the ground rest on?", "a citation", "/citation")


def _kind(kind: str) -> WithholdingKind:
    known: tuple[WithholdingKind, ...] = get_args(WithholdingKind)
    found = next((one for one in known if one == kind), None)
    if found is None:
        raise Refused("UNKNOWN_CODE", f"{kind!r} is no kind.", ", ".join(known), "/kind")
    return found


def _in_force(terms: Terms) -> Item:
    if terms.item is None:
        raise Refused("OFF_CATALOGUE", "The catalogue in force has no such item.", pointer="/sub_item")
    return terms.item


def _must_be_reviewed_by_another(command: ProposeWithholding) -> None:
    if not command.reviewer:
        raise Refused("MISSING_FIELD", "A ground is confirmed by a secrecy reviewer.", pointer="/reviewer")
    if command.reviewer == command.by:
        raise Refused("SELF_APPROVAL", "Who files it does not review it.", "another person", "/reviewer")


def _must_end_in_time(kind: WithholdingKind, until: date | None, terms: Terms) -> None:
    """A temporary one within P-17 days; what is not suitable has no end of its own."""
    if kind == "not-suitable":
        if until is not None:
            raise Refused("INVALID", "What is not suitable has no last day.", "no until", "/until")
        return
    if until is None:
        raise Refused("MISSING_FIELD", "Until when is it withheld?", pointer="/until")
    last = terms.on + timedelta(days=terms.days_max)
    if not terms.on <= until <= last:
        raise Refused(
            "OUT_OF_RANGE",
            f"A temporary withholding lasts {terms.days_max} days at most, until filed anew.",
            accepted=f"{terms.on} to {last}",
            pointer="/until",
            facts={"last": last.isoformat()},
        )


def _must_go_to_the_next_higher(addressed_to: str, terms: Terms) -> None:
    if addressed_to != terms.superior:
        detail = f"{addressed_to} is not the next higher organisation."
        raise Refused("WRONG_SUPERIOR", detail, accepted=terms.superior, pointer="/addressed_to")
