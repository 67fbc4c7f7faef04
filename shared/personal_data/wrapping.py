"""How data keys lie in the key store: wrapped under a key-encryption key that is derived from the operator's secret.

The secret is never kept beside them. With the one before it given too, keys wrapped under either can be used, and
``gongkai keys rotate`` brings all under the present one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.personal_data.key_store import WrongSecret

KEY_BYTES = 32
NONCE_BYTES = 12
SECRET_CHARACTERS_MIN = 32


class SecretTooWeak(ValueError):
    """Fewer characters than a random secret has."""


@dataclass(frozen=True)
class Wrapping:
    """The present key-encryption key, by the name under which rows remember it, and the former ones."""

    name: str
    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, secret: str, before: Sequence[str] = ()) -> "Wrapping":
        """Raises :class:`SecretTooWeak`."""
        if any(len(each) < SECRET_CHARACTERS_MIN for each in (secret, *before)):
            raise SecretTooWeak(f"the secret of the keys needs at least {SECRET_CHARACTERS_MIN} random characters")
        derived = [_derived(each) for each in (secret, *before)]
        return cls(_name(derived[0]), {_name(key): key for key in derived})

    def wrap(self, key: bytes, key_id: str, subject: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.keys[self.name]).encrypt(nonce, key, _bound_to(key_id, subject))

    def unwrap(self, wrapped: bytes, under: str, key_id: str, subject: str) -> bytes:
        """Raises :class:`WrongSecret`."""
        key = self.keys.get(under)
        if key is None:
            raise WrongSecret(f"key {key_id} is wrapped under {under}, and no secret for that was given")
        try:
            return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(key_id, subject))
        except InvalidTag as damaged:
            raise WrongSecret(f"key {key_id} does not unwrap: its row was changed") from damaged


def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"gongkai keys wrapping v1").derive(secret.encode())


def _name(key: bytes) -> str:
    return hmac.new(key, b"gongkai keys name v1", hashlib.sha256).hexdigest()[:16]


def _bound_to(key_id: str, subject: str) -> bytes:
    return f"gongkai:key:{key_id}:{subject}".encode()
