"""A view's rows in memory for the time of a batch: read together, changed as often as needed, written together.

Start at :class:`Rows`, one table; a :class:`Store` keeps those of a view. What is read after a change shows the
change. Nothing else may write these rows meanwhile: the follower's checkpoint lock sees to that.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, Table, and_, any_, bindparam, delete, select, tuple_
from sqlalchemy.sql import ColumnElement

from shared.writing import load_rows, put_rows

Reading = Callable[[], AbstractContextManager[Connection]]
Key = tuple[Any, ...]  # the values of a table's primary key, in its order
Row = dict[str, Any]
KEYS_AT_ONCE = 2_000  # in one question


class Rows:
    """The rows of one table that a batch has touched, by key."""

    def __init__(self, reading: Reading, table: Table, *, whole: bool = False) -> None:
        """``whole``: the table is as empty as this is; all its rows will come from here."""
        self._reading, self.table, self._whole = reading, table, whole
        names = tuple(column.name for column in table.primary_key.columns)
        self._key, self._key_of = names, _picking(names)
        self._known: dict[Key, Row | None] = {}  # None: there is none
        self.stored: set[Key] = set()  # what the table may have
        self._changed: set[Key] = set()
        self._drawers: dict[tuple[str, ...], dict[Key, dict[Key, None]]] = {}
        self._opened: set[tuple[tuple[str, ...], Key]] = set()  # of which the table has been asked

    def __len__(self) -> int:
        """How many are in memory."""
        return len(self._known)

    def load(self, keys: Iterable[Key]) -> None:
        """Read those not known yet, many in one question."""
        wanted = self.stored.intersection(keys) if self._whole else dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._known]
        for start in range(0, len(missing), KEYS_AT_ONCE):
            part = missing[start : start + KEYS_AT_ONCE]
            self._known.update(dict.fromkeys(part))
            self._learn(self._find(part))

    def alike(self, names: tuple[str, ...], *values: Any) -> list[Row]:
        """The rows, as they stand now, with these values in these columns, which never change in a row."""
        if names not in self._drawers:
            self._drawers[names] = {}
            for key, row in self._known.items():
                if row is not None:
                    self._file(key, row, (names,))
        if (self.stored or not self._whole) and (names, values) not in self._opened:
            same = and_(*(self.table.c[name] == value for name, value in zip(names, values, strict=True)))
            with self._reading() as tx:
                found = tx.execute(select(self.table).where(same)).mappings().all()
            self._learn(row for row in found if self._key_of(row) not in self._known)
            self._opened.add((names, values))
        drawer = self._drawers[names].get(values, ())
        return [row for key in drawer if (row := self._known.get(key)) is not None]

    def get(self, *key: Any) -> Row | None:
        """The row as it stands now; it is changed through :meth:`change` only."""
        if key not in self._known:
            self.load((key,))
        return self._known.get(key)

    def put(self, row: Row) -> None:
        """This is the row now, whatever was there under its key; ``row``, ours from now on, has every column that
        has no default.
        """
        key = self._key_of(row)
        if not self._whole and key not in self._known:
            self.stored.add(key)  # perhaps
        self._known[key] = row
        self._changed.add(key)
        if self._drawers:
            self._file(key, row, self._drawers)

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

    def take(self, keep: int = 0) -> "Changes":
        """What is to be written, but for the ``keep`` rows that came last; it is forgotten here."""
        known, self._known = self._known, {}
        if keep:
            last = list(islice(reversed(known), keep))
            self._known = {key: known.pop(key) for key in reversed(last)}
        changed = self._changed.intersection(known) if keep else self._changed
        self._changed = self._changed - changed
        gone, fresh, there = list[Key](), list[Row](), list[Row]()
        if len(changed) == len(known) and self.stored.isdisjoint(changed):
            fresh = [row for row in known.values() if row is not None]
        else:
            for key in known:
                if key in changed:
                    row, was = known[key], key in self.stored
                    if row is not None:
                        (there if was else fresh).append(row)
                    elif was:
                        gone.append(key)
        self.stored.difference_update(gone)
        self.stored.update(key for key in changed if known[key] is not None)
        self._drawers, self._opened = {}, set()
        return Changes(self, gone, fresh, there)

    def remove(self, tx: Connection, keys: list[Key]) -> None:
        for start in range(0, len(keys), KEYS_AT_ONCE):
            tx.execute(delete(self.table).where(self._among(keys[start : start + KEYS_AT_ONCE])))

    def _learn(self, found: Iterable[RowMapping]) -> None:
        """Rows as the table has them."""
        for there in found:
            row = {str(name): value for name, value in there.items()}  # names as orjson takes them
            key = self._key_of(row)
            self._known[key] = row
            self.stored.add(key)
            self._file(key, row, self._drawers)

    def _file(self, key: Key, row: Row, drawers: Iterable[tuple[str, ...]]) -> None:
        for names in drawers:
            self._drawers[names].setdefault(tuple(row[name] for name in names), {})[key] = None

    def _find(self, keys: list[Key]) -> Iterable[RowMapping]:
        """One array for all keys where there is such a thing: a statement with thousands of values is slow to make."""
        with self._reading() as tx:
            if len(self._key) == 1 and tx.dialect.name == "postgresql":
                column = self.table.c[self._key[0]]
                question = select(self.table).where(column == any_(bindparam("keys", type_=ARRAY(column.type))))
                return tx.execute(question, {"keys": [key[0] for key in keys]}).mappings().all()
            return tx.execute(select(self.table).where(self._among(keys))).mappings().all()

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

    def load(self, tx: Connection) -> None:
        """The same by the quickest way there is for a table that nobody else has."""
        self.rows.remove(tx, self.gone)
        load_rows(tx, self.rows.table, self.fresh)
        put_rows(tx, self.rows.table, self.there, replacing=True)


class Store:
    """The rows of a view's tables. ``whole`` is for tables that were empty when it began, see :class:`Rows`."""

    def __init__(self, tx: Connection | None, *, whole: bool = False) -> None:
        self.tx, self.whole = tx, whole
        self.tables: dict[str, Rows] = {}

    def __getitem__(self, table: Table) -> Rows:
        rows = self.tables.get(table.name)
        if rows is None:
            rows = self.tables[table.name] = Rows(self.reading, table, whole=self.whole)
        return rows

    @property
    def asks(self) -> bool:
        """Whether a table may hold anything that is not in memory."""
        return not self.whole or any(rows.stored for rows in self.tables.values())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """To ask the tables."""
        if self.tx is None:
            raise RuntimeError("rows are asked for outside a transaction")
        yield self.tx

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

    def write(self) -> None:
        """Bring the tables to what is in memory, and forget that; needed earlier only by a question of one's own."""
        with self.reading() as tx:
            for rows in self.tables.values():
                rows.take().write(tx)


def _picking(names: tuple[str, ...]) -> Callable[[Any], Key]:
    if len(names) == 1:
        (only,) = names
        return lambda row: (row[only],)
    return itemgetter(*names)
