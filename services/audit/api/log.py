"""HTTP to the transparency log, for everyone: checkpoint, tiles and bundles as C2SP tlog-tiles serves them, the key and
the policy, and proofs made for those who would rather not make them from tiles.

What the checkpoint does not cover is not served. Start at :func:`log_routes`.
"""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel
from starlette.requests import Request

from services.audit.tlog.setup import Log
from services.audit.tlog.tiles import Tile, TileWrong, exists, nodes_of, parse
from services.audit.views.entries import Entries
from services.audit.views.releases import Releases
from shared.decider import Refused
from shared.transparency import merkle
from shared.transparency.keys import NoteWrong, Verifier, b64
from shared.transparency.notes import Checkpoint, open_checkpoint
from shared.transparency.trust import Policy
from shared.web import Api

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FRESH = "public, max-age=2"  # the checkpoint
SLOW = "public, max-age=300"  # keys and policy
FOR_EVER = "public, max-age=31536000, immutable"  # tiles and bundles never change
NUMBER_MAX = 2**63 - 1
Number = Annotated[int, Query(ge=0, le=NUMBER_MAX)]


@dataclass(frozen=True)
class LogParts:
    county: str
    entries: Entries
    releases: Releases
    log: Log


class Proof(BaseModel):
    """Hashes in base64: of an entry's way to the root of ``size`` entries, or from ``old_size`` to ``size``."""

    size: int
    root: str
    hashes: list[str]
    index: int | None = None
    leaf: str | None = None
    old_size: int | None = None
    old_root: str | None = None


def log_routes(parts: LogParts) -> Api:
    router = Api("log", prefix="/log")

    @router.file("/checkpoint", action="log.read", response_class=Response)
    def checkpoint(request: Request) -> Response:
        """How many entries there are and their root, signed: the note is read anew every few seconds."""
        return served(request, published(parts)[0], TEXT, FRESH)

    @router.file("/vkey", action="log.read", response_class=Response)
    def vkey(request: Request) -> Response:
        """The key that verifies checkpoints. Keep a copy: who asks the log for it each time trusts the log."""
        return served(request, f"{verifier(parts).vkey}\n".encode(), TEXT, SLOW)

    @router.file("/vkeys", action="log.read", response_class=Response)
    def vkeys(request: Request) -> Response:
        """Every key the log signs with, one a line, the one of ``/log/vkey`` first."""
        verifier(parts)
        lines = "".join(f"{signer.verifier.vkey}\n" for signer in parts.log.signers)
        return served(request, lines.encode(), TEXT, SLOW)

    @router.file("/policy", action="log.read", response_class=Response)
    def policy(request: Request) -> Response:
        """Whose cosignatures a receipt needs (C2SP tlog-policy). Keep a copy, as of the key."""
        return served(request, policy_of(parts).text, TEXT, SLOW)

    @router.file("/tile/{tile:path}", action="log.read", response_class=Response)
    def tile(tile: str, request: Request) -> Response:
        """``<level>/<number>`` or ``entries/<number>``, with ``.p/<width>`` for one that is not full yet."""
        try:
            wanted = parse(f"tile/{tile}")
            data = _tile(parts, wanted)
        except (TileWrong, LookupError) as wrong:
            raise Refused("NOT_FOUND", "The log has no such tile.") from wrong
        return served(request, data, BYTES, FOR_EVER, packed=wanted.level is None)

    _proofs(router, parts)
    return router


