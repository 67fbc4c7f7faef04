"""Whether every document that an event refers to is kept and is still what it was. Start at :class:`Papers`.

An event refers to a document by an object with ``digest`` and ``media_type`` (an attachment), or by a ``source`` that
is a digest (a sheet that was imported).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.documents import Documents, NoSuchDocument
from shared.events import Recorded
from shared.recovery.findings import Difference, Findings, Progress, unseen

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PROGRESS_EVERY = 50


def referred(data: Any) -> Iterator[str]:
    """The digests of the documents that an event's data refers to."""
    if isinstance(data, dict):
        named = [data.get("source"), data.get("digest") if "media_type" in data else None]
        yield from (one for one in named if isinstance(one, str) and _DIGEST.fullmatch(one))
        for part in data.values():
            yield from referred(part)
    elif isinstance(data, list | tuple):
        for part in data:
            yield from referred(part)


@dataclass
class Papers:
    """The documents that one service's events refer to: shown the events, it asks for each document once."""

    service: str
    first: dict[bytes, tuple[int, str]] = field(default_factory=dict)  # by digest, the event that first named it

    def see(self, event: Recorded) -> None:
        for digest in referred(event.data):
            self.first.setdefault(bytes.fromhex(digest[7:]), (event.position, event.stream))

    def digests(self) -> Iterator[str]:
        return (f"sha256:{digest.hex()}" for digest in self.first)

    def check(self, documents: Documents, findings: Findings, progress: Progress = unseen) -> None:
        """Read every one of them."""
        for count, (digest, (position, stream)) in enumerate(self.first.items(), start=1):
            name = f"sha256:{digest.hex()}"
            try:
                documents.get(name)
            except NoSuchDocument:
                self._add(findings, "document-missing", "is not kept", position, stream, name)
            except ValueError:
                self._add(findings, "document-damaged", "is no longer what it was", position, stream, name)
            if count % PROGRESS_EVERY == 0:
                progress(count, len(self.first))
        findings.figures["documents"] = len(self.first)

    def _add(self, findings: Findings, kind: str, what: str, position: int, stream: str, digest: str) -> None:
        findings.add(Difference(kind, self.service, f"the document {what}", position, position, stream, digest))
