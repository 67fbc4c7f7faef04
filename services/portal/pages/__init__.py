"""The portal's pages, one module an area; each ends in ``PAGES``, the addresses it answers."""

from collections.abc import Iterable
from typing import Any

import anyio

from services.portal.visit import Page, Visit


def rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of a list answer, or none if there was no answer."""
    found = answer.get("items", []) if isinstance(answer, dict) else answer
    return [row for row in found or [] if isinstance(row, dict)]


async def all_rows(
    visit: Visit, service: str, path: str, *, needed: bool = False, **params: str
) -> list[dict[str, Any]]:
    """Every row of a list, page after page; as far as they can be had, or all if they are ``needed``."""
    ask = visit.ask if needed else visit.ask_softly
    found: list[dict[str, Any]] = []
    cursor = ""
    while answer := await ask(service, path, **params, limit="100", cursor=cursor):
        found += rows(answer)
        cursor = str(answer.get("next") or "") if isinstance(answer, dict) else ""
        if not cursor:
            break
    return found


async def organisations_known(visit: Visit, town: str = "", *, needed: bool = False) -> list[dict[str, Any]]:
    """All of a town, or of the county."""
    return await all_rows(visit, "catalogue", "/organisations", needed=needed, town=town)


async def organisation_names(visit: Visit) -> dict[str, str]:
    """What organisations and units are called, by their ids."""
    return {o["organisation"]: visit.language.name(o) for o in await organisations_known(visit)}


async def people_of(visit: Visit, organisation: str) -> dict[str, dict[str, Any]]:
    """Those in post in an organisation now, by their ids, for showing names instead of ids."""
    known = await visit.ask_softly("catalogue", f"/organisations/{organisation}")
    return {p["person"]: p for p in (known or {}).get("posts", [])}


async def each(visit: Visit, service: str, paths: Iterable[str]) -> dict[str, Any]:
    """Several softly asked questions at once, by path."""
    found: dict[str, Any] = {}

    async def one(path: str) -> None:
        found[path] = await visit.ask_softly(service, path)

    async with anyio.create_task_group() as group:
        for path in paths:
            group.start_soon(one, path)
    return found


__all__ = ["Page", "each", "organisation_names", "organisations_known", "people_of", "rows"]
