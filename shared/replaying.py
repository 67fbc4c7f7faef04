"""A view made from nothing by its own service's journal: large batches, only what it heeds, indexes last.

Start at :func:`replay`. The tables must be new and nobody else's: what is half done is thrown away, not gone on with.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from shared.events import Recorded
from shared.follow import GatheredView, Store, View
from shared.journal.scanning import scan

Progress = Callable[[int], object]


def replay(view: View, service: str, upto: int, progress: Progress = lambda _upto: None) -> int:
    """Bring positions 1 to ``upto`` to the empty tables of ``view``, whose database is the journal's; says how many
    events it heeded.

    Raises :class:`~shared.journal.JournalGap` and whatever the view raises.
    """
    heeded, bring = 0, _bringer(view)
    with view.engine.begin() as tx:
        without_indexes(tx, view)
    for page in scan(view.engine, service, upto, view.heeds.get(service, frozenset())):
        with _unswept(), view.engine.begin() as tx:
            bring(tx, page.events)
        heeded += len(page.events)
        progress(page.upto)
    with view.engine.begin() as tx:
        with_indexes(tx, view)
    return heeded


@contextmanager
def _unswept() -> Iterator[None]:
    """Without the search for cycles: a page of rows makes very many objects and none, and the search costs a third."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _bringer(view: View) -> Callable[[Connection, Sequence[Recorded]], None]:
    """A view that gathers rows need not ask an empty table what it holds."""
    if not isinstance(view, GatheredView):
        return view.apply_many
    store: Store | None = None

    def bring(tx: Connection, events: Sequence[Recorded]) -> None:
        nonlocal store
        store = store or Store(tx, whole=True)
        store.go_on(tx)
        view.gather(store, events)
        store.write()

    return bring


def without_indexes(tx: Connection, view: View) -> None:
    """To keep an index in order row by row costs more than to make it when all rows are there."""
    for table in view.metadata.sorted_tables:
        for index in table.indexes:
            index.drop(tx, checkfirst=True)


def with_indexes(tx: Connection, view: View) -> None:
    """And what PostgreSQL must know of many rows that came at once, or it would answer without the indexes."""
    for table in view.metadata.sorted_tables:
        for index in table.indexes:
            index.create(tx, checkfirst=True)
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql(f'ANALYZE "{table.name}"')
