"""Signed notes and checkpoints: the log's word on how many entries it has and what their root is (C2SP signed-note,
tlog-checkpoint).

Start at :class:`Checkpoint`, :func:`sign` and :func:`open_note`. Keys are Ed25519; a signature of a kind or a key
that is not known here is passed over, so that another algorithm can stand beside it.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.audit.tlog.merkle import HASH_BYTES

ED25519 = 0x01
KEY_ID_BYTES = 4
KEY_BYTES = 32
SIGNATURES_MAX = 64
NOTE_BYTES_MAX = 1_000_000
_DASH = "— "
_SIGNER = "PRIVATE+KEY+"


class NoteWrong(Exception):
    """A note, key or checkpoint that is malformed, or that nobody we trust has signed."""


@dataclass(frozen=True)
class Verifier:
    """Who may have signed: a name and an Ed25519 public key."""

    name: str
    key: bytes

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, ED25519, self.key)

    @property
    def vkey(self) -> str:
        """``<name>+<key id>+<base64 of type and key>``, as it is published."""
        return f"{self.name}+{self.key_id.hex()}+{_b64(bytes([ED25519]) + self.key)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Raises :class:`NoteWrong`."""
        name, key = _key_parts(vkey.strip())
        verifier = cls(name, key)
        if verifier.vkey != vkey.strip():
            raise NoteWrong("the key id does not belong to the name and key")
        return verifier

    def verify(self, text: bytes, signature: bytes) -> None:
        """Raises :class:`NoteWrong`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except (InvalidSignature, ValueError) as fault:
            raise NoteWrong(f"the signature of {self.name} does not fit the text") from fault


@dataclass(frozen=True, repr=False)
class Signer:
    """A name and the private key it signs with; never shown."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        raw, public = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return Verifier(self.name, self.private.public_key().public_bytes(raw, public))

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """``PRIVATE+KEY+<name>+<key id>+<base64 of type and seed>``. Raises :class:`NoteWrong`."""
        if not text.startswith(_SIGNER):
            raise NoteWrong(f"a signing key begins with {_SIGNER}")
        name, seed = _key_parts(text.strip()[len(_SIGNER) :])
        signer = cls.of_seed(name, seed)
        if signer.encoded != text.strip():
            raise NoteWrong("the key id does not belong to the name and key")
        return signer

    @classmethod
    def of_seed(cls, name: str, seed: bytes) -> "Signer":
        _must_be_name(name)
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def generate(cls, name: str) -> "Signer":
        _must_be_name(name)
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def encoded(self) -> str:
        seed = self.private.private_bytes_raw()
        return f"{_SIGNER}{self.name}+{self.verifier.key_id.hex()}+{_b64(bytes([ED25519]) + seed)}"


@dataclass(frozen=True)
class Checkpoint:
    """The log ``origin`` had ``size`` entries with this root. ``extensions`` are kept, not understood."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), _b64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Raises :class:`NoteWrong`."""
        origin, size, root, *extensions = _lines(text, at_least=3)
        if not origin or not size.isascii() or not size.isdecimal() or str(int(size)) != size or "" in extensions:
            raise NoteWrong("not a checkpoint: origin, size and root stand on its first three lines")
        decoded = unb64(root)
        if len(decoded) != HASH_BYTES:
            raise NoteWrong("a root has 32 bytes")
        return cls(origin, int(size), decoded, tuple(extensions))


@dataclass(frozen=True)
class Opened:
    """A note's text and the known signers whose signatures fit it."""

    text: str
    signers: tuple[Verifier, ...]


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:KEY_ID_BYTES]


def sign(text: str, *signers: Signer) -> bytes:
    """The note: text, blank line, a line per signature. Raises :class:`NoteWrong` for text a note cannot hold."""
    _must_be_text(text)
    if not text.endswith("\n"):
        raise NoteWrong("the text of a note ends with a newline")
    lines = (f"{_DASH}{s.name} {_b64(s.verifier.key_id + s.private.sign(text.encode()))}\n" for s in signers)
    return f"{text}\n{''.join(lines)}".encode()


def open_note(note: bytes, known: Sequence[Verifier]) -> Opened:
    """The text, if somebody known has signed it. Unknown signatures are passed over; a known one that does not fit
    refuses the whole note. Raises :class:`NoteWrong`."""
    text, signatures = _parts(note)
    by_key = {(v.name, v.key_id): v for v in known}
    signed: dict[tuple[str, bytes], Verifier] = {}
    for line in signatures:
        name, identity, signature = _signature(line)
        verifier = by_key.get((name, identity))
        if verifier and (name, identity) not in signed:
            verifier.verify(text.encode(), signature)
            signed[name, identity] = verifier
    if not signed:
        raise NoteWrong("nobody we know has signed it")
    return Opened(text, tuple(signed.values()))


def open_checkpoint(note: bytes, log: Verifier) -> Checkpoint:
    """The checkpoint, signed by the log and about that log. Raises :class:`NoteWrong`."""
    checkpoint = Checkpoint.parse(open_note(note, [log]).text)
    if checkpoint.origin != log.name:
        raise NoteWrong(f"the checkpoint is of {checkpoint.origin}, not of {log.name}")
    return checkpoint


def _parts(note: bytes) -> tuple[str, list[str]]:
    if len(note) > NOTE_BYTES_MAX:
        raise NoteWrong(f"a note has at most {NOTE_BYTES_MAX} bytes")
    try:
        whole = note.decode()
    except UnicodeDecodeError as fault:
        raise NoteWrong("a note is UTF-8") from fault
    _must_be_text(whole)
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteWrong("a note has a blank line between its text and its signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteWrong(f"a note has at most {SIGNATURES_MAX} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    if not line.startswith(_DASH):
        raise NoteWrong("a signature line begins with a dash and a space")
    name, space, encoded = line[len(_DASH) :].partition(" ")
    _must_be_name(name)
    data = unb64(encoded)
    if not space or len(data) <= KEY_ID_BYTES:
        raise NoteWrong("a signature line is a name and a signature")
    return name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:]


def _key_parts(text: str) -> tuple[str, bytes]:
    name, _, rest = text.partition("+")
    _, plus, encoded = rest.partition("+")
    _must_be_name(name)
    data = unb64(encoded)
    if not plus or len(data) != 1 + KEY_BYTES or data[0] != ED25519:
        raise NoteWrong("not an Ed25519 key")
    return name, data[1:]


def _must_be_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteWrong("a key's name is not empty and has no space or plus")


def _must_be_text(text: str) -> None:
    if any(character < " " and character != "\n" for character in text):
        raise NoteWrong("a note has no control characters")


def _lines(text: str, at_least: int) -> list[str]:
    lines = text.split("\n")
    if lines[-1] or len(lines) <= at_least:
        raise NoteWrong(f"at least {at_least} lines are needed, each ended")
    return lines[:-1]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Standard base64 in its one spelling. Raises :class:`NoteWrong`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteWrong("not base64") from fault
    if _b64(data) != text:
        raise NoteWrong("not base64 in its one spelling")
    return data
