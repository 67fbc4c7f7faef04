"""What a fact is: an immutable event in the words of the requirements, and the envelope the journal puts around it.

An event carries business dates (valid time); the journal stamps recorded time. A service lists its events in one
:class:`Registry`; another service never imports them but reads the fields it needs with its own :class:`Heard` model,
and a test holds both ends to the contract in ``shared/contracts``.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

TYPE_PREFIX = "cn.gongkai"


class Event(BaseModel):
    """A thing that has happened. ``VERSION`` rises when its fields change in a way old readers would not survive."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    VERSION: ClassVar[int] = 1


class Heard(BaseModel):
    """What one service reads of another's event: only the fields it uses, and deaf to all others."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    SERVICE: ClassVar[str]
    EVENT: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Context:
    """Who acted, in which post, for which organisation, and because of what (ORG-15)."""

    town: str
    actor: str
    post: str = ""
    organisation: str = ""
    command_id: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as a journal or a log hands it out: numbered, stamped, attributed. ``data`` is its JSON object.

    ``position`` counts 1, 2, 3 ... through the whole journal of ``service``; ``version`` counts within ``stream``.
    """

    service: str
    position: int
    stream: str
    version: int
    event_id: str
    type: str
    recorded_at: datetime
    data: Mapping[str, Any]
    context: Context = field(compare=False)

    @property
    def name(self) -> str:
        """The event's class name: ``cn.gongkai.catalogue.CatalogueAdopted.v1`` is ``CatalogueAdopted``."""
        return _parts(self.type)[0]

    @property
    def type_version(self) -> int:
        return _parts(self.type)[1]

    @property
    def text(self) -> str:
        """``data`` as JSON text."""
        return json.dumps(dict(self.data), ensure_ascii=False, separators=(",", ":"))

    @property
    def attributed(self) -> tuple[str, ...]:
        """The context's parts, in their order."""
        c = self.context
        return (
            *(c.town, c.actor, c.post, c.organisation),
            *(c.command_id, c.correlation_id, c.causation_id, c.traceparent),
        )

    @property
    def identity(self) -> str:
        """The stream's name without its category: ``organisation-FY-R1`` is ``FY-R1``."""
        return self.stream.split("-", 1)[1]


@lru_cache(maxsize=1024)
def _parts(event_type: str) -> tuple[str, int]:
    """A type's name and version; of the few types there are each is met very often."""
    return event_type.rsplit(".", 2)[-2], int(event_type.rsplit(".v", 1)[-1])


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
E_co = TypeVar("E_co", bound=Event)
H = TypeVar("H", bound=Heard)


class UnknownEvent(Exception):
    """A journal or a topic holds a type its registry does not know: an old program reads a newer log."""


class Registry:
    """All events of one service, by type, with the steps that lift old versions to the present one.

    ``upcasters[("CatalogueAdopted", 1)]`` turns the data of version 1 into that of version 2, and so on upward.
    """

    def __init__(
        self, service: str, events: Iterable[type[Event]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None
    ) -> None:
        self.service = service
        self.events: dict[str, type[Event]] = {event.__name__: event for event in events}
        self.upcasters = dict(upcasters or {})
        self._present: dict[str, dict[str, Any]] = {}  # defaults by type, of those in their present version

    def type_of(self, event: Event | type[Event]) -> str:
        cls = event if isinstance(event, type) else type(event)
        if self.events.get(cls.__name__) is not cls:
            raise UnknownEvent(f"{cls.__name__} is not an event of {self.service}")
        return f"{TYPE_PREFIX}.{self.service}.{cls.__name__}.v{cls.VERSION}"

    def read(self, recorded: Recorded) -> Event:
        """The event itself, lifted to the present version. Raises :class:`UnknownEvent` for a stranger."""
        return self._class_of(recorded).model_validate(self.upcast(recorded))

    def _class_of(self, recorded: Recorded) -> type[Event]:
        cls = self.events.get(recorded.name)
        if cls is None or recorded.service != self.service or recorded.type_version > cls.VERSION:
            raise UnknownEvent(f"{recorded.type} at {recorded.service} {recorded.position}")
        return cls

    def upcast(self, recorded: Recorded) -> dict[str, Any]:
        data = dict(recorded.data)
        for version in range(recorded.type_version, self.events[recorded.name].VERSION):
            data = self.upcasters[(recorded.name, version)](data)
        return data

    def plain(self, recorded: Recorded) -> dict[str, Any]:
        """The data alone, lifted to the present version and with every field, for those who read very many events.

        It is not checked again: the registry's own service checked it when it was recorded. Raises
        :class:`UnknownEvent` as :meth:`read` does.
        """
        defaults = self._present.get(recorded.type)
        if defaults is None:
            return {**self._defaults(self._class_of(recorded)), **self.upcast(recorded)}
        return {**defaults, **recorded.data}

    def _defaults(self, cls: type[Event]) -> dict[str, Any]:
        """What fields are that an event may have been recorded without, as JSON has it."""
        fields = cls.model_fields.items()
        known = {f: to_jsonable_python(info.get_default()) for f, info in fields if not info.is_required()}
        self._present[self.type_of(cls)] = known
        return known

    @classmethod
    def empty(cls, service: str) -> Self:
        return cls(service, [])


def hear(recorded: Recorded, *models: type[H]) -> H | None:
    """The event read by whichever of the models is meant for it, or None if none is."""
    for model in models:
        if recorded.service == model.SERVICE and recorded.name == model.EVENT:
            return model.model_validate(recorded.data)
    return None
