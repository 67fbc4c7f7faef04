"""Every view made again the simplest way there is: one event after the other, one transaction, no follower.

Only a view's own ``apply`` is the platform's; what brings events to it in life (batches, checkpoints, parking,
merging of partitions) is not used, so that it can be held against this.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from shared.events import Context, Recorded
from shared.follow import View
from tests.faults.reading import Kept, Rows, Written
from tests.platform.replaying import platform_at, services_at


def views_are_what_the_events_say(kept: Kept, journals: Mapping[str, Sequence[Written]], folder: Path) -> int:
    """Promise 4: the rows of every view are those of a naive replay. How many views were compared."""
    platform = platform_at(folder)
    compared = 0
    try:
        for name, service in services_at(platform).items():
            for view in service.views:
                heard = sorted((row for s in view.hears for row in journals[s]), key=lambda row: row.recorded_at)
                for table, rows in _replayed(view, [_recorded(row) for row in heard]).items():
                    live = _as_counter(kept.ask(name, _select(table, rows[0])))
                    made = _as_counter(rows[1])
                    assert live == made, f"{table} of {name}: {_difference(live, made)}"
                compared += 1
    finally:
        platform.close()
    return compared


def _replayed(view: View, events: Sequence[Recorded]) -> dict[str, tuple[list[str], Rows]]:
    """The rows of each table of the view, with the names of its columns."""
    with view.engine.begin() as tx:
        view.metadata.create_all(tx)
        for event in events:
            view.apply(tx, event)
        found = {}
        for table in view.metadata.sorted_tables:
            columns = [column.name for column in table.columns]
            rows = tx.execute(text(_select(table.name, columns))).all()
            found[table.name] = (columns, [tuple(row) for row in rows])
    return found


def _select(table: str, columns: Sequence[str]) -> str:
    named = ", ".join(f'"{column}"' for column in columns)
    return f'select {named} from "{table}"'  # noqa: S608 - our own names


def _recorded(row: Written) -> Recorded:
    at = datetime.fromisoformat(row.recorded_at)
    context = Context(**row.context)
    return Recorded(row.service, row.position, row.stream, row.version, row.event_id, row.type, at, row.data, context)


def _as_counter(rows: Rows) -> "Counter[tuple[str, ...]]":
    return Counter(tuple(map(_plain, row)) for row in rows)


def _plain(value: Any) -> str:
    """The same text for the same value from either database."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):
            return json.dumps(json.loads(value), sort_keys=True)
    return str(value)


def _difference(live: "Counter[tuple[str, ...]]", made: "Counter[tuple[str, ...]]") -> str:
    return f"only live {str([*live - made][:1])[:600]}, only replayed {str([*made - live][:1])[:600]}"
