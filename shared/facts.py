"""Facts read by the thousand: as plain data in which what is nested stays text, or as events that share their lists.

Start at :class:`Facts`. Both are for a service's own facts, which were checked when they were recorded.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python

from shared.columns import JsonText
from shared.events import Event, Recorded, Registry
from shared.journal.unread import Unread

SHARED_MAX = 4_096  # different lists and objects of one field
_as_dict = msgspec.structs.asdict


@dataclass(frozen=True, slots=True)
class _Reader:
    """``decode`` gives what the data says by field; ``made`` are the fields that an event has as something else."""

    event: type[Event]
    decode: Callable[[str | bytes], Any]
    made: tuple[tuple[str, Callable[[Any], Any]], ...]


class Facts:
    """The events of one service's registry, as that service itself reads them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._readers = {registry.type_of(event): _reader(event) for event in registry.events.values()}

    def of(self, event: Recorded) -> dict[str, Any]:
        """As :meth:`Registry.plain` has it, but lists and objects within may be :class:`JsonText`."""
        found = self._decoded(event)
        return self._registry.plain(event) if found is None else _as_dict(found[1])

    def read(self, event: Recorded) -> Event:
        """As :meth:`Registry.read`, but what is nested may be the very same objects in several events."""
        found = self._decoded(event)
        if found is None:
            return self._registry.read(event)
        reader, fields = found[0], _as_dict(found[1])
        for name, make in reader.made:
            fields[name] = make(fields[name])
        return reader.event.model_construct(**fields)

    def _decoded(self, event: Recorded) -> tuple[_Reader, Any] | None:
        reader = self._readers.get(event.type)
        if reader is None or not isinstance(event, Unread):
            return None
        try:
            return reader, reader.decode(event.raw)
        except msgspec.MsgspecError:  # recorded before its model said what it says now
            return None


def _reader(event: type[Event]) -> _Reader:
    fields: list[tuple[Any, ...]] = []
    made: list[tuple[str, Callable[[Any], Any]]] = []
    for name, info in event.model_fields.items():
        kind = _kind(info.annotation)
        fields.append((name, kind) if info.is_required() else (name, kind, _default(info.get_default(), kind)))
        if make := _maker(info.annotation, kind):
            made.append((name, make))
    struct = msgspec.defstruct(event.__name__, fields, kw_only=True, gc=False)
    return _Reader(event, msgspec.json.Decoder(struct).decode, tuple(made))


def _default(value: Any, kind: Any) -> Any:
    plain = to_jsonable_python(value)
    return JsonText(json.dumps(plain, ensure_ascii=False).encode()) if kind is JsonText else plain


def _maker(annotation: Any, kind: Any) -> Callable[[Any], Any] | None:
    """What makes of the decoded value what an event holds; None where that is the same."""
    if annotation in (str, bool, int, NoneType):
        return None
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    if kind is not JsonText:
        return adapter.validate_python
    shared = lru_cache(SHARED_MAX)(adapter.validate_json)
    return lambda text: shared(bytes(text))


def _kind(annotation: Any) -> Any:
    """What JSON has for a field of this type; :data:`JsonText` for a list or an object."""
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [_kind(part) for part in get_args(annotation)]
        return Any if JsonText in kinds or Any in kinds else Union[tuple(kinds)]  # noqa: UP007 - of as many as there are
    if get_origin(annotation) is Literal:
        return Union[tuple({type(value) for value in get_args(annotation)})]  # noqa: UP007 - as above
    if annotation in (str, bool, int, NoneType):
        return annotation
    if annotation is float:
        return int | float
    if isinstance(annotation, type) and issubclass(annotation, date | StrEnum):
        return str
    of = get_origin(annotation) or annotation
    nested = isinstance(of, type) and issubclass(of, Collection | BaseModel) and not issubclass(of, str | bytes)
    return JsonText if nested else Any
