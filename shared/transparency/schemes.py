"""The algorithms that sign notes: what exactly is signed under each kind of key (C2SP signed-note, tlog-cosignature).

Ed25519 signs a note's text as it stands. A cosignature says besides when it was made; with ML-DSA-44, which withstands
quantum computers, also by whom and for which log. ML-DSA is there where the installed ``cryptography`` has it.
"""

import base64
import binascii
import struct
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

try:
    from cryptography.hazmat.primitives.asymmetric import mldsa
except ImportError:  # an older release
    HAS_ML_DSA = False
else:
    HAS_ML_DSA = True

ED25519 = 0x01
COSIGNATURE = 0x04
ML_DSA_44 = 0x06
STAMP_BYTES = 8
AT_MAX = 2**63 - 1
HASH_BYTES = 32


class SchemeWrong(Exception):
    """A signature that does not fit."""


class Scheme(Protocol):
    """One kind of key. ``by`` is the signer's name, ``text`` the note's, ``at`` seconds since 1970."""

    key_bytes: int

    def public(self, seed: bytes) -> bytes: ...

    def sign(self, seed: bytes, by: str, text: str, at: int) -> bytes: ...

    def verify(self, key: bytes, by: str, text: str, signature: bytes) -> int:
        """When it was signed, 0 if that is not said. Raises :class:`SchemeWrong`."""
        ...


class Ed25519:
    key_bytes = 32

    def public(self, seed: bytes) -> bytes:
        raw, public = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(raw, public)

    def sign(self, seed: bytes, by: str, text: str, at: int) -> bytes:  # noqa: ARG002 - the text alone is signed
        return Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())

    def verify(self, key: bytes, by: str, text: str, signature: bytes) -> int:  # noqa: ARG002 - see above
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
        except (InvalidSignature, ValueError) as fault:
            raise SchemeWrong from fault
        return 0


class Cosignature(Ed25519):
    """Ed25519 with the time; it does not name the signer, so no key may serve two of them."""

    def sign(self, seed: bytes, by: str, text: str, at: int) -> bytes:
        return _stamp(at) + super().sign(seed, by, _stamped_text(at, text), at)

    def verify(self, key: bytes, by: str, text: str, signature: bytes) -> int:
        at = _stamped_at(signature)
        super().verify(key, by, _stamped_text(at, text), signature[STAMP_BYTES:])
        return at


class MlDsa44:
    """Signs origin, size and root of a checkpoint, the time and the signer's name; extension lines are not covered."""

    key_bytes = 1312

    def public(self, seed: bytes) -> bytes:
        return mldsa.MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()

    def sign(self, seed: bytes, by: str, text: str, at: int) -> bytes:
        message = _cosigned_message(by, text, at)
        return _stamp(at) + mldsa.MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)

    def verify(self, key: bytes, by: str, text: str, signature: bytes) -> int:
        at = _stamped_at(signature)
        try:
            public = mldsa.MLDSA44PublicKey.from_public_bytes(key)
            public.verify(signature[STAMP_BYTES:], _cosigned_message(by, text, at))
        except (InvalidSignature, ValueError) as fault:
            raise SchemeWrong from fault
        return at


def _stamped_text(at: int, text: str) -> str:
    return f"cosignature/v1\ntime {at}\n{text}"


def _stamp(at: int) -> bytes:
    return struct.pack(">Q", at)


def _stamped_at(signature: bytes) -> int:
    if len(signature) <= STAMP_BYTES:
        raise SchemeWrong
    at: int = struct.unpack(">Q", signature[:STAMP_BYTES])[0]
    if at > AT_MAX:
        raise SchemeWrong
    return at


def _cosigned_message(by: str, text: str, at: int) -> bytes:
    """The struct of tlog-cosignature for a whole checkpoint. Raises :class:`SchemeWrong` for any other text."""
    lines = text.split("\n")
    try:
        origin, size, root = lines[0].encode(), int(lines[1]), base64.b64decode(lines[2], validate=True)
        if len(root) != HASH_BYTES:
            raise SchemeWrong
        named = [struct.pack("B", len(name)) + name for name in (by.encode(), origin)]
        ends = struct.pack(">QQ", 0, size)
    except (IndexError, ValueError, binascii.Error, struct.error) as fault:
        raise SchemeWrong from fault
    return b"subtree/v1\n\0" + named[0] + _stamp(at) + named[1] + ends + root


def _ml_dsa_works() -> bool:
    """The module may be there and the cryptography under it too old."""
    if not HAS_ML_DSA:
        return False
    try:
        mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    except UnsupportedAlgorithm:
        return False
    return True


SCHEMES: dict[int, Scheme] = {ED25519: Ed25519(), COSIGNATURE: Cosignature()}
if _ml_dsa_works():
    SCHEMES[ML_DSA_44] = MlDsa44()
