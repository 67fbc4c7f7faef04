"""A view's rows in memory for the time of a batch: read together, changed as often as needed, written together.

Start at :class:`Rows`, one table; a :class:`Store` keeps those of a view. What is read after a change shows the
change. Nothing else may write these rows meanwhile: the follower's checkpoint lock sees to that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, Table, and_, any_, bindparam, delete, select, tuple_
from sqlalchemy.sql import ColumnElement

from shared.writing import put_rows

Key = tuple[Any, ...]  # the values of a table's primary key, in its order
Row = dict[str, Any]
KEYS_AT_ONCE = 2_000  # in one question


class Rows:
    """The rows of one table that a batch has touched, by key."""

    def __init__(self, tx: Connection, table: Table, *, whole: bool = False) -> None:
        """``whole``: the table is as empty as this is; all its rows will come from here."""
        self._tx, self.table, self._whole = tx, table, whole
        self._key = tuple(column.name for column in table.primary_key.columns)
        self._known: dict[Key, Row | None] = {}  # None: there is none
        self.stored: set[Key] = set()  # what the table may have
        self._changed: set[Key] = set()

    def go_on(self, tx: Connection) -> None:
        self._tx = tx

    def load(self, keys: Iterable[Key]) -> None:
        """Read those not known yet, many in one question."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._known]
        if self._whole:
            self._known.update((key, None) for key in missing if key not in self.stored)
            missing = [key for key in missing if key in self.stored]
        for start in range(0, len(missing), KEYS_AT_ONCE):
            part = missing[start : start + KEYS_AT_ONCE]
            self._known.update(dict.fromkeys(part))
            for found in self._find(part):
                key = tuple(found[name] for name in self._key)
                self._known[key] = dict(found)
                self.stored.add(key)

    def get(self, *key: Any) -> Row | None:
        """The row as it stands now; it is changed through :meth:`change` only."""
        if key not in self._known:
            self.load((key,))
        return self._known[key]

    def put(self, row: Row) -> None:
        """This is the row now, whatever was there under its key; ``row``, ours from now on, has every column that
        has no default.
        """
        key = tuple(row[name] for name in self._key)
        if not self._whole and key not in self._known:
            self.stored.add(key)  # perhaps
        self._known[key] = row
        self._changed.add(key)

    def change(self, *key: Any, **values: Any) -> None:
        """Set some columns of a row, if there is such a row."""
        row = self.get(*key)
        if row is not None:
            row.update(values)
            self._changed.add(key)

    def drop(self, *key: Any) -> None:
        """There is no such row from now on."""
        if not self._whole and key not in self._known:
            self.stored.add(key)  # perhaps
        self._known[key] = None
        self._changed.add(key)

    def write(self) -> None:
        """Bring the table to what is in memory, and forget that; needed earlier only by a question of one's own."""
        self.take().write(self._tx)

    def take(self) -> "Changes":
        """What is to be written; it is forgotten here."""
        gone = [key for key in self._changed if self._known[key] is None and key in self.stored]
        fresh, there = list[Row](), list[Row]()
        for key in self._changed:
            if (row := self._known[key]) is not None:
                (there if key in self.stored else fresh).append(row)
        self.stored.difference_update(gone)
        self.stored.update(key for key in self._changed if self._known[key] is not None)
        self._changed, self._known = set(), {}
        return Changes(self, gone, fresh, there)

    def remove(self, tx: Connection, keys: list[Key]) -> None:
        for start in range(0, len(keys), KEYS_AT_ONCE):
            tx.execute(delete(self.table).where(self._among(keys[start : start + KEYS_AT_ONCE])))

    def _find(self, keys: list[Key]) -> Iterable[RowMapping]:
        """One array for all keys where there is such a thing: a statement with thousands of values is slow to make."""
        if len(self._key) == 1 and self._tx.dialect.name == "postgresql":
            column = self.table.c[self._key[0]]
            question = select(self.table).where(column == any_(bindparam("keys", type_=ARRAY(column.type))))
            return self._tx.execute(question, {"keys": [key[0] for key in keys]}).mappings()
        return self._tx.execute(select(self.table).where(self._among(keys))).mappings()

    def _among(self, keys: list[Key]) -> ColumnElement[bool]:
        if len(self._key) == 1:
            return self.table.c[self._key[0]].in_([key[0] for key in keys])
        if len(keys) == 1:
            return and_(*(self.table.c[name] == part for name, part in zip(self._key, keys[0], strict=True)))
        return tuple_(*(self.table.c[name] for name in self._key)).in_(keys)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch came to for one table."""

    rows: Rows
    gone: list[Key]
    fresh: list[Row]
    there: list[Row]

    def write(self, tx: Connection) -> None:
        self.rows.remove(tx, self.gone)
        put_rows(tx, self.rows.table, self.fresh, replacing=False)
        put_rows(tx, self.rows.table, self.there, replacing=True)


class Store:
    """The rows of a view's tables. ``whole`` is for tables that were empty when it began, see :class:`Rows`."""

    def __init__(self, tx: Connection, *, whole: bool = False) -> None:
        self.tx, self.whole = tx, whole
        self.tables: dict[str, Rows] = {}

    def __getitem__(self, table: Table) -> Rows:
        rows = self.tables.get(table.name)
        if rows is None:
            rows = self.tables[table.name] = Rows(self.tx, table, whole=self.whole)
        return rows

    @property
    def asks(self) -> bool:
        """Whether a table may hold anything that is not in memory."""
        return not self.whole or any(rows.stored for rows in self.tables.values())

    def load(self, touches: Iterable[tuple[Table, Key]]) -> None:
        """Read rows of several tables, those of each together."""
        wanted: dict[str, list[Key]] = {}
        for table, key in touches:
            wanted.setdefault(self[table].table.name, []).append(key)
        for name, keys in wanted.items():
            self.tables[name].load(keys)

    def go_on(self, tx: Connection) -> None:
        """The next transaction; what was stored before is remembered."""
        self.tx = tx
        for rows in self.tables.values():
            rows.go_on(tx)

    def write(self) -> None:
        for rows in self.tables.values():
            rows.write()
