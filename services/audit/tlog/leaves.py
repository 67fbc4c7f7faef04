"""What the log says of an event: which service's journal holds it, at which position, and the digest of all of it.

Everyone may read the log, and of an act inside the Party not even its kind or its organisation may be learnt there
(design 1.5). The digest is salted, so that an event cannot be guessed from it. It has two parts: one over the whole
event, envelope and all, and one over what a release showed to its readers (nothing, for any other event). So a reader
can show that what they read is in the log, without being told who released it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from services.audit.tlog.tiles import ENTRY_BYTES_MAX, TileWrong
from shared.canonical import canonical_json
from shared.cloudevents import structured
from shared.events import Recorded

SALT_BYTES = 32
FORMAT = "gongkai-log-entry/v2"
RELEASES = ("DisclosureReleasedInside", "DisclosureReleasedOutside")
SHOWN = (
    "disclosure", "version", "organisation", "item", "period", "title", "summary", "text", "led_text", "attachments",
    "content_digest", "register_number", "at", "replaces", "note",
)  # fmt: skip


def entry_of(event: Recorded, county: str, salt: bytes) -> bytes:
    """The leaf's bytes, by RFC 8785. Raises :class:`TileWrong` if they are too many."""
    told = structured(event, county)
    digest = joined(whole_part(canonical_json(told), salt), shown_part(shown_of(told), shown_salt(salt)))
    entry = (
        f'{{"digest":"{digest}","format":"{FORMAT}","position":{event.position},"service":"{event.service}"}}'.encode()
    )
    if len(entry) > ENTRY_BYTES_MAX:
        raise TileWrong(f"the entry of {event.event_id} has {len(entry)} bytes")
    return entry


def digest_of(canonical_event: bytes, salt: bytes) -> str:
    """Of an event as canonical CloudEvents JSON (:func:`shared.cloudevents.canonical`)."""
    shown = shown_of(json.loads(canonical_event))
    return joined(whole_part(canonical_event, salt), shown_part(shown, shown_salt(salt)))


def joined(whole: bytes, shown: bytes) -> str:
    """The digest from its two parts."""
    return f"sha256:{hashlib.sha256(whole + shown).hexdigest()}"


def whole_part(canonical_event: bytes, salt: bytes) -> bytes:
    return hashlib.sha256(salt + canonical_event).digest()


def shown_part(shown: Mapping[str, Any], salt: bytes) -> bytes:
    """``salt`` is that of :func:`shown_salt`."""
    return hashlib.sha256(salt + (canonical_json(dict(shown)) if shown else b"{}")).digest()


def shown_salt(salt: bytes) -> bytes:
    """A salt of its own, from which the event's is not learnt."""
    return hmac.digest(salt, b"shown", "sha256")


def shown_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a release showed to its readers; nothing for any other event."""
    kind = str(event["type"]).rsplit(".", 2)
    if len(kind) != 3 or kind[1] not in RELEASES:
        return {}
    return {name: event["data"][name] for name in SHOWN if name in event["data"]}
