"""Keys: that of the transparency log fits what it has published, and the key store of personal data opens."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from services.cli.doctor.finding import Finding
from shared.personal_data.custody import store_of
from shared.personal_data.key_store import KeysUnavailable, WrongSecret
from shared.personal_data.sql_keys import CANARY
from shared.personal_data.wrapping import SecretTooWeak
from shared.settings import Settings
from shared.transparency.keeping import log_signers, policy_file, salt_secrets
from shared.transparency.keys import NoteWrong
from shared.transparency.notes import open_checkpoint

LOG_KEY = "the transparency log's key"
STORE = "the key store of personal data"


def the_log_key(settings: Settings) -> Iterator[Finding]:
    """It can be read, and the published checkpoint is signed with it."""
    if settings.development and not settings.log_key.get_secret_value():
        return  # one is made
    try:
        signers = log_signers(settings)
        salt_secrets(settings)
        known = {one.verifier.vkey for one in policy_file(settings.log_policy).logs} if settings.log_policy else set()
    except (NoteWrong, ValueError):
        yield Finding(LOG_KEY, "GONGKAI_LOG_KEY, GONGKAI_LOG_SALT or the policy cannot be read", "docs/transparency.md")
        return
    if not signers:
        return
    published = settings.var / "tlog" / "checkpoint"
    if published.is_file():
        try:
            open_checkpoint(published.read_bytes(), signers[0].verifier)
        except NoteWrong:
            how = "bring the key back that signed it; with another the log would have to begin anew"
            yield Finding(LOG_KEY, f"{published} is not signed with it", how)
    if known and not known & {signer.verifier.vkey for signer in signers}:
        yield Finding(LOG_KEY, "GONGKAI_LOG_POLICY names another key", "publish the policy with the log's own vkey")


def the_key_store(settings: Settings) -> Iterator[Finding]:
    """It answers, and the secret is the one its keys were wrapped with."""
    if not settings.keys_url.get_secret_value() and not (settings.var / "keys.sqlite").exists():
        if settings.database_url.get_secret_value() and not settings.development:
            yield Finding(STORE, "GONGKAI_KEYS_URL is empty", "give it a database of its own, with a backup of its own")
        return
    try:
        store = store_of(settings)
    except SecretTooWeak:
        yield Finding(STORE, "GONGKAI_KEYS_SECRET is too short", "32 random characters or more")
        return
    except SystemExit:
        return  # a setting is empty, which has been said
    try:
        store.generation()
        store.secret(CANARY)
    except WrongSecret:
        yield Finding(STORE, "GONGKAI_KEYS_SECRET is not the one it was made with", "bring that one back")
    except (KeysUnavailable, SQLAlchemyError):
        yield Finding(STORE, "cannot be opened", "is its database up, and is GONGKAI_KEYS_URL right?")
    finally:
        store.close()
