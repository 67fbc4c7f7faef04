"""An event as the journal's row has it: data, time and context are made of it when somebody first asks for them.

Start at :func:`unread`. Most readers look at a few kinds of events only, and the relay ships the data as it stands.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic_core import from_json

from shared.events import Context, Recorded
from shared.journal.transaction import instant


class Unread(Recorded):
    """Equal to any :class:`Recorded` that says the same."""

    __slots__ = ("_row",)
    _row: Sequence[Any]

    @property
    def text(self) -> str:
        """As it was recorded, to the letter."""
        row = _row_of(self)
        return super().text if row is None else str(row[TEXT])

    def __getattr__(self, name: str) -> Any:
        """Only asked for what has not been made yet."""
        make, row = _MAKE.get(name), _row_of(self)
        if make is None or row is None:
            raise AttributeError(name)
        value = make(row)
        object.__setattr__(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recorded) and _said(self) == _said(other)

    __hash__ = Recorded.__hash__


TEXT = 6
_MAKE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "recorded_at": lambda row: instant(row[1]),
    "data": lambda row: from_json(row[TEXT]),
    "context": lambda row: Context(*row[TEXT + 1 :]),
}
_new = object.__new__
_set_row, _set_service = vars(Unread)["_row"].__set__, vars(Recorded)["service"].__set__
_set_position, _set_stream = vars(Recorded)["position"].__set__, vars(Recorded)["stream"].__set__
_set_version, _set_id = vars(Recorded)["version"].__set__, vars(Recorded)["event_id"].__set__
_set_type = vars(Recorded)["type"].__set__


def unread(service: str, row: Sequence[Any]) -> Unread:
    """``row`` has the columns of ``statements.COLUMNS``."""
    event = _new(Unread)
    _set_row(event, row)
    _set_service(event, service)
    _set_position(event, row[0])
    _set_stream(event, row[2])
    _set_version(event, row[3])
    _set_id(event, row[4])
    _set_type(event, row[5])
    return event


def _row_of(event: Unread) -> Sequence[Any] | None:
    """None for one that was made of its parts, as by ``dataclasses.replace``."""
    try:
        row: Sequence[Any] = _get_row(event)
    except AttributeError:
        return None
    return row


_get_row = vars(Unread)["_row"].__get__


def _said(event: Recorded) -> tuple[Any, ...]:
    named = (event.service, event.position, event.stream, event.version, event.event_id, event.type)
    return (*named, event.recorded_at, event.data)
