"""The portal's pages, one module an area; each ends in ``PAGES``, the addresses it answers."""

from typing import Any

from services.portal.visit import Page


def rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of a list answer, or none if there was no answer."""
    found = answer.get("items", []) if isinstance(answer, dict) else answer
    return [row for row in found or [] if isinstance(row, dict)]


__all__ = ["Page", "rows"]
