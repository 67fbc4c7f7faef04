"""A journal's rows put back as they were, position by position, for a database that lost them.

The log has the events with the ids of their commands, but neither what tells a command from another under the same id
nor what it answered beyond its stream: such a command is repeated without being looked at (:data:`UNKNOWN`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text

from shared.database import WRITING, durable, write_turn
from shared.events import Recorded
from shared.journal import UNKNOWN
from shared.journal.schema import commands, events, journal
from shared.journal.statements import CONTEXT_FIELDS
from shared.journal.transaction import lock_key
from shared.lease import Lease
from shared.relay import mark_confirmed


class NotNext(Exception):
    """The journal does not stand where these events go on; nothing was written."""


@dataclass(frozen=True)
class JournalRows:
    """The tables of ``service``'s journal; whoever writes holds the relay's ``lease``, as a running service would."""

    engine: Engine
    service: str
    lease: Lease

    def head(self) -> int:
        with self.engine.connect() as tx:
            return int(tx.execute(select(journal.c.head)).scalar_one())

    def put(self, part: Sequence[Recorded], places: dict[int, int]) -> None:
        """Consecutive events that go on where the journal ends, whole commands; durable when this returns.

        ``places`` is the last position in each partition of the topic: what is there is not shipped again.
        """
        with (
            write_turn(self.engine),
            self.engine.connect().execution_options(**{WRITING: True}) as connection,
            durable(connection).begin(),
        ):
            self._put(connection, part, places)

    def _put(self, tx: Connection, part: Sequence[Recorded], places: dict[int, int]) -> None:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(self.service)})
        self.lease.renew(tx)
        head = tx.execute(select(journal.c.head)).scalar_one()
        if part[0].position != head + 1:
            raise NotNext(f"{self.service} ends at {head}; {part[0].position} cannot follow")
        tx.execute(insert(events), [_event_row(event, tx) for event in part])
        tx.execute(insert(commands), [_command_row(run, tx) for run in _runs(part)])
        last = part[-1]
        values = {"service": self.service, "head": last.position, "recorded_at": _instant(last, tx)}
        tx.execute(journal.update().values(values))
        mark_confirmed(tx, self.service, last.position, places)


def _runs(part: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    """The events of each command."""
    return (list(run) for _, run in groupby(part, key=lambda event: event.context.command_id))


def _event_row(event: Recorded, tx: Connection) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in ("position", "stream", "version", "event_id", "type")}
    row |= {name: getattr(event.context, name) for name in CONTEXT_FIELDS}
    row["data"] = json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":"))
    return row | {"recorded_at": _instant(event, tx)}


def _command_row(run: Sequence[Recorded], tx: Connection) -> dict[str, Any]:
    """What can be known of a command from its events: what it changed, and of which thing it was."""
    first, last = run[0], run[-1]
    result = {"id": first.identity, "stream": first.stream, "result": {}}
    return {
        "command_id": last.context.command_id,
        "fingerprint": UNKNOWN,
        "position": last.position,
        "versions": json.dumps({event.stream: event.version for event in run}, ensure_ascii=False),
        "result": json.dumps(result, ensure_ascii=False),
        "recorded_at": _instant(last, tx),
        "town": last.context.town,
    }


def _instant(event: Recorded, tx: Connection) -> Any:
    """As the journal itself writes it: SQLite keeps instants as text."""
    return (
        event.recorded_at if tx.dialect.name == "postgresql" else event.recorded_at.isoformat(timespec="microseconds")
    )
