"""How a reaction's commands are sent: once each, under an id derived from the reaction and the event.

Delivered again, an event gives the same ids, and the journal answers with what was recorded the first time; an id is
told by the stream and not by the place among all, for what a reaction finds may have become less by then. Commands to
different streams are handled together, so that they share questions and commits; those to one stream in order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby, islice

from shared import ids
from shared.decider import Refused
from shared.events import Context, Recorded
from shared.handling import Do, Handler
from shared.observing import Observer
from shared.service import Reaction
from shared.together import handled_together

Send = tuple[Do, str, Context]
LANES = 16  # streams written side by side
WINDOW = 256  # commands taken from a ticker or reaction at a time


@dataclass
class Reactor:
    """Sends commands in the name of ``service`` itself."""

    service: str
    handler: Handler
    observer: Observer = field(default_factory=Observer)

    def react(self, reaction: Reaction, event: Recorded) -> None:
        """Raises whatever the journal raises; a refusal is counted and is no error."""
        by = reaction.name
        commands = _keyed(reaction.commands(event))
        self._side_by_side((do, by, _because_of(event, self.service, by, do, key)) for do, key in commands)

    def tick(self, ticker: str, dos: Iterable[Do], at_once: int = WINDOW) -> int:
        """How many of the commands changed something now. Raises ValueError for a command without a key."""
        return self._side_by_side(((do, ticker, self._as_time_passes(ticker, do)) for do in dos), at_once)

    def close(self) -> None:
        """Let go of the threads, once nobody sends any more; they come back if there is more to send."""
        if lanes := self.__dict__.pop("_lanes", None):
            lanes.shutdown()

    def _as_time_passes(self, ticker: str, do: Do) -> Context:
        if not do.key:
            raise ValueError(
                f"{ticker} sends {type(do.command).__name__} without a key: it would be done again and again"
            )
        command_id = ids.derived("ticker", self.service, ticker, do.key)
        return Context(town=town_of(do, ""), actor=actor_of(self.service), command_id=command_id)

    @cached_property
    def _lanes(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(LANES, thread_name_prefix=f"react-{self.service}")

    def _side_by_side(self, sends: Iterable[Send], at_once: int = WINDOW) -> int:
        """How many changed something; raises the first fault once all that were under way have ended."""
        changed, waiting = 0, iter(sends)
        while window := list(islice(waiting, at_once)):
            if len(window) == 1:
                changed += self._send(*window[0])
                continue
            by_stream = sorted(window, key=_stream_of)
            lanes = [list(lane) for _, lane in groupby(by_stream, key=_stream_of)]
            done, lanes = self._together(lanes)
            changed += done
            futures = [self._lanes.submit(copy_context().run, self._one_by_one, lane) for lane in lanes]
            wait(futures)
            changed += sum(future.result() for future in futures)
        return changed

    def _together(self, lanes: list[list[Send]]) -> tuple[int, list[list[Send]]]:
        """How many of those that are alone on their stream changed something; and what is left to be done."""
        alone = [lane[0] for lane in lanes if len(lane) == 1]
        if not alone:
            return 0, lanes
        outcomes = handled_together(self.handler, [(do, self._traced(by, context)) for do, by, context in alone])
        left = [[send] for send, outcome in zip(alone, outcomes, strict=True) if outcome is None]
        changed = sum(outcome is not None and not outcome.repeated for outcome in outcomes)
        return changed, [*left, *(lane for lane in lanes if len(lane) > 1)]

    def _one_by_one(self, lane: list[Send]) -> int:
        return sum(self._send(*send) for send in lane)

    def _send(self, do: Do, by: str, context: Context) -> bool:
        with self._traced(by, context) as traced:
            try:
                return not self.handler.handle(do, context=traced).repeated
            except Refused as refusal:
                self.observer.refused(self.service, by, refusal.code, refusal.detail)
                return False

    @contextmanager
    def _traced(self, by: str, context: Context) -> Iterator[Context]:
        """What time brings begins a trace of its own; what an event brings keeps the trace that led to the event."""
        with self.observer.commanding(self.service, by, context) as own:
            yield replace(context, traceparent=context.traceparent or own)


def _stream_of(send: Send) -> str:
    return send[0].stream


def actor_of(service: str) -> str:
    """Who acted when no person did."""
    return f"service:{service}"


def town_of(do: Do, otherwise: str) -> str:
    return do.town or getattr(do.command, "town", "") or otherwise


def _keyed(dos: Iterable[Do]) -> Iterator[tuple[Do, str]]:
    """Each with what it is done for: its own key, or its stream and which command to that stream it is."""
    sent = Counter[str]()
    for do in dos:
        yield do, do.key or f"{do.stream}/{sent[do.stream]}"
        sent[do.stream] += 1


def _because_of(event: Recorded, service: str, reaction: str, do: Do, key: str) -> Context:
    return Context(
        town=town_of(do, event.context.town),
        actor=actor_of(service),
        organisation=getattr(do.command, "acting_for", ""),
        command_id=ids.derived("reaction", service, reaction, event.event_id, key),
        correlation_id=event.context.correlation_id or event.event_id,
        causation_id=event.event_id,
        traceparent=event.context.traceparent,
    )
