"""HTTP to receipts (``.tlog-proof``): of an event for those who see it, of a release for its readers (design 1.6).

What a viewer may not see has no receipt for them: it is NOT_FOUND, as if it were not there.
"""

import re
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel

from services.audit.api.log import NUMBER_MAX, TEXT, LogParts, published
from services.audit.tlog import receipts
from services.audit.tlog.proofs import Proof
from services.audit.views.entries import Entry
from services.audit.views.releases import Release
from shared import scope
from shared.cloudevents import structured
from shared.decider import Refused
from shared.policy import permits
from shared.web import Api, Reader

VERSION_MAX = 2**31 - 1
Version = Annotated[int, Query(ge=0, le=VERSION_MAX, description="0: the newest that the reader may see.")]


class Place(BaseModel):
    """The release of ``version`` is entry ``index`` (from 0) of the ``size`` that the log has published."""

    version: int
    index: int
    size: int


def receipt_routes(parts: LogParts) -> Api:
    router = Api("audit")

    @router.get("/proofs/{event_id}", action="log.read", response_class=Response)
    def proof(event_id: str, reader: Reader) -> Response:
        """An event's receipt, with the salt of its digest, for those who see the event."""
        return _answered(_of_entry(parts, parts.entries.of(event_id), reader), "event")

    @router.get("/proofs", action="log.read", response_class=Response)
    def proof_at(index: Annotated[int, Query(ge=0, le=NUMBER_MAX)], reader: Reader) -> Response:
        """The same of the entry at an index of the log, from 0."""
        return _answered(_of_entry(parts, parts.entries.at(index), reader), "event")

    @router.get("/receipts/{disclosure}/place", action="log.read")
    def place(disclosure: str, reader: Reader, version: Version = 0) -> Place:
        """Where the log has the release of which :func:`receipt` gives the receipt."""
        release, entry = _released(parts, disclosure, reader, version)
        return Place(version=release.version, index=entry.index, size=published(parts)[1].size)

    @router.get("/receipts/{disclosure}", action="log.read", response_class=Response)
    def receipt(disclosure: str, reader: Reader, version: Version = 0) -> Response:
        """What was shown to this reader, and that the log has it: the release outside to the public, inside to members.

        Without a version, that of the newest that they may see.
        """
        release, entry = _released(parts, disclosure, reader, version)
        note, size = _covering(parts, entry)
        event, read = structured(release.event, parts.county), parts.log.store.read
        made = receipts.reader_receipt(read, note, size, entry.index, entry.entry, event, entry.salt)
        return _answered(made, f"{disclosure}-{release.version}")

    return router


def _released(parts: LogParts, disclosure: str, reader: Reader, version: int) -> tuple[Release, Entry]:
    """The release that showed it to this reader, and its entry under the published checkpoint."""
    release = parts.releases.shown(disclosure, reader.audiences, version)
    entry = parts.entries.of(release.event.event_id) if release else None
    _covering(parts, entry)
    assert release is not None  # noqa: S101 - else there was no entry
    assert entry is not None  # noqa: S101 - else it was refused
    return release, entry


def _of_entry(parts: LogParts, entry: Entry | None, reader: Reader) -> Proof:
    seen = entry if entry and _sees(reader, entry) else None
    note, size = _covering(parts, seen)
    assert seen is not None  # noqa: S101 - else it was refused
    return receipts.receipt(parts.log.store.read, note, size, seen.index, seen.entry, seen.salt)


def _sees(reader: Reader, entry: Entry) -> bool:
    """Whoever sees the desk it came from; and the register's own facts, certificates of erasure among them, whoever
    may read those.
    """
    if reader.sees(scope.desk(entry.organisation), entry.town):
        return True
    return entry.service == "catalogue" and permits(
        "person.erase.read", reader.standing, entry.organisation, entry.town
    )


def _covering(parts: LogParts, entry: Entry | None) -> tuple[bytes, int]:
    """The published note and its size, if it covers the entry; the refusal is the same whatever is missing."""
    note, checkpoint = published(parts)
    if entry is None or entry.index >= checkpoint.size:
        raise Refused("NOT_FOUND", "The log has no such event for you, or not yet: it follows within seconds.")
    return note, checkpoint.size


def _answered(proof: Proof, name: str) -> Response:
    headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Gongkai-Acting-As",
        "Content-Disposition": f'attachment; filename="{_plain(name)}.tlog-proof"',
    }
    return Response(proof.encoded, media_type=TEXT, headers=headers)


def _plain(name: str) -> str:
    return re.sub(r"[^0-9A-Za-z_-]", "", name)
