"""Many commands of a ticker or reaction at once: their streams read together, their appends under way together.

Start at :func:`handled_together`. Each is a command of its own all the same, with its own id, its own outcome and its
own expectation of its stream; only the waiting is shared. What does not go smoothly is handed back, to be handled
alone.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from shared.decider import Refused
from shared.events import Context
from shared.handling import Do, Handler
from shared.journal import Append, JournalError, Outcome, Pending


@dataclass(frozen=True, slots=True)
class _Under:
    """An append under way, and what is to be remembered once it has ended."""

    decided: Any
    append: Append
    pending: Pending


def handled_together(
    handler: Handler, sends: Sequence[tuple[Do, AbstractContextManager[Context]]]
) -> list[Outcome | None]:
    """For each command, which all go to different streams, its outcome; None: it must be handled alone.

    Each is decided and sent off inside its own surroundings, which give its context. Raises what reading the journal
    raises.
    """
    handler.recall([do for do, _ in sends])
    return [_outcome(handler, under) for under in [_begun(handler, do, around) for do, around in sends]]


def _begun(handler: Handler, do: Do, around: AbstractContextManager[Context]) -> _Under | None:
    """A refusal stands only once it was decided on what the journal holds now, which is not done here."""
    try:
        with around as context:
            prepared = handler.prepared(do, context)
            return _Under(*prepared, handler.journal.submit(prepared[1]))
    except (Refused, JournalError):
        return None


def _outcome(handler: Handler, under: _Under | None) -> Outcome | None:
    if under is None:
        return None
    try:
        outcome = under.pending.result()
    except JournalError:
        return None
    handler.keep(under.decided, under.append, outcome)
    return outcome
