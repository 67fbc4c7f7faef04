"""The edge: what an answer shows in clear. Only fields that a page declares (:data:`Clear`) are opened.

So a token that somebody writes into another field stays a token there. One question to the key store for an answer,
however long its list; none for an answer without tokens.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.personal_data import Shown
from shared.personal_data.tokens import key_id_of
from shared.personal_data.vault import Mark, Vault


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in an answer where a token stands."""

    holder: Any
    key: Any
    token: str
    english: bool

    def put(self, text: str) -> None:
        self.holder[self.key] = text.english if self.english and isinstance(text, Mark) else str(text)


@cache
def shown_fields(page: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        name for name, field in page.model_fields.items() if any(isinstance(mark, Shown) for mark in field.metadata)
    )


def open_page(answer: Any, vault: Vault) -> bool:
    """Open what an answer declares, in place; whether there was anything to open."""
    slots = list(_of_answer(answer))
    if not slots:
        return False
    _open(slots, vault)
    return True


def open_texts(texts: Iterable[tuple[str, str]], vault: Vault) -> list[tuple[str, str]]:
    """Pairs of a text in Chinese and one in English, such as names, in clear."""
    pairs = [list(pair) for pair in texts]
    slots = [s for pair in pairs for at in (0, 1) for s in _slots(pair, at, pair[at], english=at == 1)]
    _open(slots, vault)
    return [(pair[0], pair[1]) for pair in pairs]


def _open(slots: list[_Slot], vault: Vault) -> None:
    clear = vault.opened({slot.token for slot in slots})
    for slot in slots:
        slot.put(clear[slot.token])


def _of_answer(answer: Any) -> Iterator[_Slot]:
    match answer:
        case BaseModel():
            declared = shown_fields(type(answer))
            for name, value in answer.__dict__.items():
                if name in declared:
                    yield from _slots(answer.__dict__, name, value, english=name.endswith("_en"))
                elif isinstance(value, BaseModel | list | tuple):
                    yield from _of_answer(value)
        case list() | tuple():
            for part in answer:
                if isinstance(part, BaseModel | list | tuple):
                    yield from _of_answer(part)
        case _:
            return


def _slots(holder: Any, key: Any, value: Any, *, english: bool) -> Iterator[_Slot]:
    """Every token in a field that is to be shown, however deep its lists and objects go."""
    match value:
        case str():
            if key_id_of(value):
                yield _Slot(holder, key, value, english)
        case dict():
            for name, part in value.items():
                yield from _slots(value, name, part, english=str(name).endswith("_en"))
        case list():
            for place, part in enumerate(value):
                yield from _slots(value, place, part, english=english)
        case BaseModel():
            for name, part in value.__dict__.items():
                yield from _slots(value.__dict__, name, part, english=name.endswith("_en"))
        case _:
            return
