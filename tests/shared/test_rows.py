"""Rows gathered in memory come out as if each change had been written at once (shared/rows.py)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Engine, Integer, MetaData, String, Table, delete, func, select
from sqlalchemy.exc import DBAPIError

from services.split.postgres import PostgresServer
from shared.columns import Instant, JsonText
from shared.database import make_engine
from shared.rows import Rows, Store
from shared.writing import load_rows, put_rows

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
table = Table(
    "things",
    MetaData(),
    Column("town", String(20), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("words", String(50), nullable=False, default="none"),
    Column("list", JSON, nullable=False),
    Column("day", Date),
    Column("at", Instant(), nullable=False),
    Column("done", Boolean, nullable=False, default=False),
)
alone = Table("alone", MetaData(), Column("id", String(20), primary_key=True), Column("words", String(50)))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    for each in (table, alone):
        each.metadata.create_all(engine)
    yield engine
    engine.dispose()


def thing(number: int, **more: Any) -> dict[str, Any]:
    words = 'tab\t, line\n, quote", \\N 党务'
    return {"town": "FY", "number": number, "words": words, "list": [{"n": number}], "day": None, "at": NOON} | more


def everything(engine: Engine) -> dict[int, dict[str, Any]]:
    with engine.connect() as tx:
        return {row["number"]: dict(row) for row in tx.execute(select(table)).mappings()}


def act(rows: Rows, model: dict[int, dict[str, Any]], chance: Random) -> None:
    """One random act on the rows, and the same on a plain dict."""
    number = chance.randrange(120)
    match chance.choice(["put", "put", "change", "change", "drop", "get"]):
        case "put":
            row = thing(number, day=date(2026, 1, 1 + chance.randrange(28)), done=chance.random() < 0.5)
            rows.put(dict(row))
            model[number] = row
        case "change":
            words = f"changed {chance.random()}"
            rows.change("FY", number, words=words)
            if number in model:
                model[number] = {**model[number], "words": words}
        case "drop":
            rows.drop("FY", number)
            model.pop(number, None)
        case _:
            assert rows.get("FY", number) == model.get(number)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("whole", [False, True])
def test_many_changes_in_many_batches_leave_what_each_alone_would(engine: Engine, seed: int, whole: bool) -> None:
    chance, model = Random(seed), dict[int, dict[str, Any]]()
    store: Store | None = None
    for _ in range(5):
        with engine.begin() as tx:
            if store is None or not whole:
                store = Store(tx, whole=whole)
            store.go_on(tx)
            store.load((table, ("FY", chance.randrange(120))) for _ in range(chance.choice([0, 1, 80])))
            for _ in range(chance.choice([3, 400])):
                act(store[table], model, chance)
            store.write()
        assert everything(engine) == model


def test_what_a_row_leaves_out_has_its_default_however_many_are_written(engine: Engine) -> None:
    for many in (1, 200):
        with engine.begin() as tx:
            store = Store(tx)
            for number in range(many):
                row = thing(number)
                del row["words"]
                store[table].put(row)
            store.write()
    assert {(row["words"], row["done"]) for row in everything(engine).values()} == {("none", False)}


def test_rows_of_one_key_column_are_found_together(engine: Engine) -> None:
    ids = [f"id-{n}" for n in range(300)]
    with engine.begin() as tx:
        store = Store(tx)
        for one in ids:
            store[alone].put({"id": one, "words": "first"})
        store.write()
    with engine.begin() as tx:
        store = Store(tx)
        store.load((alone, (one,)) for one in [*ids, "stranger"])
        assert store[alone].get("stranger") is None
        for one in ids:
            store[alone].change(one, words="second")
        store[alone].change("stranger", words="second")
        store.write()
        counted = tx.execute(select(func.count()).where(alone.c.words == "second")).scalar()
    assert counted == 300


def test_a_row_that_the_table_refuses_is_the_drivers_own_fault_and_leaves_nothing(engine: Engine) -> None:
    def write() -> None:
        with engine.begin() as tx:
            store = Store(tx)
            for number in range(200):
                store[table].put(thing(number, at=None))
            store.write()

    with pytest.raises(DBAPIError):
        write()
    assert everything(engine) == {}


@pytest.fixture
def guarded(postgres: PostgresServer, postgres_url: str) -> Iterator[Engine]:
    """A PostgreSQL whose things are shown and given only to those of town FY, and a role that is held to it."""
    engine = make_engine(postgres_url)
    table.metadata.create_all(engine)
    with postgres.connect("test") as server:
        for statement in (
            "ALTER TABLE things ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON things USING (town = 'FY') WITH CHECK (town = 'FY')",
            "CREATE ROLE rows_writer",
            f'GRANT rows_writer TO "{engine.url.username}"',
            "GRANT USAGE ON SCHEMA public TO rows_writer",
            "GRANT ALL ON things TO rows_writer",
        ):
            server.execute(statement)
    yield engine
    engine.dispose()
    with postgres.connect("test") as server:
        server.execute("DROP OWNED BY rows_writer")
        server.execute("DROP ROLE rows_writer")


@pytest.mark.postgres
@pytest.mark.parametrize(("town", "taken"), [("FY", 200), ("HS", 0)])
def test_many_rows_get_past_row_security_only_if_they_are_of_the_town(guarded: Engine, town: str, taken: int) -> None:
    """Many rows are written by another statement than few, and it is held to the same."""
    with suppress(DBAPIError), guarded.begin() as tx:
        tx.exec_driver_sql("SET LOCAL ROLE rows_writer")
        store = Store(tx, whole=True)
        for number in range(200):
            store[table].put(thing(number, town=town))
        store.write()
    assert len(everything(guarded)) == taken


def test_a_whole_number_of_any_size_is_kept_exactly(engine: Engine) -> None:
    with engine.begin() as tx:
        store = Store(tx)
        for number in range(100):
            store[table].put(thing(number, list=[2**70 + number]))
        store.write()
    assert {row["list"][0] for row in everything(engine).values()} == {2**70 + number for number in range(100)}


NASTY = [
    "",
    "null",
    "\\N",
    "\\.",
    '"',
    "a\tb",
    "a\nb",
    "\r",
    "\\n",
    "\x01\x1f\x7f",
    "],[",
    "]\n[",
    "党务, \u2028",
    "{}",
    "a,b",
]


def test_rows_loaded_at_once_say_what_rows_put_one_by_one_say(engine: Engine) -> None:
    things = [thing(n, words=w, list=[w, 2**70], day=date(2026, 1, 5) if n % 2 else None) for n, w in enumerate(NASTY)]
    things.append(thing(99, list=JsonText(b'["as it stands", "\\n"]')))
    with engine.begin() as tx:
        load_rows(tx, table, [dict(one) for one in things])
    loaded = everything(engine)
    with engine.begin() as tx:
        tx.execute(delete(table))
        for one in things:
            put_rows(tx, table, [dict(one)], replacing=False)
    assert loaded == everything(engine)
    assert [loaded[n]["words"] for n in range(len(NASTY))] == NASTY
    assert loaded[99]["list"] == ["as it stands", "\n"]


def test_text_that_is_json_already_is_kept_by_many_rows_at_once_too(engine: Engine) -> None:
    with engine.begin() as tx:
        put_rows(tx, table, [thing(n, list=JsonText(b"[1, 2]")) for n in range(100)], replacing=True)
        put_rows(tx, table, [thing(n, list=JsonText(b"[1, 2]"), words=str(2**70)) for n in range(100)], replacing=True)
    assert {tuple(row["list"]) for row in everything(engine).values()} == {(1, 2)}


@pytest.mark.parametrize("whole", [False, True])
def test_rows_that_are_alike_are_found_wherever_they_are(engine: Engine, whole: bool) -> None:
    """Written before, changed since, gone, or not written yet."""
    with engine.begin() as tx:
        store = Store(tx, whole=whole)
        for n in range(6):
            store[table].put(thing(n, words="even" if n % 2 == 0 else "odd"))
        store.write()
        rows = store[table]
        rows.drop("FY", 0)
        rows.change("FY", 2, day=date(2026, 1, 5))
        rows.put(thing(8, words="even"))
        found = rows.alike(("town", "words"), "FY", "even")
        assert sorted((row["number"], row["day"]) for row in found) == [(2, date(2026, 1, 5)), (4, None), (8, None)]
        rows.put(thing(10, words="even"))
        assert len(rows.alike(("town", "words"), "FY", "even")) == 4
        assert rows.alike(("town", "words"), "FY", "neither") == []


def test_what_came_last_stays_in_memory_when_the_rest_is_written(engine: Engine) -> None:
    with engine.begin() as tx:
        rows = Store(tx, whole=True)[table]
        for n in range(10):
            rows.put(thing(n))
        rows.take(4).write(tx)
        assert len(rows) == 4
        rows.change("FY", 1, words="written before")
        rows.change("FY", 9, words="not written yet")
        rows.take().write(tx)
    kept = everything(engine)
    assert len(kept) == 10
    assert (kept[1]["words"], kept[9]["words"]) == ("written before", "not written yet")
