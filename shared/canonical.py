"""JSON in its one spelling (RFC 8785), for whatever is hashed. Start at :func:`canonical_json`.

Where a value has only texts, whole numbers, lists and objects, a quick encoder writes the same bytes in a tenth of the
time; all else goes to the library that knows the whole of the rules.
"""

from typing import Any

import orjson
import rfc8785

_PLAIN = frozenset((str, int, bool, type(None)))
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER  # whole numbers within 53 bits
_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")  # begin the signs that UTF-16 writes as two


class _NotPlain(Exception):
    """A value of which the quick encoder may have another spelling."""


def canonical_json(value: Any) -> bytes:
    """Raises ``rfc8785.CanonicalizationError`` for what has no such spelling."""
    try:
        _must_be_plain(value)
        quick = orjson.dumps(value, option=_OPTIONS)
    except (_NotPlain, orjson.JSONEncodeError):
        return rfc8785.dumps(value)
    if not quick.isascii() and any(map(quick.__contains__, _BEYOND)):
        return rfc8785.dumps(value)  # with names in the order of UTF-16, which differs only where such signs are
    return quick


def _must_be_plain(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        for part in value.values():
            if type(part) not in _PLAIN:
                _must_be_plain(part)
    elif kind is list:
        for part in value:
            if type(part) not in _PLAIN:
                _must_be_plain(part)
    elif kind not in _PLAIN:
        raise _NotPlain