def _proofs(router: Api, parts: LogParts) -> None:
    @router.get("/inclusion", action="log.read")
    def inclusion(index: Number, size: Number = 0) -> Proof:
        """That the entry ``index`` (from 0) is in the tree of ``size`` entries; without a size, the published one."""
        size, read = _size(parts, size), nodes_of(parts.log.store.read, _size(parts, size))
        if index >= size:
            raise Refused("LOG_BEYOND", "The tree of that size has no such entry.", accepted=f"index below {size}")
        hashes = _b64(merkle.inclusion(read, index, size))
        root, leaf = b64(merkle.root(read, size)), b64(read(0, index))
        return Proof(size=size, root=root, hashes=hashes, index=index, leaf=leaf)

    @router.get("/consistency", action="log.read")
    def consistency(old: Number, new: Number = 0) -> Proof:
        """That the tree of ``old`` entries is the beginning of that of ``new``; without one, the published one."""
        size = _size(parts, new)
        if old == 0:
            raise Refused("LOG_EMPTY_TREE", "Every tree begins with the empty one: that proves nothing.", accepted="1")
        if old > size:
            raise Refused("LOG_BEYOND", "The earlier tree is larger than the later.", accepted=f"old up to {size}")
        read = nodes_of(parts.log.store.read, size)
        hashes = _b64(merkle.consistency(read, old, size))
        roots = [b64(merkle.root(read, one)) for one in (old, size)]
        return Proof(size=size, root=roots[1], hashes=hashes, old_size=old, old_root=roots[0])


def published(parts: LogParts) -> tuple[bytes, Checkpoint]:
    """The published note and what it says. Raises ``Refused('NOT_FOUND')`` before the first."""
    note = parts.log.store.checkpoint
    if not note:
        raise Refused("NOT_FOUND", "The log has published nothing yet.")
    try:
        return note, _opened(note, verifier(parts))
    except NoteWrong as fault:
        raise Refused("NOT_FOUND", "The log has nothing to show that it has signed.") from fault


def verifier(parts: LogParts) -> Verifier:
    if parts.log.verifier is None or not parts.log.store.checkpoint:
        raise Refused("NOT_FOUND", "The log has no key here, or has published nothing yet.")
    return parts.log.verifier


def policy_of(parts: LogParts) -> Policy:
    verifier(parts)
    if parts.log.policy is None:
        raise Refused("NOT_FOUND", "The log has no policy here.")
    return parts.log.policy


def served(request: Request, data: bytes, kind: str, cache: str, *, packed: bool = False) -> Response:
    """Bytes with their ETag; 304 to who has them, only headers to HEAD. ``packed``: gzip for those who take it.

    C2SP allows gzip for bundles unasked; asked for, it also suits clients that do not unpack by themselves.
    """
    zipped = packed and _takes_gzip(request)
    data = _gzip(data) if zipped else data
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"Cache-Control": cache, "ETag": tag} | ({"Vary": "Accept-Encoding"} if packed else {})
    known = {known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Encoding": "gzip"} if zipped else {}
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(len(data))}, media_type=kind)
    return Response(data, media_type=kind, headers=headers)


def _takes_gzip(request: Request) -> bool:
    """As RFC 9110 reads it, without weighing: named, and not with a weight of nothing."""
    for offered in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = offered.replace(" ", "").partition(";q=")
        if name in ("gzip", "x-gzip", "*"):
            return not weight or weight.strip("0.") != ""
    return False


@lru_cache(maxsize=128)
def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


@lru_cache(maxsize=16)
def _opened(note: bytes, log: Verifier) -> Checkpoint:
    return open_checkpoint(note, log)


def _size(parts: LogParts, wanted: int) -> int:
    """A size that the published tree has reached; 0 means the published one. Refuses an empty log."""
    size = published(parts)[1].size
    if size == 0:
        raise Refused("LOG_EMPTY_TREE", "The log has no entries yet: nothing can be proven.", accepted="later")
    if wanted > size:
        raise Refused("LOG_BEYOND", "The log has not published so many entries.", accepted=f"up to {size}")
    return wanted or size


def _tile(parts: LogParts, wanted: Tile) -> bytes:
    """Only what stands under the published checkpoint. Raises ``LookupError``, :class:`TileWrong`."""
    if not exists(wanted, published(parts)[1].size):
        raise LookupError(wanted.path)
    return parts.log.store.read(wanted)


def _b64(hashes: Sequence[bytes]) -> list[str]:
    return [b64(value) for value in hashes]
