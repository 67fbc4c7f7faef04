"""What an operator has given: settings that are empty, unknown or do not fit each other, secrets that are none."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from services import embedded
from services.cli.doctor.finding import Finding, warning
from shared.settings import Settings

A_SETTING = "a setting"
LISTED = "docs/operate.md says what it is"
NEEDED = ("issuer", "database_url", "kafka", "session_secret", "client_secret", "keys_secret", "log_key", "log_salt")
LENGTHS = {"session_secret": 32, "keys_secret": 32, "keys_secret_before": 32, "client_secret": 16, "log_salt": 16}
KNOWN_TO_ALL = ("changeme", "change-me", "secret", "password", "gongkai", "geheim", "admin", "default", "example")
NO_SETTINGS = {"SECRETS_DIR", "PARENT", "REQUIRE_ALL", "SPLIT_VAR", "PG_BIN", "CACHE"}
PREFIX = "GONGKAI_"
COUNTY = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


def what_is_empty(settings: Settings) -> Iterator[Finding]:
    """Outside development nothing secret and no address has a default."""
    for name in NEEDED if not settings.development else ():
        if not _text(settings, name):
            yield Finding(A_SETTING, f"{PREFIX}{name.upper()} is empty", LISTED)
    if not COUNTY.fullmatch(settings.county):
        how = "lower-case letters, digits and hyphens; it names topics and never changes"
        yield Finding(A_SETTING, f"{PREFIX}COUNTY is no short name", how)
    if not settings.audience:
        yield Finding(A_SETTING, f"{PREFIX}AUDIENCE is empty", "tokens meant for others would be taken")


def secrets_too_weak(settings: Settings) -> Iterator[Finding]:
    if settings.development:
        return
    for name, length in LENGTHS.items():
        value = _text(settings, name)
        setting = f"{PREFIX}{name.upper()}"
        if 0 < len(value) < length:
            yield Finding(
                A_SETTING, f"{setting} has fewer than {length} characters", "`openssl rand -hex 32` makes one"
            )
        elif value and (len(set(value)) < 6 or any(value.lower().startswith(known) for known in KNOWN_TO_ALL)):
            yield Finding(A_SETTING, f"{setting} can be guessed", "`openssl rand -hex 32` makes a random one")
    same = [name for name in LENGTHS if _text(settings, name)]
    values = [_text(settings, name) for name in same]
    for name in {n for n in same if values.count(_text(settings, n)) > 1}:
        yield Finding(A_SETTING, f"{PREFIX}{name.upper()} is the same as another secret", "one secret for each thing")


def what_is_no_setting(settings: Settings) -> Iterator[Finding]:
    """A misspelt variable or file is silently the default."""
    del settings
    known = {name.upper() for name in Settings.model_fields} | NO_SETTINGS
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            yield warning(A_SETTING, f"{name} is not one", "is it misspelt? docs/operate.md lists them")
    for file in _secret_files():
        if file.name.lower().removeprefix(PREFIX.lower()).upper() not in known:
            yield warning("a secret's file", f"{file.name} is no setting", "name it like the variable, lower case")


def secret_files(settings: Settings) -> Iterator[Finding]:
    """Secrets may be read by their owner alone."""
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if folder and not Path(folder).is_dir():
        yield Finding(A_SETTING, f"{PREFIX}SECRETS_DIR names no folder", "mount the secrets there")
    ours = [settings.var / "development-keys.secret", *sorted((settings.var / "tlog").glob("*-key*"))]
    for file in (*_secret_files(), *(file for file in ours if file.is_file())):
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield warning("a secret's file", f"{file} can be read by others", f"chmod 600 {file}")


def addresses(settings: Settings) -> Iterator[Finding]:
    public = urlsplit(settings.public_url)
    if public.scheme not in ("http", "https") or not public.netloc:
        yield Finding(A_SETTING, f"{PREFIX}PUBLIC_URL is no address", "https://host, as people type it")
    elif public.path.strip("/") or public.query:
        yield Finding(A_SETTING, f"{PREFIX}PUBLIC_URL has a path", "the portal answers at the root of its own host")
    if not settings.development:
        if public.scheme == "http":
            how = (
                "put TLS before it and say https: without it cookies go over the wire in clear, and no host binds them"
            )
            yield Finding(A_SETTING, f"{PREFIX}PUBLIC_URL is http", how)
        if settings.issuer and not settings.issuer.startswith("https://"):
            yield Finding(A_SETTING, f"{PREFIX}ISSUER is not https", "whoever answers in its place could be anybody")
    yield from _services(settings)


def _services(settings: Settings) -> Iterator[Finding]:
    if not settings.services:
        return
    for name in sorted(settings.services.keys() - embedded.BUILDERS.keys()):
        there = ", ".join(embedded.BUILDERS)
        yield Finding(A_SETTING, f"{PREFIX}SERVICES names {name}, which is no service", f"there are: {there}")
    for name in sorted(embedded.BUILDERS.keys() - settings.services.keys()):
        yield warning(A_SETTING, f"{PREFIX}SERVICES leaves out {name}", "the portal will say that it is away")


def _text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value).strip()


def _secret_files() -> list[Path]:
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if not folder or not Path(folder).is_dir():
        return []
    return sorted(file for file in Path(folder).iterdir() if file.is_file() and not file.name.startswith("."))
