"""JSON in its one spelling (RFC 8785), for whatever is hashed. Start at :func:`canonical_json`.

Where a value has only texts, whole numbers, lists and objects with plain names, a quick encoder writes the same bytes
in a fifth of the time, once the names are in order; all else goes to the library that knows the whole of the rules.
"""

from typing import Any

import rfc8785
from pydantic_core import PydanticSerializationError, to_json

INTEGER_MAX = 2**53 - 1


class _NotPlain(Exception):
    """A value of which the quick encoder may have another spelling."""


def canonical_json(value: Any) -> bytes:
    """Raises ``rfc8785.CanonicalizationError`` for what has no such spelling."""
    try:
        return to_json(_in_order(value))
    except (_NotPlain, TypeError, PydanticSerializationError):
        return rfc8785.dumps(value)


def _in_order(value: Any) -> Any:
    """The value with names in order, which are the same by UTF-16 and by code point if they are ASCII."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is dict:
        names = sorted(value)
        if not "".join(names).isascii():
            raise _NotPlain
        found = {}
        for name in names:
            part = value[name]
            found[name] = part if type(part) is str else _in_order(part)
        return found
    if kind is list:
        return [part if type(part) is str else _in_order(part) for part in value]
    if kind is int and -INTEGER_MAX <= value <= INTEGER_MAX:
        return value
    raise _NotPlain
