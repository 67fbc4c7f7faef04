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
    number = (milliseconds << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | tail
    return _written(f"{number:032x}")


def derived(*parts: str) -> str:
    """The same id for the same parts, in any process: a UUIDv8 over SHA-256 of the parts with their lengths."""
    coded = [part.encode() for part in parts]
    digits = hashlib.sha256(b"".join([b"%d:%b" % (len(code), code) for code in coded])).hexdigest()
    return _written(f"{digits[:12]}8{digits[13:16]}{_VARIANT[digits[16]]}{digits[17:32]}")


_VARIANT = {digit: "89ab"[int(digit, 16) & 0b11] for digit in "0123456789abcdef"}


def _written(digits: str) -> str:
    """As RFC 9562 writes it."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
