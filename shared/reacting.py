"""How a reaction's commands are sent: once each, under an id derived from the reaction and the event.

Delivered again, an event gives the same ids, and the journal answers with what was recorded the first time.
"""

from dataclasses import dataclass, field

from shared import ids
from shared.decider import Refused
from shared.events import Context, Recorded
from shared.handling import Do, Handler
from shared.observing import Observer
from shared.service import Reaction


@dataclass(frozen=True)
class Reactor:
    """Sends commands in the name of ``service`` itself."""

    service: str
    handler: Handler
    observer: Observer = field(default_factory=Observer)

    def react(self, reaction: Reaction, event: Recorded) -> None:
        """Raises whatever the journal raises; a refusal is counted and is no error."""
        for place, do in enumerate(reaction.commands(event)):
            self._send(do, reaction.name, _because_of(event, self.service, reaction.name, do, place))

    def tick(self, ticker: str, do: Do) -> bool:
        """Whether the command changed something now. Raises ValueError for a command without a key."""
        if not do.key:
            raise ValueError(
                f"{ticker} sends {type(do.command).__name__} without a key: it would be done again and again"
            )
        command_id = ids.derived("ticker", self.service, ticker, do.key)
        context = Context(town=town_of(do, ""), actor=actor_of(self.service), command_id=command_id)
        return self._send(do, ticker, context)

    def _send(self, do: Do, by: str, context: Context) -> bool:
        try:
            return not self.handler.handle(do, context=context).repeated
        except Refused as refusal:
            self.observer.refused(self.service, by, refusal.code, refusal.detail)
            return False


def actor_of(service: str) -> str:
    """Who acted when no person did."""
    return f"service:{service}"


def town_of(do: Do, otherwise: str) -> str:
    return getattr(do.command, "town", "") or otherwise


def _because_of(event: Recorded, service: str, reaction: str, do: Do, place: int) -> Context:
    return Context(
        town=town_of(do, event.context.town),
        actor=actor_of(service),
        command_id=ids.derived("reaction", service, reaction, event.event_id, do.key or str(place)),
        correlation_id=event.context.correlation_id or event.event_id,
        causation_id=event.event_id,
        traceparent=event.context.traceparent,
    )
