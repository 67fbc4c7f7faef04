"""The databases: reachable, keeping what is accepted, and the service's role no stronger than it may be."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from services import embedded
from services.cli.doctor.finding import Finding, warning
from shared import migrations
from shared.clock import SystemClock
from shared.lease import database_seconds
from shared.settings import Settings

VERSION_MIN = 15
SKEW_SECONDS_MAX = 2.0
TIMEOUT_SECONDS = 5
SERVICE = "{service}"
NAMES = (*embedded.BUILDERS, "portal")
WITHOUT_WALL = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'town'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity ORDER BY 1
"""
OWNED = """
    SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND r.rolname = current_user ORDER BY 1
"""


def every_database(settings: Settings) -> Iterator[Finding]:
    """One for each service where the address says ``{service}``; else the one that is set."""
    given = settings.database_url.get_secret_value()
    if not given:
        return
    for name in NAMES if SERVICE in given else ("",):
        about = f"the database of {name}" if name else "the database"
        try:
            url = make_url(given.replace(SERVICE, name))
        except ArgumentError:
            yield Finding(about, "GONGKAI_DATABASE_URL is no address", "postgresql://user:password@host/database")
            return
        if url.get_backend_name() == "postgresql":
            yield from _of(about, name, url)
        elif not settings.development:
            yield warning(about, "is SQLite", "for real records in a county use PostgreSQL")


def _of(about: str, name: str, url: URL) -> Iterator[Finding]:
    where = f"{url.host or 'localhost'}:{url.port or 5432}"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"connect_timeout": TIMEOUT_SECONDS, "options": "-c statement_timeout=5s"},
    )
    try:
        with engine.connect() as connection:
            yield from _keeps_what_is_accepted(about, connection)
            yield from _role(about, connection, name)
            yield from _clock(about, connection)
    except SQLAlchemyError as fault:
        how = "is it up, and are host, database, role and password those of the service?"
        yield Finding(about, f"cannot be used at {where} ({_kind(fault)})", how)


def _keeps_what_is_accepted(about: str, connection: Connection) -> Iterator[Finding]:
    shown = {row.name: row.setting for row in connection.execute(text("SELECT name, setting FROM pg_settings"))}
    version = int(shown["server_version_num"]) // 10_000
    if version < VERSION_MIN:
        yield Finding(about, f"is PostgreSQL {version}", f"{VERSION_MIN} or newer is needed")
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        if shown[setting] == "off":
            how = "turn it on: what was answered with success could be lost"
            yield Finding(about, f"{setting} is off", how)
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        yield Finding(about, f"its encoding is {encoding}", "make it anew with UTF8: names would be lost")


def _role(about: str, connection: Connection, name: str) -> Iterator[Finding]:
    row = connection.execute(
        text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    ).one()
    how = "give the service the role that deploy/postgres/init.sh makes"
    if row.rolsuper:
        yield Finding(about, "the service's role is a superuser", how)
    if row.rolbypassrls and not row.rolsuper:
        yield Finding(about, "the service's role passes row-level security by (BYPASSRLS)", how)
    if (row.rolcreatedb or row.rolcreaterole) and not row.rolsuper:
        yield warning(about, "the service's role may make databases or roles", how)
    owned = connection.execute(text(OWNED)).scalars().all()
    if owned and not row.rolsuper:
        what = f"the service's role owns {len(owned)} tables, and owners pass row-level security by"
        yield Finding(about, what, "let `gongkai migrate` make them as GONGKAI_OWNER_URL")
    open_tables = connection.execute(text(WITHOUT_WALL)).scalars().all()
    if open_tables and name != "portal":
        yield Finding(about, f"no row-level security on {', '.join(open_tables)}", "run `gongkai migrate`")
    if name and (wrong := migrations.trouble(connection, name)):
        yield Finding(about, wrong.rpartition(":")[0] or wrong, "run `gongkai migrate` with this version")


def _clock(about: str, connection: Connection) -> Iterator[Finding]:
    before: datetime = SystemClock().now()
    theirs = database_seconds(connection)
    apart = theirs - before.timestamp()
    if abs(apart) > SKEW_SECONDS_MAX:
        what = f"its clock is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} this machine's"
        yield Finding(about, what, "mend the time source of the one that is wrong")


def _kind(fault: SQLAlchemyError) -> str:
    """What the driver says, in a word: its message may quote the address."""
    said = str(getattr(fault, "orig", fault)).lower()
    known = {
        "password": "password refused",
        "does not exist": "database or role does not exist",
        "refused": "connection refused",
        "timeout": "no answer",
        "timed out": "no answer",
        "permission": "permission denied",
        "resolve": "host not known",
    }
    return next((word for part, word in known.items() if part in said), type(fault).__name__)
