"""The keys as a process uses them: asked for together, remembered for a while, dropped when something was erased.

What is remembered holds for the generation of the key store it was read at, which is asked for once a second at most:
so an erasure in another process takes effect here within that second. If it cannot be asked, nothing is opened.
"""

import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from threading import Lock, Thread
from typing import Any

import orjson

from shared.personal_data.key_store import Destruction, KeyStore, KeysUnavailable
from shared.personal_data.tokens import (
    Key,
    TokenDamaged,
    key_id_of,
    key_id_of_bytes,
    nonces,
    seal_bytes,
    sealer,
    unseal,
    unseal_bytes,
)

KEYS_MAX = 50_000
FRESH_SECONDS = 1.0
FINGERPRINTS = "fingerprints"
DESTROYED = "destroyed"


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


class Mark(StrEnum):
    """What is read where a text cannot be."""

    ERASED = "已依法删除"
    RESTRICTED = "已限制处理"
    UNREADABLE = "无法读取"

    @property
    def english(self) -> str:
        return self.name.lower()


class Vault:
    """Seals and opens texts. Any thread may use it; every call may raise :class:`KeysUnavailable`."""

    def __init__(self, store: Callable[[], KeyStore], now: Callable[[], float] = time.monotonic) -> None:
        self._make, self._now = store, now
        self._store: KeyStore | None = None
        self._lock = Lock()
        self._by_id: OrderedDict[str, Key | str] = OrderedDict()
        self._by_subject: dict[str, Key] = {}
        self._generation, self._fresh_until = -1, float("-inf")
        self._being_asked = float("-inf")
        self._pepper = b""

    @property
    def store(self) -> KeyStore:
        """Opened at first use; then checked that the secret is the one its keys are wrapped under."""
        with self._lock:
            if self._store is None:
                store = self._make()
                store.prepare()
                self._store = store
            return self._store

    def generation(self) -> int:
        """Another number than before when something was erased, restricted or put back."""
        if self._now() >= self._fresh_until:
            self._ask()
        return self._generation

    def _ask(self) -> None:
        asked, generation = self._now(), self.store.generation()
        with self._lock:
            if generation != self._generation:
                self._by_id.clear()
                self._by_subject.clear()
            self._generation, self._fresh_until = generation, asked + FRESH_SECONDS

    def _ask_in_time(self) -> None:
        """Before what is remembered is too old to be believed, so that no event loop waits for the answer."""
        until = self._fresh_until
        if until != self._being_asked and self._now() > until - FRESH_SECONDS * 0.8:
            self._being_asked = until
            Thread(target=self._asked_beside, name="vault", daemon=True).start()

    def _asked_beside(self) -> None:
        with suppress(KeysUnavailable):  # who asks next sees it
            self._ask()

    def last_generation(self) -> int:
        """The generation, or the last one known while the key store cannot be asked."""
        with suppress(KeysUnavailable):
            return self.generation()
        return self._generation

    def at_hand(self, subjects: Collection[str]) -> bool:
        """Whether the keys of all of them, and the secret of fingerprints, can be used without asking the store."""
        fresh = self._now() < self._fresh_until
        if fresh:
            self._ask_in_time()
        return fresh and bool(self._pepper) and all(subject in self._by_subject for subject in subjects)

    def sealed(self, texts: Iterable[tuple[str, str, str]]) -> list[str]:
        """A token for each (subject, owner, text), in their order. Raises :class:`Forgotten`."""
        wanted = list(texts)
        if not wanted:
            return []
        found = self._keys_of({subject: owner for subject, owner, _ in wanted})
        sealers = {subject: sealer(key) for subject, key in found.items()}
        fresh = nonces(len(wanted))
        return [sealers[subject](text, nonce) for (subject, _, text), nonce in zip(wanted, fresh, strict=True)]

    def opened(self, tokens: Collection[str]) -> dict[str, str]:
        """The text of each token, or a :class:`Mark`."""
        ids = {token: key_id for token in tokens if (key_id := key_id_of(token))}
        found = self._find(frozenset(ids.values()))
        return {token: _text(found.get(key_id), token) for token, key_id in ids.items()}

    def sealed_bytes(self, subject: str, content: bytes) -> bytes:
        """A document as it is kept while only few may read it. Raises :class:`Forgotten`."""
        return seal_bytes(self._keys_of({subject: ""})[subject], content)

    def opened_bytes(self, content: bytes) -> bytes | None:
        """The document, as it is if it was never sealed; None if its key is gone."""
        if not (key_id := key_id_of_bytes(content)):
            return content
        key = self._find(frozenset({key_id})).get(key_id)
        return unseal_bytes(key, content) if isinstance(key, Key) and not key.restricted else None

    def fingerprint(self, *parts: Any) -> str:
        """Tells one value from another without being a dictionary of them: keyed, over its canonical JSON."""
        if not self._pepper:
            self._pepper = self.store.secret(FINGERPRINTS)
        return hmac.digest(self._pepper, _canonical(parts), "sha256").hex()

    def destroy(self, subject: str, at: datetime) -> Destruction:
        """Here at once, in other processes within a second."""
        try:
            return self.store.destroy(subject, at)
        finally:
            self.forget()

    def restrict(self, subject: str, *, restricted: bool) -> None:
        try:
            self.store.restrict(subject, restricted=restricted)
        finally:
            self.forget()

    def forget(self) -> None:
        """Remember nothing that was read before now."""
        with self._lock:
            self._fresh_until = float("-inf")
            self._by_id.clear()
            self._by_subject.clear()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _keys_of(self, owners: Mapping[str, str]) -> Mapping[str, Key]:
        generation = self.generation()
        with self._lock:
            known = {subject: self._by_subject[subject] for subject in owners if subject in self._by_subject}
        missing = {subject: owner for subject, owner in owners.items() if subject not in known}
        if not missing:
            return known
        made = self.store.keys_of(missing)
        self._remember({key.key_id: key for key in made.values()}, generation)
        return {**known, **made}

    def _find(self, key_ids: frozenset[str]) -> Mapping[str, Key | str]:
        """The key, or that it was destroyed."""
        generation = self.generation() if key_ids else self._generation
        with self._lock:
            known = {key_id: self._by_id[key_id] for key_id in key_ids if key_id in self._by_id}
        missing = key_ids - known.keys()
        if not missing:
            return known
        read = self.store.find(missing)
        gone: dict[str, Key | str] = dict.fromkeys(read.destroyed, DESTROYED)
        self._remember({**read.keys, **gone}, generation)
        return {**known, **read.keys, **gone}

    def _remember(self, keys: Mapping[str, Key | str], generation: int) -> None:
        """Unless something was erased while they were being read."""
        with self._lock:
            if generation != self._generation or self._fresh_until == float("-inf"):
                return
            self._by_id |= keys
            self._by_subject |= {key.subject: key for key in keys.values() if isinstance(key, Key)}
            while len(self._by_id) > KEYS_MAX:
                _, dropped = self._by_id.popitem(last=False)
                if isinstance(dropped, Key):
                    self._by_subject.pop(dropped.subject, None)


def _canonical(parts: Any) -> bytes:
    """orjson is by far the quicker, but knows neither half a character nor a very large number."""
    try:
        return orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return _encode(parts).encode(errors="surrogatepass")


def _text(key: Key | str | None, token: str) -> str:
    if not isinstance(key, Key):
        return Mark.ERASED if key == DESTROYED else Mark.UNREADABLE
    if key.restricted:
        return Mark.RESTRICTED
    try:
        return unseal(key, token)
    except TokenDamaged:
        return Mark.UNREADABLE
