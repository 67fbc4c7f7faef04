"""Keys that sign notes, by name and kind; the kind is a byte of the key, so that algorithms can stand side by side.

Start at :class:`Verifier` and :class:`Signer`. Another algorithm is another :class:`Scheme` in :data:`SCHEMES`
(C2SP signed-note, tlog-cosignature).
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass

from shared.transparency.schemes import ED25519, SCHEMES, Scheme, SchemeWrong

KEY_ID_BYTES = 4
SEED_BYTES = 32
_SIGNER = "PRIVATE+KEY+"


class NoteWrong(Exception):
    """A note, key or checkpoint that is malformed, or that nobody we trust has signed."""


@dataclass(frozen=True)
class Verifier:
    """Who may have signed: a name and a public key of a kind."""

    name: str
    key: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.key)

    @property
    def vkey(self) -> str:
        """``<name>+<key id>+<base64 of kind and key>``, as it is published."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.key)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Raises :class:`NoteWrong`."""
        name, kind, key = _key_parts(vkey.strip())
        if len(key) != _scheme(kind).key_bytes:
            raise NoteWrong("the key is too short or too long for its kind")
        verifier = cls(name, key, kind)
        if verifier.vkey != vkey.strip():
            raise NoteWrong("the key id does not belong to the name and key")
        return verifier

    def verify(self, text: str, signature: bytes) -> int:
        """When it was signed, 0 if the signature does not say. Raises :class:`NoteWrong`."""
        try:
            return _scheme(self.kind).verify(self.key, self.name, text, signature)
        except SchemeWrong as fault:
            raise NoteWrong(f"the signature of {self.name} does not fit the text") from fault


@dataclass(frozen=True, repr=False)
class Signer:
    """A name and the seed of the private key it signs with; never shown."""

    name: str
    seed: bytes
    kind: int = ED25519

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, _scheme(self.kind).public(self.seed), self.kind)

    def line(self, text: str, at: int) -> str:
        """The signature line for a note's text; ``at`` goes into it where its kind has a time."""
        signature = _scheme(self.kind).sign(self.seed, self.name, text, at)
        return signature_line(self.name, self.verifier.key_id + signature)

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """``PRIVATE+KEY+<name>+<key id>+<base64 of kind and seed>``. Raises :class:`NoteWrong`."""
        if not text.startswith(_SIGNER):
            raise NoteWrong(f"a signing key begins with {_SIGNER}")
        name, kind, seed = _key_parts(text.strip()[len(_SIGNER) :])
        if len(seed) != SEED_BYTES:
            raise NoteWrong("the seed of a signing key has 32 bytes")
        signer = cls.of_seed(name, seed, kind)
        if signer.encoded != text.strip():
            raise NoteWrong("the key id does not belong to the name and key")
        return signer

    @classmethod
    def of_seed(cls, name: str, seed: bytes, kind: int = ED25519) -> "Signer":
        """Raises :class:`NoteWrong`."""
        must_be_name(name)
        _scheme(kind)
        return cls(name, seed, kind)

    @classmethod
    def generate(cls, name: str, kind: int = ED25519) -> "Signer":
        return cls.of_seed(name, secrets.token_bytes(SEED_BYTES), kind)

    @property
    def encoded(self) -> str:
        return f"{_SIGNER}{self.name}+{self.verifier.key_id.hex()}+{b64(bytes([self.kind]) + self.seed)}"


def known_kind(kind: int) -> bool:
    """Whether keys of the kind can be used here."""
    return kind in SCHEMES


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:KEY_ID_BYTES]


def signature_line(name: str, identity_and_signature: bytes) -> str:
    return f"— {name} {b64(identity_and_signature)}\n"


def must_be_name(name: str) -> None:
    """Raises :class:`NoteWrong`."""
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteWrong("a key's name is not empty and has no space or plus")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Standard base64 in its one spelling. Raises :class:`NoteWrong`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteWrong("not base64") from fault
    if b64(data) != text:
        raise NoteWrong("not base64 in its one spelling")
    return data


def _scheme(kind: int) -> Scheme:
    try:
        return SCHEMES[kind]
    except KeyError as fault:
        raise NoteWrong(f"keys of kind {kind:#04x} are not known here") from fault


def _key_parts(text: str) -> tuple[str, int, bytes]:
    name, _, rest = text.partition("+")
    _, plus, encoded = rest.partition("+")
    must_be_name(name)
    data = unb64(encoded)
    if not plus or len(data) < 2:
        raise NoteWrong("not a key: name, key id and key are parted by plus")
    return name, data[0], data[1:]
