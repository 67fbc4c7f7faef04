"""A vault for tests: its key store is an SQLite file beside the test's others, its secret is known."""

from pathlib import Path

from shared.database import sqlite_engine
from shared.personal_data.sql_keys import SqlKeyStore
from shared.personal_data.vault import Vault
from shared.personal_data.wrapping import Wrapping

SECRET = "a secret of forty characters, known to all"


def vault_in(folder: Path) -> Vault:
    return Vault(lambda: SqlKeyStore(sqlite_engine(folder / "keys.sqlite"), Wrapping.of(SECRET)))
