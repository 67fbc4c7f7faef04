"""The facts of a major decision: notified inside, put up for opinions, answered for, and only then made public.

Stream ``decision-<id>`` (PUB-17). Its texts pass the personal-data gate. Start at :class:`MajorDecisionOpened`.
"""

from datetime import date
from typing import Literal

from services.publication.events.parts import ChannelEvidence, CountedDay, Value
from shared.events import Event

Round = Literal["inside", "society"]


class DecisionFact(Event):
    decision: str
    town: str
    organisation: str


class MajorDecisionOpened(DecisionFact):
    """``outside``: the item goes outside the Party, so society is asked too. The audiences are the item's."""

    item: str
    title: str
    outside: bool
    audience_inside: str  # of shared.scope, as an audience: who is notified and asked inside
    audience_outside: str = ""
    opened_by: str
    on: date


class MajorDecisionNotified(DecisionFact):
    """The intra-Party notification (党内情况通报), with the evidence of its channel."""

    on: date
    evidence: ChannelEvidence
    by: str


class SolicitingOpened(DecisionFact):
    """Opinions are solicited from ``opens`` for ``days`` whole calendar days, the last of which is ``until``.

    ``disclosure`` is what was put up for opinions, where that is one of ours; its opinions are counted.
    """

    round: Round
    opens: date
    days: int
    least: int  # P-15 as it held on that day
    until: date
    reckoning: tuple[CountedDay, ...]
    disclosure: str = ""
    by: str


class SolicitingProlonged(DecisionFact):
    """The town's P-15 rose while the round ran."""

    round: Round
    was: date
    until: date
    least: int
    reckoning: tuple[CountedDay, ...]


class SolicitingClosed(DecisionFact):
    """The last day is over; ``opinions`` had come in through the register by then.

    Told again where more were heard of that had been given in time: ``was`` is how many had been counted.
    """

    round: Round
    on: date
    opinions: int
    was: int | None = None


class Weighed(Value):
    """One thing that was said, by how many, whether it was taken, and if not, why not."""

    gist: str
    opinions: int
    taken: bool
    reason: str = ""


class OpinionsSummarised(DecisionFact):
    """What was taken and what was not, of all rounds."""

    weighed: tuple[Weighed, ...]
    by: str
    on: date


class DecisionResultPublished(DecisionFact):
    """The result reached its first readers; ``disclosure`` has the words."""

    disclosure: str
    version: int
    on: date
    by: str


class MajorDecisionDropped(DecisionFact):
    """Given up before there was a result."""

    reason: str
    by: str
    on: date


DecisionEvent = (
    MajorDecisionOpened
    | MajorDecisionNotified
    | SolicitingOpened
    | SolicitingProlonged
    | SolicitingClosed
    | OpinionsSummarised
    | DecisionResultPublished
    | MajorDecisionDropped
)
