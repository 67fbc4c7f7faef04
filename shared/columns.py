"""Column types that SQLite and PostgreSQL would otherwise treat differently. Start at :class:`Instant`."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant: kept in UTC, given back aware, and compared as an instant on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy hands it over
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone is no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy hands it over
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonText = msgspec.Raw
"""JSON as the text it is already: a JSON column takes it as it stands, and gives back what it says."""


def json_text(value: Any) -> str:
    """What a JSON column holds for a value."""
    return str(value, "utf-8") if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False)
