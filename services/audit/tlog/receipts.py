"""The receipt of an event: its entry's proof, with the entry, and for those who may have it the salt of its digest.

What is carried beside the proof (``extra``) is believed only as far as the proof reaches: :func:`check_receipt`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from services.audit.tlog import proofs
from services.audit.tlog.leaves import digest_of
from services.audit.tlog.proofs import Proof
from services.audit.tlog.tiles import Tiles, nodes_of
from shared.transparency import merkle
from shared.transparency.keys import Verifier
from shared.transparency.merkle import ProofWrong
from shared.transparency.notes import Checkpoint


@dataclass(frozen=True)
class Receipt:
    """What the log said of an event, under which checkpoint; ``salt`` is empty where it was not given."""

    entry: Mapping[str, Any]
    salt: bytes
    index: int
    checkpoint: Checkpoint


def receipt(tiles: Tiles, note: bytes, size: int, index: int, entry: bytes, salt: bytes) -> Proof:
    extra = rfc8785.dumps({"entry": base64.b64encode(entry).decode(), "salt": salt.hex()})
    return Proof(index, tuple(merkle.inclusion(nodes_of(tiles, size), index, size)), note, extra)


def check_receipt(data: bytes, log: Verifier) -> Receipt:
    """Raises :class:`ProofWrong`."""
    proof = proofs.parse(data)
    try:
        extra = json.loads(proof.extra or b"null")
        entry, salt = base64.b64decode(extra["entry"], validate=True), bytes.fromhex(extra["salt"])
        said = json.loads(entry)
        if not isinstance(said, dict):
            raise ProofWrong("the receipt carries no entry")
    except (KeyError, TypeError, ValueError, binascii.Error) as fault:
        raise ProofWrong("the receipt carries no entry") from fault
    return Receipt(said, salt, proof.index, proofs.check(proof, entry, log))


def check_event(found: Receipt, event: Mapping[str, Any]) -> None:
    """That the event, as structured CloudEvents JSON, is the one of the entry. Raises :class:`ProofWrong`."""
    if not found.salt:
        raise ProofWrong("the receipt came without the salt: ask for it signed in, as one who sees the event")
    if digest_of(rfc8785.dumps(dict(event)), found.salt) != found.entry.get("digest"):
        raise ProofWrong("the event is not the one in the log: its digest differs")
