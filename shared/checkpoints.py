"""How far each view and reaction has read of each source: rows that change only with what was written because
of it.

Locking a follower's rows is the fence between processes: whoever holds them sees how far the others came.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    func,
    inspect,
    literal,
    select,
)

from shared.follow import upsert
from shared.merging import Place

metadata = MetaData()
checkpoints = Table(
    "follow_checkpoints",
    metadata,
    Column("follower", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("position", BigInteger, nullable=False, default=0),
    Column("places", Text, nullable=False, default="{}"),
    Column("definition", Text, nullable=False, server_default=""),  # of the view whose rows they are
)
_SAVE = (
    checkpoints.update()
    .where(checkpoints.c.follower == bindparam("f"), checkpoints.c.source == bindparam("s"))
    .values(position=bindparam("p"), places=bindparam("l"))
)
_LOAD = (
    select(checkpoints)
    .where(checkpoints.c.follower.in_(bindparam("followers", expanding=True)))
    .order_by(checkpoints.c.follower, checkpoints.c.source)
)
_LOCK = _LOAD.with_for_update()
Key = tuple[str, str]  # follower, source


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The journal position reached, and for a topic where to read on in each partition."""

    position: int = 0
    places: Mapping[int, Place] = field(default_factory=dict)
    definition: str = ""


def ensure(tx: Connection, keys: Iterable[Key]) -> None:
    for follower, source in sorted(keys):
        upsert(tx, checkpoints, {"follower": follower, "source": source}, {})


def load(tx: Connection, followers: Iterable[str]) -> dict[Key, Checkpoint]:
    return _rows(tx, followers, lock=False)


def lock(tx: Connection, followers: Iterable[str]) -> dict[Key, Checkpoint]:
    """The same, and no other process moves these followers until the transaction ends (on SQLite ``begin``
    has locked already).
    """
    return _rows(tx, followers, lock=True)


def save(tx: Connection, moved: Mapping[Key, Checkpoint]) -> None:
    if not moved:
        return
    tx.execute(
        _SAVE,
        [{"f": key[0], "s": key[1], "p": at.position, "l": _text(at.places)} for key, at in moved.items()],
    )


def define(tx: Connection, follower: str, definition: str) -> None:
    """From now on the rows of this view are those of a program with this definition of it."""
    tx.execute(checkpoints.update().where(checkpoints.c.follower == follower).values(definition=definition))


def definitions(tx: Connection) -> dict[str, tuple[str, int]]:
    """For each follower the definition its rows are of ('' where nobody said), and how far it has come at most.

    Also where the tables are of a time before definitions were kept, or not there yet.
    """
    c, look = checkpoints.c, inspect(tx)
    if not look.has_table(checkpoints.name):
        return {}
    kept = any(column["name"] == "definition" for column in look.get_columns(checkpoints.name))
    definition = func.max(c.definition) if kept else literal("")
    question = select(c.follower, definition, func.max(c.position)).group_by(c.follower)
    return {row[0]: (row[1], row[2]) for row in tx.execute(question)}


def forget(tx: Connection, follower: str) -> None:
    tx.execute(checkpoints.delete().where(checkpoints.c.follower == follower))


def _rows(tx: Connection, followers: Iterable[str], *, lock: bool) -> dict[Key, Checkpoint]:
    rows = tx.execute(_LOCK if lock else _LOAD, {"followers": list(followers)})
    return {(r.follower, r.source): Checkpoint(r.position, _places(r.places), r.definition) for r in rows}


def _text(places: Mapping[int, Place]) -> str:
    return json.dumps({str(p): [place.offset, place.last] for p, place in places.items()})


def _places(text: str) -> dict[int, Place]:
    return {int(p): Place(*pair) for p, pair in json.loads(text).items()}
