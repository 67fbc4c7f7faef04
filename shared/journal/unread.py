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

    def __new__(cls, *parts: Any, **named: Any) -> Any:
        """One that is made of its parts, as by ``dataclasses.replace``, has no row."""
        return Recorded(*parts, **named)

    @property
    def text(self) -> str:
        """As it was recorded, to the letter."""
        text = self._row[TEXT]
        return text if isinstance(text, str) else str(text, "utf-8")

    @property
    def raw(self) -> str | bytes:
        """The same as whoever read it has it."""
        text: str | bytes = self._row[TEXT]
        return text

    @property
    def attributed(self) -> tuple[str, ...]:
        return tuple(self._row[TEXT + 1 :])

    def __getattr__(self, name: str) -> Any:
        """Only asked for what has not been made yet."""
        make = _MAKE.get(name)
        if make is None:
            raise AttributeError(name)
        value = make(_get_row(self))
        object.__setattr__(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recorded) and _said(self) == _said(other)

    __hash__ = Recorded.__hash__


ID, TEXT = 4, 6


def _id(row: Sequence[Any]) -> str:
    if row[ID] is None:
        raise AttributeError("event_id was not read")
    return str(row[ID])


_MAKE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "position": lambda row: row[0],
    "event_id": _id,
    "recorded_at": lambda row: instant(row[1]),
    "data": lambda row: from_json(row[TEXT]),
    "context": lambda row: Context(*row[TEXT + 1 :]),
}
_new = object.__new__
_set_row, _set_service = vars(Unread)["_row"].__set__, vars(Recorded)["service"].__set__
_set_stream, _set_version = vars(Recorded)["stream"].__set__, vars(Recorded)["version"].__set__
_set_type = vars(Recorded)["type"].__set__
_get_row = vars(Unread)["_row"].__get__


def unread(service: str, row: Sequence[Any]) -> Unread:
    """``row`` has the columns of ``statements.COLUMNS``, or of those the first seven, of which the instant and the id
    may be missing.
    """
    event: Unread = _new(Unread)
    _set_row(event, row)
    _set_service(event, service)
    _set_stream(event, row[2])
    _set_version(event, row[3])
    _set_type(event, row[5])
    return event


def _said(event: Recorded) -> tuple[Any, ...]:
    named = (event.service, event.position, event.stream, event.version, event.event_id, event.type)
    return (*named, event.recorded_at, event.data)
