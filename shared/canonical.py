"""JSON in its one spelling (RFC 8785), for whatever is hashed. Start at :func:`canonical_json`.

Where a value has only texts, whole numbers, lists and objects with plain names, Python's own encoder writes the same
bytes four times as fast; everything else goes to the library that knows the whole of the rules.
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
    """Whether both spellings are the same: names sort alike in UTF-16 and by code point, no number is a fraction."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-INTEGER_MAX <= value <= INTEGER_MAX)
    if kind is dict:
        return all(type(name) is str and name.isascii() and _plain(part) for name, part in value.items())
    return kind is list and all(map(_plain, value))
