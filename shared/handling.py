"""Handling a command: load the stream's state, decide, append, answer. Once per command id, whatever is retried.

Start at :meth:`Handler.handle`. States of hot streams are cached by (stream, version); a stale one is caught by the
expected version and read again.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from shared import ids
from shared.decider import Decider
from shared.events import Context, Event, Registry
from shared.journal import Append, CommandReused, Journal, NewEvent, Outcome, Write, WrongVersion

ATTEMPTS_MAX = 8
STATES_MAX = 20_000


@dataclass(frozen=True)
class Do:
    """A command for one stream: the decider that answers it, the identity of the stream, the command itself.

    ``key`` names what a ticker or reaction does it for, so that it is done once; HTTP commands leave it empty.
    """

    decider: Decider[Any, Any, Any]
    identity: str
    command: Any
    key: str = ""

    @property
    def stream(self) -> str:
        return self.decider.stream(self.identity)


@dataclass
class Handler:
    """The write side of one service."""

    journal: Journal
    registry: Registry
    observe: Callable[[str, Sequence[Event]], None] = lambda _stream, _events: None
    _states: "OrderedDict[str, tuple[int, Any]]" = field(default_factory=OrderedDict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def handle(
        self,
        *commands: Do,
        context: Context,
        fingerprint: str = "",
        expected_version: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Decide and append one command, or several as one (all or nothing).

        ``context.command_id`` identifies the command; ``expected_version`` is what the caller saw of the first stream
        (If-Match). Raises :class:`Refused`, :class:`WrongVersion` (only when the caller's own expectation is stale, or
        after many lost races), :class:`CommandReused`, and the other journal errors.
        """
        earlier = self.repeated(context.command_id, fingerprint)
        if earlier:
            return earlier
        for attempt in range(ATTEMPTS_MAX):
            prepared = [self._decided(do) for do in commands]
            seen = prepared[0][0]
            if expected_version is not None and seen.expected_version != expected_version:
                self.forget(seen.stream)
                version, _ = self.state(commands[0].decider, commands[0].identity)
                if version != expected_version:
                    raise WrongVersion(seen.stream, expected_version, version)
                continue
            append = Append(
                command_id=context.command_id or ids.new_id(),
                fingerprint=fingerprint,
                context=context,
                writes=tuple(write for write, _, _ in prepared if write.events),
                result=dict(result or {}),
            )
            try:
                outcome = self.journal.append(append)
            except WrongVersion as conflict:
                for do in commands:
                    self.forget(do.stream)
                if expected_version is not None and conflict.stream == seen.stream:
                    raise
                if attempt + 1 == ATTEMPTS_MAX:
                    raise
                continue
            if not outcome.repeated:
                for write, state, facts in prepared:
                    if facts:
                        self._remember(write.stream, write.expected_version + len(facts), state)
                        self.observe(write.stream, facts)
            return self._with_versions(outcome, [write for write, _, _ in prepared])
        raise AssertionError("unreachable: the last attempt raises or returns")

    def repeated(self, command_id: str, fingerprint: str) -> Outcome | None:
        """The outcome of an earlier run of this command, if there was one."""
        if not command_id:
            return None
        earlier = self.journal.outcome(command_id)
        if earlier is None:
            return None
        if earlier.fingerprint != fingerprint:
            raise CommandReused(command_id)
        return replace(earlier, repeated=True)

    def state(self, decider: Decider[Any, Any, Any], identity: str) -> tuple[int, Any]:
        """Version and state of a stream, from the cache or by replay."""
        stream = decider.stream(identity)
        with self._lock:
            cached = self._states.get(stream)
            if cached:
                self._states.move_to_end(stream)
        version, state = cached or (0, decider.initial)
        if cached:
            return version, state
        for recorded in self.journal.stream(stream):
            state = decider.evolve(state, self.registry.read(recorded))
            version = recorded.version
        self._remember(stream, version, state)
        return version, state

    def forget(self, stream: str) -> None:
        with self._lock:
            self._states.pop(stream, None)

    def _decided(self, do: Do) -> tuple[Write, Any, list[Event]]:
        version, state = self.state(do.decider, do.identity)
        facts = do.decider.decide(state, do.command)
        write = Write(
            stream=do.stream,
            expected_version=version,
            events=tuple(
                NewEvent(ids.new_id(), self.registry.type_of(fact), fact.model_dump_json()) for fact in facts
            ),
        )
        return write, do.decider.replay(facts, state), facts

    def _remember(self, stream: str, version: int, state: Any) -> None:
        with self._lock:
            known = self._states.get(stream)
            if known is None or known[0] <= version:
                self._states[stream] = (version, state)
                self._states.move_to_end(stream)
            while len(self._states) > STATES_MAX:
                self._states.popitem(last=False)

    @staticmethod
    def _with_versions(outcome: Outcome, writes: Sequence[Write]) -> Outcome:
        """A command that changed nothing still tells the caller at which version the stream stands."""
        if outcome.repeated:
            return outcome
        return replace(outcome, versions={w.stream: w.expected_version for w in writes} | dict(outcome.versions))


def fingerprint_of(*parts: Any) -> str:
    """Tells one command from another under the same key: SHA-256 of its canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
