"""Handling a command: load the stream's state, decide, append, answer. Once per command id, whatever is retried.

Start at :meth:`Handler.handle`. States of hot streams are cached. A cache may be behind when another process
writes too; so the journal checks the version of every stream that was looked at, even where nothing is added,
and a refusal stands only once it has been decided on what the journal holds now.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from threading import Lock
from typing import Any

from anyio import to_thread

from shared import ids
from shared.decider import Decider, Refused
from shared.events import Context, Event, Recorded, Registry
from shared.facts import Facts
from shared.journal import Append, CommandReused, Journal, NewEvent, Outcome, Write, WrongVersion
from shared.journal.landing import landed
from shared.personal_data.sealing import Sealing, personal_fields

ATTEMPTS_MAX = 25
STATES_MAX = 20_000
CHARACTERS_MAX = 20_000_000  # of the events behind the states kept: drafts may hold 50,000 each, and four bytes apiece
TURNS = 256


@dataclass(frozen=True)
class Do:
    """A command for one stream: the decider that answers it, the identity of the stream, the command itself.

    ``key`` names what a ticker or reaction does it for, so that it is done once; HTTP commands leave it empty.
    ``town``: whose it is, where neither the command nor the event that led to it says so.
    """

    decider: Decider[Any, Any, Any]
    identity: str
    command: Any
    key: str = ""
    town: str = ""

    @property
    def stream(self) -> str:
        return self.decider.stream(self.identity)


class _CallerBehind(WrongVersion):
    """The stream is not where the caller saw it (If-Match): no retry of ours can change that."""


@dataclass(frozen=True)
class _Wanted:
    """One call of :meth:`Handler.handle`."""

    commands: tuple[Do, ...]
    context: Context
    fingerprint: str
    expected_version: int | None
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Decided:
    """The states that follow, and for each command its stream, the version it found, and the new facts."""

    states: dict[str, tuple[int, Any]]
    told: list[tuple[str, int, list[Event]]]

    @property
    def facts(self) -> list[Event]:
        return [fact for _, _, facts in self.told for fact in facts]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A state in the cache; ``weight`` is the length of the events that made it, about what it takes to keep."""

    version: int
    state: Any
    weight: int


