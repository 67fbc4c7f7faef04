"""What people type into forms: days, instants and rows, and the refusal of a form that leaves out what it needs.

Everything else is the services' to judge.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import anyio

from services.portal.clients import Refusal
from services.portal.visit import Visit
from shared.clock import SHANGHAI, business_day

EMPTY = "It is empty."
TRIES_MAX, PAUSE_SECONDS = 20, 0.1


def today(visit: Visit) -> str:
    return business_day(visit.desk.clock.now()).isoformat()


def now(visit: Visit) -> str:
    """As a field of a local time shows it."""
    return visit.desk.clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def instant(typed: str) -> str:
    """A local time as an instant; what is none stays as typed, for the service to refuse."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return typed


def beside(refusal: Refusal, about: str = "", name_of: Callable[[list[str]], str] | None = None) -> Refusal:
    """The refusal with each error at the form's own field, in the words of what the form is about."""
    errors = []
    for error in refusal.errors:
        way = [part for part in str(error.get("pointer", "")).split("/") if part]
        name = name_of(way) if name_of else next((part for part in reversed(way) if not part.isdigit()), "")
        errors.append({**error, "pointer": f"/{name}"})
    return replace(refusal, errors=errors, about=about)


def number(typed: str, otherwise: int = 0) -> int | str:
    """As a number, or as typed for the service to judge; ``otherwise`` for an empty field."""
    if not typed:
        return otherwise
    return int(typed) if typed.isascii() and typed.isdigit() else typed


def whole(typed: str) -> Any:
    return int(typed) if typed.isascii() and typed.isdigit() else typed


def must_be_filled(visit: Visit, *names: str) -> None:
    """Raises :class:`Refusal` with the fields of the form that are empty."""
    empty = [name for name in names if not visit.sent(name)]
    if empty:
        raise Refusal(422, "MISSING_FIELD", errors=[{"pointer": f"/{name}", "detail": EMPTY} for name in empty])


def typed_rows(visit: Visit, prefix: str, count: int) -> list[dict[str, str]]:
    """``prefix.1.name`` and ``prefix.1.on`` and so on, those too that are empty."""
    return [
        {"field": f"{prefix}.{n}", "name": visit.sent(f"{prefix}.{n}.name"), "on": visit.sent(f"{prefix}.{n}.on")}
        for n in range(1, count + 1)
    ]


def filled(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["name"] or row["on"]]


async def duty_raised(visit: Visit, obligation: str) -> bool:
    """Whether the duty that follows from what was just told is there; it is raised a moment after."""
    for _ in range(TRIES_MAX):
        if await visit.ask_softly("publication", f"/obligations/{obligation}"):
            return True
        await anyio.sleep(PAUSE_SECONDS)
    return False
