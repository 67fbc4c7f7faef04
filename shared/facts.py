"""Facts read by the thousand, as plain data in which what is nested stays the text it was recorded as.

Start at :class:`Facts`. A view that keeps lists without looking into them need neither decode nor encode those.
"""

import json
from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from shared.columns import JsonText
from shared.events import Event, Recorded, Registry
from shared.journal.unread import Unread

Decode = Callable[[str | bytes], Any]
_as_dict = msgspec.structs.asdict


class Facts:
    """The events of one service's registry, as that service's own views keep them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known = {registry.type_of(event): _reader(event) for event in registry.events.values()}

    def of(self, event: Recorded) -> dict[str, Any]:
        """As :meth:`Registry.plain` has it, but lists and objects within may be :class:`JsonText`."""
        known = self._known.get(event.type)
        if known is None or not isinstance(event, Unread):
            return self._registry.plain(event)
        try:
            fact: dict[str, Any] = _as_dict(known(event.raw))
        except msgspec.MsgspecError:  # recorded before its model said what it says now
            return self._registry.plain(event)
        return fact


def _reader(event: type[Event]) -> Decode:
    """What decodes the event's data."""
    fields: list[tuple[Any, ...]] = []
    for name, info in event.model_fields.items():
        kind = _kind(info.annotation)
        fields.append((name, kind) if info.is_required() else (name, kind, _default(info.get_default(), kind)))
    made = msgspec.defstruct(event.__name__, fields, kw_only=True, gc=False)
    return msgspec.json.Decoder(made).decode


def _default(value: Any, kind: Any) -> Any:
    plain = to_jsonable_python(value)
    return JsonText(json.dumps(plain, ensure_ascii=False).encode()) if kind is JsonText else plain


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
