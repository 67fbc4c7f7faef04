"""Where the keys of personal data lie: the port. ``sql_keys`` is its one adapter, for PostgreSQL and SQLite.

A key is made once for a subject, and never again once the subject has been forgotten: whatever arrives late for it
is refused, not kept. Every change of what may be read raises the generation, by which other processes notice.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.personal_data.tokens import Key


class KeysUnavailable(Exception):
    """The key store cannot be asked: nothing is sealed and nothing shown, rather than anything in clear."""


class WrongSecret(Exception):
    """The keys are wrapped under another secret than the one that was given."""


class Forgotten(Exception):
    """The subject, or the person it belongs to, has been erased: nothing more is kept of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """``destroyed`` are the keys that there were, and that were destroyed on purpose."""

    keys: Mapping[str, Key]
    destroyed: frozenset[str]


@dataclass(frozen=True)
class Destruction:
    """What the destruction of a subject's keys came to; the same again however often it is asked for."""

    subject: str
    at: datetime
    key_ids: tuple[str, ...]


class KeyStore(Protocol):
    def prepare(self) -> None:
        """Make what is missing. Raises :class:`WrongSecret`."""
        ...

    def generation(self) -> int:
        """Rises with everything that changes what may be read."""
        ...

    def find(self, key_ids: Collection[str]) -> Found:
        """What there is of these keys; one question however many, and one more if some are missing."""
        ...

    def keys_of(self, owners: Mapping[str, str]) -> Mapping[str, Key]:
        """A key for each subject, with its owner; made durably where there is none. Raises :class:`Forgotten`."""
        ...

    def destroy(self, subject: str, at: datetime) -> Destruction:
        """Destroy the keys of a subject and of all it owns, for good. Repeating it is harmless."""
        ...

    def restrict(self, subject: str, *, restricted: bool) -> None:
        """Keep the keys of a subject and of all it owns, but open nothing with them, until it is lifted."""
        ...

    def secret(self, name: str) -> bytes:
        """A secret of the platform's own, made at first use and kept with the keys."""
        ...

    def rotate(self, batch: int = 500) -> Iterator[tuple[int, int]]:
        """Wrap every key under the present secret; (done, of) after each batch."""
        ...

    def export(self) -> Iterator[dict[str, Any]]:
        """Every row, keys as wrapped as they lie there: the store's own backup."""
        ...

    def import_(self, rows: Iterator[dict[str, Any]]) -> int:
        """Put a backup's rows back; what has been forgotten since stays forgotten. How many keys."""
        ...

    def close(self) -> None: ...
