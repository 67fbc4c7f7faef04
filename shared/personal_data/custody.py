"""Which key store a process uses, and the secret that wraps its keys: from the settings, once a process."""

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from shared.database import make_engine, sqlite_engine
from shared.personal_data.key_store import KeyStore
from shared.personal_data.sql_keys import SqlKeyStore
from shared.personal_data.vault import Vault
from shared.personal_data.wrapping import Wrapping
from shared.settings import Settings

POOL = 3  # what is asked is remembered: few connections do


def vault_of(settings: Settings) -> Vault:
    """Opens nothing yet: a process that never meets personal data needs no key store."""
    return Vault(lambda: store_of(settings))


def store_of(settings: Settings) -> KeyStore:
    """Raises ``SystemExit`` where a setting is missing, :class:`SecretTooWeak` for a short secret."""
    url = settings.keys_url.get_secret_value()
    if not url and settings.database_url.get_secret_value():
        raise SystemExit("With a database server personal data needs GONGKAI_KEYS_URL: a database for its keys alone.")
    engine = make_engine(make_url(url), pool_size=POOL) if url else sqlite_engine(settings.var / "keys.sqlite")
    before = settings.keys_secret_before.get_secret_value()
    return SqlKeyStore(engine, Wrapping.of(secret_of(settings), (before,) if before else ()))


def secret_of(settings: Settings) -> str:
    """The operator's; in development one that the first process of the machine makes and the others read."""
    given = settings.keys_secret.get_secret_value()
    if given:
        return given
    if not settings.development:
        raise SystemExit("Personal data needs GONGKAI_KEYS_SECRET: 32 random characters or more, not kept in `var`.")
    return _shared_secret(settings.var / "development-keys.secret")


def _shared_secret(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(32))
        try:
            file.hardlink_to(fresh)  # fails if another process was first, and then its secret counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text()
