"""The receipt of an event: its entry's proof, with the entry, and with what the one who asked may know of the event.

Who sees the event gets the salt of its digest; a reader of a release gets what was shown to them. What is carried
beside the proof (``extra``) is believed only as far as the proof reaches: :func:`check_receipt`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from services.audit.tlog import proofs
from services.audit.tlog.leaves import digest_of, joined, shown_of, shown_part, shown_salt, whole_part
from services.audit.tlog.proofs import Proof
from services.audit.tlog.tiles import Tiles, nodes_of
from shared.canonical import canonical_json
from shared.transparency import merkle
from shared.transparency.keys import Verifier
from shared.transparency.merkle import ProofWrong
from shared.transparency.notes import Checkpoint
from shared.transparency.trust import Policy


@dataclass(frozen=True)
class Receipt:
    """What the log said of an event, under which checkpoint, and who cosigned that when (seconds).

    ``salt`` is empty where it was not given, ``shown`` where the receipt is not that of a release to its readers.
    """

    entry: Mapping[str, Any]
    salt: bytes
    index: int
    checkpoint: Checkpoint
    shown: Mapping[str, Any] = field(default_factory=dict)
    cosigned: Mapping[str, int] = field(default_factory=dict)


def receipt(tiles: Tiles, note: bytes, size: int, index: int, entry: bytes, salt: bytes) -> Proof:
    """For those who see the event (``salt``), or for anyone (without)."""
    return _made(tiles, note, size, index, {"entry": base64.b64encode(entry).decode(), "salt": salt.hex()})


def reader_receipt(
    tiles: Tiles, note: bytes, size: int, index: int, entry: bytes, event: Mapping[str, Any], salt: bytes
) -> Proof:
    """For a reader of a release: what it showed, and what the rest of the event is hidden behind. Needs no salt of
    theirs: the release, as structured CloudEvents JSON, and its salt stay with the log."""
    extra = {
        "entry": base64.b64encode(entry).decode(),
        "shown": shown_of(event),
        "shown_salt": shown_salt(salt).hex(),
        "whole": whole_part(canonical_json(dict(event)), salt).hex(),
    }
    return _made(tiles, note, size, index, extra)


def check_receipt(data: bytes, log: Verifier | Policy) -> Receipt:
    """Against a log's key, or against a policy and its quorum of witnesses. Raises :class:`ProofWrong`."""
    proof = proofs.parse(data)
    try:
        extra = json.loads(proof.extra or b"null")
        entry = base64.b64decode(extra["entry"], validate=True)
        said, salt = json.loads(entry), bytes.fromhex(extra.get("salt", ""))
        if not isinstance(said, dict):
            raise ProofWrong("the receipt carries no entry")
        shown = _shown(extra, said)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as fault:
        raise ProofWrong("the receipt carries no entry") from fault
    checkpoint, cosigned = proofs.check(proof, entry, log)
    return Receipt(said, salt, proof.index, checkpoint, shown, cosigned)


def check_event(found: Receipt, event: Mapping[str, Any]) -> None:
    """That the event, as structured CloudEvents JSON, is the one of the entry. Raises :class:`ProofWrong`."""
    if not found.salt:
        raise ProofWrong("the receipt came without the salt: ask for it signed in, as one who sees the event")
    if digest_of(rfc8785.dumps(dict(event)), found.salt) != found.entry.get("digest"):
        raise ProofWrong("the event is not the one in the log: its digest differs")


def _made(tiles: Tiles, note: bytes, size: int, index: int, extra: Mapping[str, Any]) -> Proof:
    hashes = merkle.inclusion(nodes_of(tiles, size), index, size)
    return Proof(index, tuple(hashes), note, canonical_json(dict(extra)))


def _shown(extra: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was shown, if the receipt says so and the entry's digest covers it. Raises :class:`ProofWrong`."""
    if "shown" not in extra:
        return {}
    part = shown_part(extra["shown"], bytes.fromhex(extra["shown_salt"]))
    if joined(bytes.fromhex(extra["whole"]), part) != said.get("digest"):
        raise ProofWrong("what the receipt shows is not what the log has: its digest differs")
    return dict(extra["shown"])
