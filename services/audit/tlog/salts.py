"""The salts of entries: derived from a secret and the event's id, so that a lost database does not lose them.

Without a secret they are random and stand in the ledger alone (decision 0015). Start at :class:`Salts`.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.audit.tlog.leaves import SALT_BYTES

PURPOSE = b"gongkai log salt v1\n"


@dataclass(frozen=True, repr=False)
class Salts:
    """``keys``: the present secret first, then earlier ones that old entries were salted with."""

    keys: Sequence[bytes] = ()

    def new(self, event_id: str) -> bytes:
        return _salt(self.keys[0], event_id) if self.keys else secrets.token_bytes(SALT_BYTES)

    def known(self, event_id: str) -> list[bytes]:
        """The salts the event can have had."""
        return [_salt(key, event_id) for key in self.keys]


def _salt(key: bytes, event_id: str) -> bytes:
    """HMAC-SHA-256, the key of which is taken in once and not for each event."""
    found = _keyed(key).copy()
    found.update(PURPOSE + event_id.encode())
    return found.digest()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