@dataclass
class Handler:
    """The write side of one service."""

    journal: Journal
    registry: Registry
    observe: Callable[[str, Sequence[Event]], None] = lambda _stream, _events: None
    sealing: Sealing | None = None  # needed as soon as one event of the registry has personal fields
    _generation: int = field(default=-1, init=False)
    _states: "OrderedDict[str, _Kept]" = field(default_factory=OrderedDict, init=False)
    _weight: int = field(default=0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _turns: tuple[Lock, ...] = field(default_factory=lambda: tuple(Lock() for _ in range(TURNS)), init=False)

    def __post_init__(self) -> None:
        if self.sealing is None and any(map(personal_fields, self.registry.events.values())):
            raise ValueError(f"{self.registry.service} has events with personal fields: its handler seals them")
        if not any(map(personal_fields, self.registry.events.values())):
            self.sealing = None

    def handle(
        self,
        *commands: Do,
        context: Context,
        fingerprint: str = "",
        expected_version: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Decide and append one command, or several as one (all or nothing); each sees what those before it did.

        ``context.command_id`` identifies the command; ``expected_version`` is what the caller saw of the first
        stream (If-Match). Raises :class:`Refused`, :class:`WrongVersion` (when the caller's own expectation is
        stale, or after many lost races), :class:`CommandReused`, and the other journal errors.
        """
        context = context if context.command_id else replace(context, command_id=ids.new_id())
        wanted = _Wanted(commands, context, fingerprint, expected_version, dict(result or {}))
        try:
            return self._tried(wanted, fresh=False)
        except (Refused, WrongVersion) as refusal:
            self._doubt(refusal)
        with self._turn(commands[0].stream):
            return self._insisted(wanted)

    async def handled(
        self,
        *commands: Do,
        context: Context,
        fingerprint: str = "",
        expected_version: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """:meth:`handle` without a thread that waits: the event loop goes on while the journal writes.

        Only where all that is needed is in memory, and nothing stands against it; else :meth:`handle` in a thread.
        """
        context = context if context.command_id else replace(context, command_id=ids.new_id())
        wanted = _Wanted(commands, context, fingerprint, expected_version, dict(result or {}))
        try:
            decided = self._decided(wanted, fresh=False) if self._at_hand(wanted) else None
            facts = self._sealed_at_once(decided.facts) if decided else None
            if decided and facts is not None:
                append = self._append(wanted, decided, facts)
                outcome = await landed(self.journal, append)
                self.keep(decided, append, outcome)
                return outcome
        except (Refused, WrongVersion):
            pass  # it stands only once it was decided on what the journal holds now
        again = partial(self.handle, *commands, context=context, fingerprint=fingerprint)
        return await to_thread.run_sync(partial(again, expected_version=expected_version, result=result))

    def remembers(self, decider: Decider[Any, Any, Any], identity: str, at: int | None) -> bool:
        """Whether :meth:`state` at this version would ask nobody."""
        kept = self._states.get(decider.stream(identity))
        return kept is not None and kept.version == at and (self.sealing is None or self.sealing.at_hand())

    def repeated(self, command_id: str, fingerprint: str) -> Outcome | None:
        """The outcome of an earlier run of this command, if there was one."""
        if not command_id:
            return None
        earlier = self.journal.outcome(command_id)
        if earlier is None:
            return None
        if not earlier.is_of(fingerprint):
            raise CommandReused(f"command {command_id} has been used before, for another command")
        return replace(earlier, repeated=True)

    def state(self, decider: Decider[Any, Any, Any], identity: str, at: int | None = None) -> tuple[int, Any]:
        """Version and state of a stream as the journal has it now; or, if that is remembered, ``at`` a version.

        The latter is for who goes on to append with that very version expected: if it is no longer the last, nothing
        comes of it.
        """
        if at is not None:
            version, state = self._known(decider, identity, fresh=False)
            if version == at:
                return version, state
        return self._known(decider, identity, fresh=True)

    def recall(self, dos: Iterable[Do]) -> None:
        """Have the states of these commands' streams in memory, what is missing read in one question."""
        self._forget_erased()
        deciders = {do.stream: do.decider for do in dos if do.stream not in self._states}
        for stream, found in self.journal.streams(list(deciders)).items():
            facts = [self._shared.read(recorded) for recorded in found]
            if self.sealing is not None:
                facts = list(self.sealing.opened(facts))
            state = deciders[stream].replay(facts)
            self._remember(stream, len(found), state, sum(len(recorded.text) for recorded in found))

    @cached_property
    def _shared(self) -> Facts:
        return Facts(self.registry)

    def prepared(self, do: Do, context: Context) -> "tuple[_Decided, Append]":
        """What the command comes to on what is remembered, and the append that would say so; who appends it calls
        :meth:`keep`. Raises :class:`Refused`.
        """
        wanted = _Wanted((do,), context, "", None, {})
        decided = self._decided(wanted, fresh=False)
        facts = decided.facts
        return decided, self._append(wanted, decided, self.sealing.sealed(facts) if self.sealing else facts)

    def forget(self, stream: str) -> None:
        with self._lock:
            self._drop(self._states.pop(stream, None))

    def _insisted(self, wanted: _Wanted) -> Outcome:
        """Once more on fresh states, and again as long as others win the race. What has been done is not refused."""
        for attempt in range(1, ATTEMPTS_MAX):
            if earlier := self.repeated(wanted.context.command_id, wanted.fingerprint):
                return earlier
            try:
                return self._tried(wanted, fresh=True)
            except (Refused, WrongVersion) as refusal:
                self._doubt(refusal)
                if not isinstance(refusal, WrongVersion) or isinstance(refusal, _CallerBehind):
                    return self._confirmed(wanted, refusal)
                if attempt + 1 == ATTEMPTS_MAX:
                    raise
        raise AssertionError("unreachable: the last attempt raises or returns")

    def _confirmed(self, wanted: _Wanted, refusal: Exception) -> Outcome:
        """The refusal stands, unless the very same command has been done meanwhile and is what it stumbled over."""
        if earlier := self.repeated(wanted.context.command_id, wanted.fingerprint):
            return earlier
        raise refusal

    def _tried(self, wanted: _Wanted, *, fresh: bool) -> Outcome:
        """Decide all and append. ``fresh``: on what the journal holds now, not on what the cache remembers."""
        decided = self._decided(wanted, fresh=fresh)
        facts = decided.facts
        append = self._append(wanted, decided, self.sealing.sealed(facts) if self.sealing else facts)
        outcome = self.journal.append(append)
        self.keep(decided, append, outcome)
        return outcome

    def _decided(self, wanted: _Wanted, *, fresh: bool) -> "_Decided":
        states: dict[str, tuple[int, Any]] = {}
        told: list[tuple[str, int, list[Event]]] = []
        for do in wanted.commands:
            version, state = states.get(do.stream) or self._known(do.decider, do.identity, fresh=fresh)
            if not told and wanted.expected_version not in (None, version):
                raise _CallerBehind(do.stream, wanted.expected_version or 0, version)
            facts = do.decider.decide(state, do.command)
            states[do.stream] = version + len(facts), do.decider.replay(facts, state)
            told.append((do.stream, version, facts))
        return _Decided(states, told)

    def _sealed_at_once(self, facts: Sequence[Event]) -> Sequence[Event] | None:
        return facts if self.sealing is None else self.sealing.sealed_at_once(facts)

    def _append(self, wanted: _Wanted, decided: "_Decided", facts: Sequence[Event]) -> Append:
        """``facts`` are the decided ones as they are to be written, personal fields sealed."""
        context, events = wanted.context, iter(self._numbered(wanted, facts))
        writes = tuple(Write(stream, version, tuple(islice(events, len(new)))) for stream, version, new in decided.told)
        return Append(context.command_id, wanted.fingerprint, context, writes, wanted.result)

    def keep(self, decided: "_Decided", append: Append, outcome: Outcome) -> None:
        """Remember the states that the append has brought about, unless another run of it had done so before."""
        if outcome.repeated:
            return
        for stream, (version, state) in decided.states.items():
            written = sum(len(event.data) for w in append.writes if w.stream == stream for event in w.events)
            self._remember(stream, version, state, written)
        for stream, _, facts in decided.told:
            if facts:
                self.observe(stream, facts)

    def _at_hand(self, wanted: _Wanted) -> bool:
        """Whether all states are remembered: what is missing must be read, which the event loop cannot wait for."""
        ready = self.sealing is None or self.sealing.at_hand()
        return ready and all(do.stream in self._states for do in wanted.commands)

    def _numbered(self, wanted: _Wanted, facts: Sequence[Event]) -> Iterator[NewEvent]:
        """Event ids follow from the command's, so that no command can ever be written twice."""
        for place, fact in enumerate(facts, start=1):
            event_id = ids.derived(wanted.context.command_id, str(place))
            yield NewEvent(event_id, self.registry.type_of(fact), fact.model_dump_json())

    def _known(self, decider: Decider[Any, Any, Any], identity: str, *, fresh: bool) -> tuple[int, Any]:
        stream = decider.stream(identity)
        self._forget_erased()
        with self._lock:
            cached = self._states.get(stream)
            if cached:
                self._states.move_to_end(stream)
        version, state = (cached.version, cached.state) if cached else (0, decider.initial)
        if cached and not fresh:
            return version, state
        read = 0
        for recorded, fact in self._facts(stream, version):
            state = decider.evolve(state, fact)
            version, read = recorded.version, read + len(str(recorded.data))
        self._remember(stream, version, state, read)
        return version, state

    def _facts(self, stream: str, after: int) -> Iterator[tuple[Recorded, Event]]:
        """The stream's events, personal fields opened, all of them at once."""
        read = ((recorded, self.registry.read(recorded)) for recorded in self.journal.stream(stream, after=after))
        if self.sealing is None:
            return read
        known = list(read)
        return zip((r for r, _ in known), self.sealing.opened([fact for _, fact in known]), strict=True)

    def _forget_erased(self) -> None:
        """States hold in clear what was erased since: they go, and what is left of them is read anew."""
        if self.sealing is None or (generation := self.sealing.generation()) == self._generation:
            return
        with self._lock:
            self._generation, self._weight = generation, 0
            self._states.clear()

    def _remember(self, stream: str, version: int, state: Any, grown: int) -> None:
        """Keep it until others push it out; ``grown`` by how many characters of events since it was last kept."""
        with self._lock:
            known = self._states.get(stream)
            if known is None or known.version <= version:
                self._states[stream] = _Kept(version, state, grown + (known.weight if known else 0))
                self._states.move_to_end(stream)
                self._weight += grown
            while len(self._states) > STATES_MAX or self._weight > CHARACTERS_MAX:
                self._drop(self._states.popitem(last=False)[1])

    def _drop(self, kept: _Kept | None) -> None:
        self._weight -= kept.weight if kept else 0

    def _doubt(self, refusal: Refused | WrongVersion) -> None:
        """A journal below what the cache remembers was restored or replaced: the memory is of another world."""
        if isinstance(refusal, _CallerBehind | Refused):
            return
        if refusal.actual < refusal.expected:
            self.forget(refusal.stream)

    @contextmanager
    def _turn(self, stream: str) -> Iterator[None]:
        """Those of one process who have lost a race for a stream go on one after the other."""
        with self._turns[hash(stream) % TURNS]:
            yield
