"""JSON in its one spelling (RFC 8785), for whatever is hashed. Start at :func:`canonical_json`.

Where a value has only texts, whole numbers, lists and objects with plain names, Python's own encoder writes the same
bytes in a third of the time; everything else goes to the library that knows the whole of the rules.
"""

import json
from typing import Any

import rfc8785

INTEGER_MAX = 2**53 - 1
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def canonical_json(value: Any) -> bytes:
    """Raises ``rfc8785.CanonicalizationError`` for what has no such spelling."""
    if _plain(value):
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:
            pass  # half a surrogate pair: the library says what is wrong
    return rfc8785.dumps(value)


def _plain(value: Any) -> bool:
    """Whether both spellings are the same: names sort alike in UTF-16 and by code point, no number is a fraction.

    Loops and not comprehensions: this runs for every part of every event.
    """
    kind = type(value)
    if kind is dict:
        for name, part in value.items():
            if type(name) is not str or not name.isascii():
                return False
            if type(part) is not str and not _plain(part):
                return False
        return True
    if kind is list:
        for part in value:  # noqa: SIM110 - see above
            if type(part) is not str and not _plain(part):
                return False
        return True
    if kind is int:
        return bool(-INTEGER_MAX <= value <= INTEGER_MAX)
    return kind is str or kind is bool or value is None
