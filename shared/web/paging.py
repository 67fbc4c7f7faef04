"""Lists a page at a time: an opaque cursor says after which row to go on, and fits only its own list."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field
from starlette.requests import Request

from shared.decider import Refused

T = TypeVar("T")
LIMIT_MAX = 100
LIMIT = 50


class Page(BaseModel, Generic[T]):
    """Some rows of a list, and the cursor that gives the next ones."""

    items: list[T]
    next: str | None = Field(None, description="Send as `cursor` for the next page; absent on the last.")


def plain(key: Any) -> Any:
    """A sort key as JSON keeps it, so that keys from rows and from cursors compare."""
    if isinstance(key, tuple | list):
        return [plain(part) for part in key]
    return key.isoformat() if isinstance(key, date | datetime) else key


def encode(key: Any, list_id: str) -> str:
    text = json.dumps([plain(key), list_id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, list_id: str) -> Any:
    """The key in a cursor. Raises ``Refused('CURSOR_INVALID')`` for anything not given out for this list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        key, made_for = json.loads(text)
        if b"u0000" in text or encode(key, made_for) != cursor:  # which also raises for half a surrogate pair
            raise _not_a_cursor()
    except (ValueError, TypeError, RecursionError) as unreadable:
        raise _not_a_cursor() from unreadable
    if made_for != list_id:
        raise _not_a_cursor()
    return key


def list_id(request: Request) -> str:
    """What a list is: its address and filters, without the place in it."""
    query = sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"cursor", "limit", "after"})
    return hashlib.sha256(repr((request.url.path, query)).encode()).hexdigest()[:12]


def cut(
    rows: Iterable[T], key: Callable[[T], Any], *, after: Any, limit: int, descending: bool
) -> tuple[list[T], bool]:
    """Up to ``limit`` rows that come after a key, and whether more follow; ``rows`` are in that order."""
    taken: list[T] = []
    for row in rows:
        if after is not None and _not_beyond(plain(key(row)), after, descending):
            continue
        if len(taken) == limit:
            return taken, True
        taken.append(row)
    return taken, False


def _not_beyond(key: Any, after: Any, descending: bool) -> bool:
    try:
        return bool(key >= after if descending else key <= after)
    except TypeError as foreign:
        raise _not_a_cursor() from foreign


def _not_a_cursor() -> Refused:
    return Refused("CURSOR_INVALID", "This cursor does not belong to this list.", accepted="`next` of the last page")
