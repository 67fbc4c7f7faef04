"""What stands in place of personal data: ``sealed:1:<key id>:<base64url of nonce and ciphertext>``.

AES-256-GCM under the subject's key with a random 96-bit nonce; the subject is authenticated with it, so that a token
put under another's key does not open. Texts are padded to 32 bytes: a token does not tell a short name's length.
"""

import base64
import re
import secrets
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "sealed:1:"
TOKEN = re.compile(r"sealed:1:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{40,})")
MAGIC = b"gongkai-sealed:1:"
KEY_ID_CHARACTERS = 22
NONCE_BYTES = 12
PAD_BYTES = 32


class TokenDamaged(ValueError):
    """A token that its key does not open: changed, cut, or of another subject."""


@dataclass(frozen=True, slots=True)
class Key:
    """A subject's data key. ``owner`` is the person it is destroyed with, '' for nobody's."""

    key_id: str
    subject: str
    owner: str
    secret: bytes = field(repr=False)
    restricted: bool = False


def key_id_of(text: str) -> str:
    """The key that a text names, or '' if it is no token."""
    if not text.startswith(PREFIX):
        return ""
    found = TOKEN.fullmatch(text)
    return found[1] if found else ""


def nonces(count: int) -> list[bytes]:
    """As many as are asked for, with one question to the system."""
    drawn = secrets.token_bytes(NONCE_BYTES * count)
    return [drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES)]


def seal(key: Key, text: str) -> str:
    return sealer(key)(text, secrets.token_bytes(NONCE_BYTES))


def sealer(key: Key) -> Callable[[str, bytes], str]:
    """What seals texts under a key, each with a nonce that has never been used before and never will be again."""
    encrypt, bound, head = AESGCM(key.secret).encrypt, _bound_to(key), f"{PREFIX}{key.key_id}:"

    def sealed(text: str, nonce: bytes) -> str:
        data = text.encode(errors="surrogatepass")
        padded = data + b"\x80" + bytes(-(len(data) + 1) % PAD_BYTES)
        token = b2a_base64(nonce + encrypt(nonce, padded, bound), newline=False)
        return head + token.translate(_URL_SAFE).rstrip(b"=").decode()

    return sealed


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def unseal(key: Key, token: str) -> str:
    """Raises :class:`TokenDamaged`."""
    try:
        coded = token.rpartition(":")[2]
        sealed = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
        padded = AESGCM(key.secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(key))
    except (InvalidTag, ValueError) as fault:
        raise TokenDamaged(f"a token of key {key.key_id} does not open") from fault
    return padded.rstrip(b"\x00")[:-1].decode(errors="surrogatepass")


def key_id_of_bytes(content: bytes) -> str:
    """The key under which a document is sealed, or '' if it is not."""
    head = content[: len(MAGIC) + KEY_ID_CHARACTERS]
    return head[len(MAGIC) :].decode("ascii", "replace") if head.startswith(MAGIC) else ""


def seal_bytes(key: Key, content: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MAGIC + key.key_id.encode() + nonce + AESGCM(key.secret).encrypt(nonce, content, _bound_to(key))


def unseal_bytes(key: Key, sealed: bytes) -> bytes:
    """Raises :class:`TokenDamaged`."""
    body = sealed[len(MAGIC) + KEY_ID_CHARACTERS :]
    try:
        return AESGCM(key.secret).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _bound_to(key))
    except (InvalidTag, ValueError) as fault:
        raise TokenDamaged(f"a document under key {key.key_id} does not open") from fault


def _bound_to(key: Key) -> bytes:
    return f"gongkai:1:{key.subject}".encode()
