"""What the log says of an event: its envelope and the digest of all of it, nothing of its content, nobody's name.

A person is named only where they acted in a post. The digest is salted, so that an event cannot be guessed from it;
whoever has event and salt can show that they belong to the entry.
"""

import hashlib
from typing import Any

import rfc8785

from services.audit.tlog.tiles import ENTRY_BYTES_MAX, TileWrong
from shared.cloudevents import canonical, instant
from shared.events import Recorded

SALT_BYTES = 32
FORMAT = "gongkai-log-entry/v1"
MEMBER = "member"  # a capacity, not a post
OF_PERSONS = "person-"


def entry_of(event: Recorded, county: str, salt: bytes) -> bytes:
    """The leaf's bytes, by RFC 8785. Raises :class:`TileWrong` if they are too many."""
    entry: bytes = rfc8785.dumps(_said(event, digest_of(canonical(event, county), salt)))
    if len(entry) > ENTRY_BYTES_MAX:
        raise TileWrong(f"the entry of {event.event_id} has {len(entry)} bytes")
    return entry


def digest_of(canonical_event: bytes, salt: bytes) -> str:
    return f"sha256:{hashlib.sha256(salt + canonical_event).hexdigest()}"


def _said(event: Recorded, digest: str) -> dict[str, Any]:
    context = event.context
    official = bool(context.post) and context.post != MEMBER
    said = {
        "format": FORMAT,
        "id": event.event_id,
        "type": event.type,
        "service": event.service,
        "stream": "" if event.stream.startswith(OF_PERSONS) else event.stream,
        "version": event.version,
        "position": event.position,
        "recorded": instant(event.recorded_at),
        "town": context.town,
        "organisation": context.organisation,
        "post": context.post if official else "",
        "actor": context.actor if official else "",
        "causation": context.causation_id,
        "correlation": context.correlation_id,
        "digest": digest,
    }
    return {name: value for name, value in said.items() if value != ""}
