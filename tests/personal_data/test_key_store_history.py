"""The key store's tables change step by step like the services', with every key in place (decision 0020)."""

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, MetaData, String, Table, inspect, text

from shared import migrations
from shared.database import make_engine, make_tables
from shared.personal_data import sql_keys
from shared.personal_data.key_store import KeysUnavailable
from shared.personal_data.sql_keys import HISTORY, SqlKeyStore
from shared.personal_data.vault import Vault
from shared.personal_data.wrapping import Wrapping
from tests.shared.test_migrations import details
from tests.vaults import SECRET

MO = "person:mo-wen"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def store(engine: Engine) -> SqlKeyStore:
    return SqlKeyStore(engine, Wrapping.of(SECRET))


def step(engine: Engine) -> list[int]:
    with engine.connect() as tx:
        return [standing.at for standing in migrations.standings(tx, HISTORY)]


def test_the_steps_lead_to_the_tables_that_the_models_describe(engine: Engine) -> None:
    with engine.begin() as tx:
        migrations.upgrade(tx, HISTORY)
        whole = MetaData()
        for table in sql_keys.metadata.sorted_tables:
            table.to_metadata(whole)
        Table(migrations.TABLE, whole, Column("version_num", String(32), primary_key=True))
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), whole) == []
        by_steps = details(tx)
        for name in inspect(tx).get_table_names():
            tx.execute(text(f"DROP TABLE {name}"))
        make_tables(tx, sql_keys.metadata)
        by_models = details(tx)
    by_steps.pop(migrations.TABLE)
    assert by_steps == by_models


def test_a_store_of_before_its_history_is_taken_over_with_every_key(engine: Engine) -> None:
    """Laid as the program before laid it: the models alone, nothing stamped."""
    token = Vault(lambda: store(engine)).sealed([(MO, "", "莫文")])[0]
    with engine.begin() as tx:
        tx.execute(text(f"DROP TABLE {migrations.TABLE}"))
    assert step(engine) == [0]
    assert Vault(lambda: store(engine)).opened([token]) == {token: "莫文"}
    assert step(engine) == [migrations.head_of(HISTORY)]


def test_an_empty_store_is_laid_and_stamped_once_whoever_opens_it(engine: Engine) -> None:
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            store(engine).prepare()
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test shows it
            faults.append(fault)

    together = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert faults == []
    assert step(engine) == [migrations.head_of(HISTORY)]


def ahead(engine: Engine, by: int) -> SqlKeyStore:
    made = store(engine)
    made.prepare()
    with engine.begin() as tx:
        to = f"{HISTORY}_{migrations.head_of(HISTORY) + by:04d}"
        tx.execute(text(f"UPDATE {migrations.TABLE} SET version_num = :to"), {"to": to})  # noqa: S608 - our own name
    return made


def test_a_program_runs_on_the_next_step_and_on_none_beyond(engine: Engine) -> None:
    ahead(engine, 1).prepare()
    with pytest.raises(KeysUnavailable, match="too old"):
        ahead(engine, 2).prepare()
