"""Identifiers: the only source of randomness, so that whatever must be repeatable can be given its ids.

A new thing gets a UUIDv7 (RFC 9562), which sorts by the millisecond it was made. What must come out the same twice,
such as the id of a command that a reaction sends because of an event, is derived with :func:`derived`.
"""

import hashlib
import os
import threading
import time

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> str:
    """A UUIDv7: 48 bits of milliseconds, a 12-bit counter that keeps order within one, 62 random bits."""
    global _last_ms, _counter
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, 0
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        milliseconds, count = _last_ms, _counter
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return _written((milliseconds << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | tail)


def derived(*parts: str) -> str:
    """The same id for the same parts, in any process: a UUIDv8 over SHA-256 of the parts with their lengths."""
    digest = hashlib.sha256(b"".join(f"{len(p.encode())}:".encode() + p.encode() for p in parts)).digest()
    number = int.from_bytes(digest[:16], "big")
    number = (number & ~(0xF << 76)) | (0x8 << 76)
    number = (number & ~(0b11 << 62)) | (0b10 << 62)
    return _written(number)


def _written(number: int) -> str:
    """As RFC 9562 writes it."""
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
