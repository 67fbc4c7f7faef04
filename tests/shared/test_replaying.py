"""A view made again from its own journal is the view that was made event by event (shared/replaying.py)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, String, Table, inspect, select, text

from services.archive.views.files import Files
from services.audit.views.trace import Trace
from services.catalogue.views.open_dues import OpenDues
from services.publication.views.desk import DeskWork
from services.publication.views.obligations import Obligations
from services.publication.views.shown import Shown
from shared import replaying
from shared.database import make_engine
from shared.events import Recorded
from shared.follow import GatheredView, Key, Store, TableMaker, View
from shared.journal import JournalGap, scanning
from shared.journal.scanning import scan
from shared.rebuild import view_digest
from shared.replaying import replay
from tests.benchmarks.multiplied import fill, rows
from tests.platform.taped import tape, together

COUNT = 1_200


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    fill(engine, "publication", COUNT)
    yield engine
    engine.dispose()


def read(engine: Engine, names: tuple[str, ...] = (), page: int = 100) -> list[Recorded]:
    return [event for part in scan(engine, "publication", COUNT, names, page=page) for event in part.events]


def test_a_scan_gives_every_event_as_it_was_recorded(engine: Engine) -> None:
    found, told = read(engine), tape("publication")
    assert [event.position for event in found] == list(range(1, COUNT + 1))
    for event, was in zip(found, told, strict=False):
        assert (event.type, event.stream, event.version) == (was.type, was.stream, was.version)
        assert (event.data, event.recorded_at) == (was.data, was.recorded_at)
        assert replace(event.context, command_id="") == replace(was.context, command_id="")


def test_a_scan_for_names_gives_those_and_no_others(engine: Engine) -> None:
    wanted = ("ObligationRaised", "ObligationFulfilled")
    assert [e.position for e in read(engine, wanted)] == [e.position for e in read(engine) if e.name in wanted]


def test_a_scan_ends_each_page_where_it_has_read_to_even_if_nothing_there_is_heeded(engine: Engine) -> None:
    pages = [part.upto for part in scan(engine, "publication", COUNT, ("VersionCorrected",), page=500)]
    assert pages == [500, 1000, COUNT]


@pytest.mark.parametrize("names", [(), ("ObligationFulfilled",)])
def test_a_position_that_is_missing_stops_the_scan_even_if_nobody_heeds_it(
    engine: Engine, names: tuple[str, ...]
) -> None:
    with engine.begin() as tx:
        for trigger in ("events_refuse_delete",) if tx.dialect.name == "sqlite" else ():
            tx.execute(text(f"DROP TRIGGER {trigger}"))
        if tx.dialect.name == "postgresql":
            tx.execute(text("ALTER TABLE events DISABLE TRIGGER refuse_change"))
        tx.execute(text("DELETE FROM events WHERE position = 333"))
    with pytest.raises(JournalGap):
        read(engine, names)


@pytest.mark.parametrize("kind", [Obligations, Shown, DeskWork])
@pytest.mark.parametrize("kept", [2, 40])
def test_rows_that_must_be_read_again_because_memory_is_small_come_out_the_same(
    engine: Engine, kind: type[View], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "ROWS_KEPT", kept)
    monkeypatch.setattr(replaying, "scan", partial(scanning.scan, page=50))
    slow, quick = kind(engine), kind(engine, "__quick")
    for view in (slow, quick):
        view.metadata.create_all(engine)
    with engine.begin() as tx:
        for event in read(engine):
            slow.apply(tx, event)
    replay(quick, "publication", COUNT)
    assert view_digest(quick) == view_digest(slow)
    assert [inspect(engine).get_pk_constraint(t.name)["constrained_columns"] for t in quick.metadata.sorted_tables] == [
        [column.name for column in t.primary_key.columns] for t in quick.metadata.sorted_tables
    ]


class Latest(GatheredView):
    """The last position of each stream, put without having been read."""

    name = "latest"
    hears = ("publication",)

    def define(self, table: TableMaker) -> None:
        self.rows = table("latest", Column("stream", String(300), primary_key=True), Column("position", Integer))

    def touched(self, event: Recorded) -> Iterator[tuple[Table, Key]]:  # noqa: ARG002 - nothing is read
        yield from ()

    def change(self, rows: Store, event: Recorded) -> None:
        rows[self.rows].put({"stream": event.stream, "position": event.position})


def test_rows_that_were_written_out_and_are_put_again_unread_are_replaced(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "ROWS_KEPT", 2)
    monkeypatch.setattr(replaying, "scan", partial(scanning.scan, page=50))
    view = Latest(engine)
    view.metadata.create_all(engine)
    replay(view, "publication", COUNT)
    with engine.connect() as tx:
        found = {row.stream: row.position for row in tx.execute(select(view.rows))}
    assert found == {event.stream: event.position for event in read(engine)}


def test_a_replayed_view_has_the_rows_and_indexes_of_one_that_saw_event_by_event(engine: Engine) -> None:
    slow, quick = Obligations(engine), Obligations(engine, "__quick")
    for view in (slow, quick):
        view.metadata.create_all(engine)
    with engine.begin() as tx:
        for event in read(engine):
            slow.apply(tx, event)
    seen: list[int] = []
    heeded = replay(quick, "publication", COUNT, seen.append)
    assert heeded == sum(event.stream.startswith("obligation-") for event in read(engine))
    assert seen[-1] == COUNT
    assert view_digest(quick) == view_digest(slow)
    indexes = [len(inspect(engine).get_indexes(name)) for name in ("obligations", "obligations__quick")]
    assert indexes[0] == indexes[1] == 3


def test_a_copied_journal_has_no_event_twice() -> None:
    copied = list(rows("publication", COUNT))
    assert len({row[4] for row in copied}) == len({(row[2], row[3]) for row in copied}) == COUNT


@pytest.mark.parametrize("kind", [Obligations, Shown, Files, Trace, OpenDues])
def test_what_a_view_does_not_heed_changes_nothing_of_it(tmp_path: Path, kind: type[View]) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'view.sqlite'}")
    all_of_it, heeded = kind(engine), kind(engine, "__heeded")
    for view in (all_of_it, heeded):
        view.metadata.create_all(engine)
    with engine.begin() as tx:
        for event in together(kind.hears):
            all_of_it.apply(tx, event)
            if event.service not in kind.heeds or event.name in kind.heeds[event.service]:
                heeded.apply(tx, event)
    assert view_digest(heeded) == view_digest(all_of_it)
    engine.dispose()
