"""How a rule is written: a stream of facts is folded into state, and a command is answered with new facts or a refusal.

``decide`` and ``evolve`` are pure. The clock, new ids, the actor's posts and facts from views come in with the command.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Generic, TypeVar

from shared.events import Event

State = TypeVar("State")
Command = TypeVar("Command")
Fact = TypeVar("Fact", bound=Event)


@dataclass(eq=False)
class Refused(Exception):
    """A broken rule. It changes nothing, has a stable code (requirements 8.0), and says what would be accepted.

    ``pointer`` names the field at fault as a JSON pointer, where there is one; ``facts`` carries what a caller may
    want to show (an earliest instant, a cell of a sheet). None of them may hold protected text or personal data.
    """

    code: str
    detail: str
    accepted: str = ""
    pointer: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    def __eq__(self, other: object) -> bool:
        """Tests name the code, and the detail only where it matters: an empty detail matches any."""
        if not isinstance(other, Refused):
            return NotImplemented
        return self.code == other.code and (not self.detail or not other.detail or self.detail == other.detail)

    def __hash__(self) -> int:
        return hash(self.code)


@dataclass(frozen=True)
class Decider(Generic[State, Command, Fact]):
    """One kind of stream: its category (the stream of thing X is ``category-X``), its start, its rules, its fold."""

    category: str
    initial: State
    decide: Callable[[State, Command], list[Fact]]
    evolve: Callable[[State, Fact], State]

    def replay(self, facts: Iterable[Fact], start: State | None = None) -> State:
        return reduce(self.evolve, facts, self.initial if start is None else start)

    def stream(self, identity: str) -> str:
        return f"{self.category}-{identity}"
