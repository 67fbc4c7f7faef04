"""What the log says of an event: which service's journal holds it, at which position, and the digest of all of it.

Everyone may read the log, and of an act inside the Party not even its kind or its organisation may be learnt there
(design 1.5). The digest is salted, so that an event cannot be guessed from it; whoever has event and salt can show
that they belong to the entry.
"""

import hashlib
from typing import Any

import rfc8785

from services.audit.tlog.tiles import ENTRY_BYTES_MAX, TileWrong
from shared.cloudevents import canonical
from shared.events import Recorded

SALT_BYTES = 32
FORMAT = "gongkai-log-entry/v1"


def entry_of(event: Recorded, county: str, salt: bytes) -> bytes:
    """The leaf's bytes, by RFC 8785. Raises :class:`TileWrong` if they are too many."""
    entry: bytes = rfc8785.dumps(_said(event, digest_of(canonical(event, county), salt)))
    if len(entry) > ENTRY_BYTES_MAX:
        raise TileWrong(f"the entry of {event.event_id} has {len(entry)} bytes")
    return entry


def digest_of(canonical_event: bytes, salt: bytes) -> str:
    return f"sha256:{hashlib.sha256(salt + canonical_event).hexdigest()}"


def _said(event: Recorded, digest: str) -> dict[str, Any]:
    return {"format": FORMAT, "service": event.service, "position": event.position, "digest": digest}
