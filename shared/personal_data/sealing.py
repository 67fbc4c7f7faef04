"""The write side: an event's personal fields are sealed as it is serialised, and opened where its own rules read it.

What an event class declares is looked at once; an event without such fields passes untouched. Deciders know texts in
clear, in the memory of the process that decides and nowhere else; followers and views never do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.decider import Refused
from shared.events import Event
from shared.personal_data import Personal
from shared.personal_data.key_store import Forgotten
from shared.personal_data.tokens import key_id_of
from shared.personal_data.vault import Vault

E = TypeVar("E", bound=Event)
Change = Callable[[str], str]


@cache
def personal_fields(event: type[BaseModel]) -> tuple[tuple[str, Personal], ...]:
    """The fields that a class of events declares personal, and how."""
    return tuple(
        (name, mark)
        for name, field in event.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Personal)
    )


@dataclass(frozen=True)
class Sealing:
    """What a handler is given to seal and open its events with."""

    vault: Vault

    def generation(self) -> int:
        """Changes when what was opened before must not be used any more."""
        return self.vault.last_generation()

    def at_hand(self) -> bool:
        """Whether what is remembered can be believed without asking the key store."""
        return self.vault.at_hand(())

    def sealed_at_once(self, facts: Sequence[E]) -> list[E] | None:
        """:meth:`sealed`, or None if the key store would have to be asked."""
        wanted = [text for fact in facts for text in _texts(fact)]
        return self._sealed(facts, wanted) if self.vault.at_hand({subject for subject, _, _ in wanted}) else None

    def sealed(self, facts: Sequence[E]) -> list[E]:
        """The facts as they are to be written; one question to the key store for all of them.

        Raises ``Refused('PERSON_ERASED')`` when a subject has been forgotten, ``INVALID`` for a text that would
        pass for a token.
        """
        return self._sealed(facts, [text for fact in facts for text in _texts(fact)])

    def _sealed(self, facts: Sequence[E], wanted: Sequence[tuple[str, str, str]]) -> list[E]:
        if not wanted:
            return list(facts)
        for _, _, text in wanted:
            if key_id_of(text):
                raise Refused("INVALID", "This is not a text that a person writes.", "another text")
        try:
            tokens = iter(self.vault.sealed(wanted))
        except Forgotten as gone:
            raise Refused("PERSON_ERASED", "What this would be kept under has been erased.") from gone
        return [_changed(fact, lambda _text: next(tokens)) for fact in facts]

    def opened(self, facts: Sequence[E]) -> list[E]:
        """The facts in clear, or with marks where a key is gone; one question for all of them."""
        tokens = {text for fact in facts for _, _, text in _texts(fact) if key_id_of(text)}
        if not tokens:
            return list(facts)
        clear = self.vault.opened(tokens)
        return [_changed(fact, lambda text: str(clear.get(text, text))) for fact in facts]


def _texts(fact: BaseModel) -> Iterator[tuple[str, str, str]]:
    """(subject, owner, text) of everything personal in a fact, in the order in which :func:`_changed` meets them."""
    for name, mark in personal_fields(type(fact)):
        identity = getattr(fact, mark.of) or (getattr(fact, mark.otherwise) if mark.otherwise else "")
        person = getattr(fact, mark.owner) if mark.owner else ""
        owner = f"person:{person}" if person else ""
        for text in _leaves(getattr(fact, name), mark.within):
            if not identity:
                raise ValueError(f"{type(fact).__name__}.{name} belongs to nobody: {mark.of} is empty")
            yield f"{mark.kind}:{identity}", owner, text


def _leaves(value: Any, within: tuple[str, ...]) -> Iterator[str]:
    match value:
        case str():
            yield from (value,) if value else ()
        case tuple():
            for part in value:
                yield from _leaves(part, within)
        case BaseModel():
            for name in within:
                yield from _leaves(getattr(value, name), ())
        case _:
            return


def _changed(fact: E, change: Change) -> E:
    marks = personal_fields(type(fact))
    if not marks:
        return fact
    changed: dict[str, Any] = {}
    for name, mark in marks:
        value = getattr(fact, name)
        if value:
            changed[name] = change(value) if type(value) is str else _mapped(value, mark.within, change)
    return fact.model_copy(update=changed)


def _mapped(value: Any, within: tuple[str, ...], change: Change) -> Any:
    """The value with its texts changed; an empty one stays, for what is not there needs no secrecy."""
    match value:
        case str():
            return change(value) if value else value
        case tuple():
            return tuple(_mapped(part, within, change) for part in value)
        case BaseModel():
            return value.model_copy(update={name: _mapped(getattr(value, name), (), change) for name in within})
        case _:
            return value
