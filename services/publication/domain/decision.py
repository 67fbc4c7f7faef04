"""The rules of a major decision (PUB-17): notify inside, solicit inside, then in society, weigh, and only then publish.

Skipping a step is STEP_OUT_OF_ORDER, a round cut short PERIOD_TOO_SHORT with the earliest day. Days are calendar days;
the day on which a round opens is day 0 (P-15). Start at :func:`decide`.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import assert_never, get_args

from services.publication.domain.channels import INSIDE
from services.publication.domain.counted_days import calendar_days
from services.publication.domain.decision_commands import (
    DAYS_MAX,
    CloseSoliciting,
    Decision,
    DecisionCommand,
    DraftPart,
    DropDecision,
    MakePartPublic,
    NotifyInside,
    OpenDecision,
    OpenSoliciting,
    Part,
    ProlongSoliciting,
    Solicited,
    SummariseOpinions,
    evolve,
)
from services.publication.domain.procedure import must_be_no_stage
from services.publication.events.decisions import (
    DecisionEvent,
    DecisionResultPublished,
    MajorDecisionDropped,
    MajorDecisionNotified,
    MajorDecisionOpened,
    OpinionsSummarised,
    Round,
    SolicitingClosed,
    SolicitingOpened,
    SolicitingProlonged,
)
from shared.decider import Decider, Refused
from shared.personal_data import gate
from shared.personal_data.gate import must_hold_nothing_personal


def decide(decision: Decision, command: DecisionCommand) -> list[DecisionEvent]:
    match command:
        case OpenDecision():
            return open_decision(decision, command)
        case NotifyInside():
            return notify_inside(decision, command)
        case OpenSoliciting():
            return open_soliciting(decision, command)
        case ProlongSoliciting():
            return prolong_soliciting(decision, command)
        case CloseSoliciting():
            return close_soliciting(decision, command)
        case SummariseOpinions():
            return summarise_opinions(decision, command)
        case MakePartPublic():
            return make_part_public(decision, command)
        case DraftPart():
            return draft_part(decision, command)
        case DropDecision():
            return drop_decision(decision, command)
        case _:
            assert_never(command)


def open_decision(decision: Decision, command: OpenDecision) -> list[DecisionEvent]:
    if decision.opened:
        raise Refused("STEP_OUT_OF_ORDER", "This decision has been opened already.")
    must_be_no_stage(command.item)
    if not command.title.strip():
        raise Refused("MISSING_FIELD", "A decision has a title.", pointer="/title")
    _must_be_clean([("title", command.title)])
    return [
        MajorDecisionOpened(
            decision=command.decision,
            town=command.town,
            organisation=command.organisation,
            item=command.item,
            title=command.title.strip(),
            outside=command.outside,
            audience_inside=command.audience_inside,
            audience_outside=command.audience_outside,
            opened_by=command.by,
            on=command.on,
        )
    ]


def notify_inside(decision: Decision, command: NotifyInside) -> list[DecisionEvent]:
    """When, how, with what evidence the members were told (党内情况通报)."""
    opened = _under_way(decision)
    if decision.notified:
        raise Refused("STEP_OUT_OF_ORDER", "The notification has been recorded.", accepted="solicit opinions")
    if not opened.on <= command.on <= command.today:
        accepted = f"from {opened.on} to {command.today}"
        raise Refused("WRONG_DATE", "It was notified after it was opened, and not in the future.", accepted, "/on")
    if command.evidence.channel not in INSIDE:
        detail = f"{command.evidence.channel} does not notify the members."
        raise Refused("CHANNEL_NOT_FOR_SCOPE", detail, accepted=", ".join(INSIDE), pointer="/told_through")
    return [MajorDecisionNotified(**_names(decision), on=command.on, evidence=command.evidence, by=command.by)]


def open_soliciting(decision: Decision, command: OpenSoliciting) -> list[DecisionEvent]:
    """Inside for at least P-15 days, then, where the item goes outside, in society for at least P-15.society.

    On what has been examined and shown to those who are asked, and in its words (PUB-35, PUB-04).
    """
    _must_be_next(decision, command.round, command.on)
    if command.days < command.least:
        raise Refused(
            "PERIOD_TOO_SHORT",
            f"Opinions are solicited for at least {command.least} days.",
            accepted=f"{command.least} days or more",
            pointer="/days",
            facts={"least": command.least, "earliest": f"{command.on + timedelta(days=command.least + 1)}"},
        )
    if command.days > DAYS_MAX:
        raise Refused("OUT_OF_RANGE", "That is too long.", accepted=f"at most {DAYS_MAX} days", pointer="/days")
    if not command.disclosure:
        detail = "Opinions are solicited on a released text: the decision's draft for opinions."
        raise Refused("MISSING_FIELD", detail, accepted="what was put up for opinions", pointer="/disclosure")
    if not command.shown:
        detail = "What is put up for opinions must have been shown to those who are asked."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="its release first", pointer="/disclosure")
    return [
        SolicitingOpened(
            **_names(decision),
            round=command.round,
            opens=command.on,
            days=command.days,
            least=command.least,
            until=command.on + timedelta(days=command.days),
            reckoning=calendar_days(command.on, command.days, command.calendar),
            disclosure=command.disclosure,
            by=command.by,
        )
    ]


def _must_be_next(decision: Decision, name: Round, on: date) -> None:
    opened = _under_way(decision)
    if decision.notified is None:
        raise _out_of_order("The members have not been notified.", "the intra-Party notification")
    if decision.round(name):
        raise Refused("STEP_OUT_OF_ORDER", "That round has been opened.")
    if decision.summarised:
        raise Refused("STEP_OUT_OF_ORDER", "The opinions have been weighed.")
    if name == "society":
        if not opened.outside:
            detail = "The item is for inside the Party only."
            raise Refused("CHANNEL_NOT_FOR_SCOPE", detail, accepted="the inside round", pointer="/round")
        _must_be_over(decision.inside, "inside", on)


def prolong_soliciting(decision: Decision, command: ProlongSoliciting) -> list[DecisionEvent]:
    """A higher P-15 moves a round that still runs; a lower one takes nothing away from what was announced."""
    running = decision.round(command.round)
    if running is None or running.closed or _ended(decision) or running.days >= command.least:
        return []
    return [
        SolicitingProlonged(
            **_names(decision),
            round=command.round,
            was=running.until,
            until=running.opens + timedelta(days=command.least),
            least=command.least,
            reckoning=calendar_days(running.opens, command.least, command.calendar),
        )
    ]


def close_soliciting(decision: Decision, command: CloseSoliciting) -> list[DecisionEvent]:
    """Not on a count to a day that is no longer the last: a round that was prolonged meanwhile is counted anew.

    So is one of which more is heard after it was closed, until there is a result: all that is weighed again (PUB-17).
    """
    running = decision.round(command.round)
    if running is None or _ended(decision) or command.today <= running.until:
        return []
    if command.until not in (None, running.until) or (running.closed and command.opinions <= running.opinions):
        return []
    was = running.opinions if running.closed else None
    counted = {"round": command.round, "on": running.until, "opinions": command.opinions, "was": was}
    return [SolicitingClosed.model_validate({**_names(decision), **counted})]


def summarise_opinions(decision: Decision, command: SummariseOpinions) -> list[DecisionEvent]:
    """Of what was not taken it says why; and where opinions came in, it says something of them."""
    _under_way(decision)
    if decision.published:
        raise Refused("STEP_OUT_OF_ORDER", "The result has been published.", accepted="a follow-up")
    _must_have_solicited(decision, command.on)
    received = sum(r.opinions for r in (decision.inside, decision.society) if r)
    if received and not command.weighed:
        detail = f"{received} opinions came in; none is weighed."
        raise Refused("MISSING_FIELD", detail, pointer="/weighed", facts={"opinions": received})
    for number, weighed in enumerate(command.weighed):
        if not weighed.taken and not weighed.reason.strip():
            detail = "What was not taken needs a reason."
            raise Refused("REASON_REQUIRED", detail, "a reason", f"/weighed/{number}/reason")
    _must_be_clean([(f"weighed {n}", f"{w.gist} {w.reason}") for n, w in enumerate(command.weighed, start=1)])
    return [OpinionsSummarised(**_names(decision), weighed=command.weighed, by=command.by, on=command.on)]


def draft_part(decision: Decision, command: DraftPart) -> list[DecisionEvent]:
    if decision.opened is None or decision.opened.organisation != command.item.partition("/")[0]:
        raise Refused("NOT_FOUND", "There is no such thing here.", pointer="/part_of")
    opened = _under_way(decision)
    if command.part not in get_args(Part):
        raise Refused("UNKNOWN_CODE", "No such part of a decision.", ", ".join(get_args(Part)), "/part_of")
    if opened.item != command.item:
        detail = "The decision belongs to another item."
        raise Refused("OFF_CATALOGUE", detail, accepted=opened.item, pointer="/part_of")
    if command.part == "result":
        _must_be_the_result(decision, command.disclosure)
    return []


def _must_be_the_result(decision: Decision, disclosure: str) -> None:
    """A decision has one result, that of its procedure; whatever else it is said to be needs another (PUB-17)."""
    if decision.published and disclosure != decision.result:
        accepted = "a correction of the result, a follow-up, or a new decision"
        raise Refused("STEP_OUT_OF_ORDER", "The result has been published.", accepted, "/part_of")


def make_part_public(decision: Decision, command: MakePartPublic) -> list[DecisionEvent]:
    """The result only after all that comes before it is recorded (PUB-17); a follow-up only after the result."""
    _under_way(decision)
    if command.part == "solicitation":
        return []
    if command.part == "follow-up":
        if not decision.published:
            raise _out_of_order("There is no result yet.", "the result first")
        return []
    _must_be_the_result(decision, command.disclosure)
    if decision.published:
        return []
    if decision.notified is None:
        raise _out_of_order("The members have not been notified.", "the intra-Party notification")
    _must_have_solicited(decision, command.on)
    if not decision.summarised:
        raise _out_of_order("What was taken and what was not is not recorded.", "the summary of the opinions")
    return [
        DecisionResultPublished(
            **_names(decision), disclosure=command.disclosure, version=command.version, on=command.on, by=command.by
        )
    ]


def _must_have_solicited(decision: Decision, on: date) -> None:
    """All rounds of the decision are over on that day and closed: what came in has been counted (PUB-17)."""
    rounds: tuple[Round, ...] = ("inside", "society") if decision.opened and decision.opened.outside else ("inside",)
    for name in rounds:
        _must_be_over(decision.round(name), name, on)
    if not all(solicited.closed for name in rounds if (solicited := decision.round(name))):
        raise _out_of_order("What came in has not been counted yet.", "the round's closing, which follows by itself")


def _must_be_over(solicited: Solicited | None, name: Round, on: date) -> None:
    if solicited is None:
        raise _out_of_order(f"Opinions have not been solicited: {name}.", f"the {name} round")
    if on < solicited.earliest_after:
        raise Refused(
            "PERIOD_TOO_SHORT",
            f"Opinions are solicited ({name}) until the end of {solicited.until}.",
            accepted=f"from {solicited.earliest_after} on",
            facts={"earliest": f"{solicited.earliest_after}", "until": f"{solicited.until}", "round": name},
        )


def drop_decision(decision: Decision, command: DropDecision) -> list[DecisionEvent]:
    _under_way(decision)
    if decision.published:
        raise Refused("STEP_OUT_OF_ORDER", "The result has been published.", accepted="a correction of it")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Say why it is given up.", pointer="/reason")
    _must_be_clean([("reason", command.reason)])
    reason = command.reason.strip()
    return [MajorDecisionDropped(**_names(decision), reason=reason, by=command.by, on=command.on)]


def _out_of_order(detail: str, accepted: str) -> Refused:
    return Refused("STEP_OUT_OF_ORDER", detail, accepted=accepted, facts={"expected": accepted})


def _ended(decision: Decision) -> bool:
    return decision.dropped or decision.published


def _under_way(decision: Decision) -> MajorDecisionOpened:
    if decision.opened is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if decision.dropped:
        raise Refused("STEP_OUT_OF_ORDER", "The decision was given up.", accepted="a new decision")
    return decision.opened


def _must_be_clean(fields: Iterable[tuple[str, str]]) -> None:
    must_hold_nothing_personal(gate.find(fields), "/text")


def _names(decision: Decision) -> dict[str, str]:
    opened = _under_way(decision)
    return {"decision": opened.decision, "town": opened.town, "organisation": opened.organisation}


DECISION: Decider[Decision, DecisionCommand, DecisionEvent] = Decider("decision", Decision(), decide, evolve)
