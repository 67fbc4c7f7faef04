"""A step of a procedure as a form of its own: a few fields and one button.

Refused, it comes back as it was typed, with what is wrong beside the field. Start at :func:`form`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from services.portal.clients import Answer, Refusal
from services.portal.visit import Visit

Channels = dict[str, dict[str, str]]  # channel -> its fields: name and kind of input


@dataclass(frozen=True)
class Entry:
    """A field. ``text`` and ``hint`` are English, translated where they are shown; ``options``: code and words."""

    name: str
    text: str
    kind: str = "text"  # text, rows, date, datetime-local, number, choice
    hint: str = ""
    required: bool = True
    max: int | None = None
    options: Sequence[tuple[str, str]] = ()
    value: str = ""


@dataclass(frozen=True)
class Step:
    """``back`` is where the thing stands, and what it is called; ``version`` what the form was made from."""

    title: str
    button: str
    back: tuple[str, str]
    entries: Sequence[Entry] = ()
    lead: str = ""
    version: str = ""
    channels: Channels | None = None  # of which one is chosen, with its evidence


def form(visit: Visit, step: Step, refusal: Refusal | None = None, **context: Any) -> Response:
    """The form: empty, or after a refusal as it was typed."""
    typed = {e.name: visit.sent(e.name) if visit.request.method == "POST" else _first(visit, e) for e in step.entries}
    status = refusal.status if refusal else 200
    return visit.page("step.html", status, step=step, typed=typed, refusal=refusal, **context)


def _first(visit: Visit, entry: Entry) -> str:
    return visit.sent(entry.name) or entry.value


def unanswerable(refusal: Refusal) -> bool:
    """Nothing that a form could show: nobody is signed in any more, or there is no such thing for them."""
    return refusal.status == 401 or (refusal.code == "NOT_FOUND" and not refusal.errors)


def made(done: Answer, name: str) -> str:
    """The id of what a command has made."""
    result = done.body.get("result") or {}
    return str(result.get(name) or done.body.get("id", ""))
