"""The transparency log read from its files as a stranger would: RFC 6962 and C2SP tiles in a few plain lines.

Nothing of ``services.audit.tlog`` is used. Start at :func:`log_holds_every_event_once`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.faults.reading import COUNTY, Kept, Written

WIDTH = 256
SHOWN = (
    "disclosure", "version", "organisation", "item", "period", "title", "summary", "text", "led_text", "attachments",
    "content_digest", "register_number", "at", "replaces", "note",
)  # fmt: skip
ATTRIBUTES = {
    "town": "town", "actor": "actor", "post": "post", "organisation": "organisation", "command_id": "commandid",
    "correlation_id": "correlationid", "causation_id": "causationid", "traceparent": "traceparent",
}  # fmt: skip


def log_holds_every_event_once(folder: Path, vkey: str, kept: Kept, journals: Mapping[str, Sequence[Written]]) -> int:
    """Promise 6: signed, every tile as the entries give it, each event a leaf exactly once. The tree's size."""
    size, root = signed_size_and_root(folder, vkey)
    entries = entries_of(folder, size)
    hashes = [leaf_hash(entry) for entry in entries]
    assert root_of(hashes) == root, "the entries have another root than the one signed"
    assert b"".join(hashes) == _row_of_tiles(folder, 0, size), "the tiles are not those of the entries"
    _upper_tiles_follow(folder, hashes)
    said = [json.loads(entry) for entry in entries]
    logged = [(one["service"], one["position"]) for one in said]
    written = {(row.service, row.position): row for rows in journals.values() for row in rows}
    assert len(set(logged)) == len(logged), "an event has two leaves"
    assert set(logged) == written.keys(), f"no leaf: {sorted(written.keys() - set(logged))[:9]}"
    salts: dict[str, bytes] = dict(kept.ask("audit", "select event_id, salt from entries"))
    for one in said:
        row = written[one["service"], one["position"]]
        assert one["digest"] == digest_of(row, bytes(salts[row.event_id])), f"another event: {one}"
    return size


def digest_of(row: Written, salt: bytes) -> str:
    """Of the whole event, and of what a release showed (docs/transparency.md)."""
    released = row.type.split(".")[-2] in ("DisclosureReleasedInside", "DisclosureReleasedOutside")
    shown = {name: row.data[name] for name in SHOWN if name in row.data} if released else {}
    whole = hashlib.sha256(salt + canonical(row)).digest()
    part = hashlib.sha256(hmac.digest(salt, b"shown", "sha256") + rfc8785.dumps(shown)).digest()
    return f"sha256:{hashlib.sha256(whole + part).hexdigest()}"


def canonical(row: Written) -> bytes:
    """The event as CloudEvents JSON by RFC 8785, put together from the journal's row."""
    service, name, version = row.type.rsplit(".", 3)[-3:]
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": row.event_id,
        "source": "/" + "/".join(part for part in (COUNTY, row.context["town"], row.service) if part),
        "type": row.type,
        "subject": row.stream,
        "time": row.recorded_at.replace(" ", "T").replace("+00:00", "Z"),
        "dataschema": f"urn:gongkai:contract:{service}:{name}:{version}",
        "partitionkey": row.stream,
        "sequence": f"{row.position:020d}",
        "streamversion": row.version,
        "datacontenttype": "application/json",
        "data": row.data,
    }
    event |= {named: row.context[field] for field, named in ATTRIBUTES.items() if row.context[field]}
    made: bytes = rfc8785.dumps(event)
    return made


def signed_size_and_root(folder: Path, vkey: str) -> tuple[int, bytes]:
    """Of the published checkpoint, whose signature must be that of the key."""
    name, key_id, encoded = vkey.split()[0].split("+", 2)
    key = base64.b64decode(encoded)
    text, _, signatures = (folder / "checkpoint").read_text(encoding="utf-8").partition("\n\n")
    lines = [line.split() for line in signatures.splitlines()]
    by_key = {base64.b64decode(line[2])[:4].hex(): base64.b64decode(line[2]) for line in lines if line[1] == name}
    signed = by_key[key_id]
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], f"{text}\n".encode())
    origin, size, root = text.splitlines()[:3]
    assert origin == name
    return int(size), base64.b64decode(root)


def entries_of(folder: Path, size: int) -> list[bytes]:
    data = b"".join(_file(folder, "entries", n, size) for n in range(-(-size // WIDTH)))
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    assert len(entries) == size
    return entries


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256().digest()
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def _upper_tiles_follow(folder: Path, hashes: Sequence[bytes]) -> None:
    level, row = 0, list(hashes)
    while len(row) >= WIDTH:
        level += 1
        row = [root_of(row[i : i + WIDTH]) for i in range(0, len(row) // WIDTH * WIDTH, WIDTH)]
        assert b"".join(row) == _row_of_tiles(folder, level, len(row)), f"tiles of level {level}"


def _row_of_tiles(folder: Path, level: int, count: int) -> bytes:
    return b"".join(_file(folder, str(level), n, count) for n in range(-(-count // WIDTH)))


def _file(folder: Path, level: str, number: int, count: int) -> bytes:
    """Below a million leaves a tile's number is at most three groups of three digits."""
    width = min(WIDTH, count - number * WIDTH)
    digits = f"{number:06d}" if number > 999 else f"{number:03d}"
    path = f"x{digits[:3]}/{digits[3:]}" if number > 999 else digits
    tile = folder / "tile" / level / path
    return (tile if width == WIDTH else tile.with_name(f"{tile.name}.p") / str(width)).read_bytes()
