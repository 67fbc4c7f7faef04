"""What stands of a withholding: proposed, filed, ended. Start at :class:`Withholding`."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.catalogue.events import (
    WithholdingConfirmed,
    WithholdingEnded,
    WithholdingEvent,
    WithholdingFact,
    WithholdingFiled,
    WithholdingProposed,
    WithholdingReceipted,
    WithholdingRefused,
    WithholdingTakenBack,
)
from shared.decider import Refused

Stage = Literal["unknown", "proposed", "refused", "taken-back", "standing", "ended"]


@dataclass(frozen=True)
class Withholding:
    """``filed`` without ``proposed``: it is of the time before a reviewer confirmed it by an act of their own."""

    stage: Stage = "unknown"
    proposed: WithholdingProposed | None = None
    filed: WithholdingFiled | None = None
    number: str = ""
    receipted: bool = False
    ended_on: date | None = None

    @property
    def filing(self) -> WithholdingFiled:
        if self.filed is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.filed

    @property
    def proposal(self) -> WithholdingProposed:
        if self.proposed is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.proposed

    @property
    def names(self) -> dict[str, str]:
        known: WithholdingFact = self.filed or self.proposal
        return {name: getattr(known, name) for name in WithholdingFact.model_fields}

    def ended_by(self, day: date) -> date | None:
        """From which day on it no longer stands, as known on a day: by the rule, whether noticed or not (CAT-15)."""
        if self.ended_on is not None:
            return self.ended_on
        until = self.filing.until
        return until + timedelta(days=1) if until is not None and day > until else None


def evolve(withholding: Withholding, event: WithholdingEvent) -> Withholding:
    match event:
        case WithholdingProposed():
            return Withholding("proposed", event)
        case WithholdingConfirmed():
            return withholding
        case WithholdingRefused():
            return replace(withholding, stage="refused")
        case WithholdingTakenBack():
            return replace(withholding, stage="taken-back")
        case WithholdingFiled():
            return replace(withholding, stage="standing", filed=event)
        case WithholdingReceipted():
            return replace(withholding, number=event.number, receipted=True)
        case WithholdingEnded():
            return replace(withholding, stage="ended", ended_on=event.on)
        case _:
            assert_never(event)
