"""Kinds of field that interfaces share, bounded so that no later reckoning with them can overflow."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

FIRST_YEAR, LAST_YEAR = 1900, 2199

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
Instant = Annotated[
    AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), le=datetime(LAST_YEAR, 12, 31, tzinfo=UTC))
]
VersionNumber = Annotated[int, Field(ge=1, le=1_000_000)]
