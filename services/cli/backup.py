"""``gongkai backup create|verify|restore``: a copy of everything at one moment, while everything goes on.

The keys of personal data go into an archive of their own, so that whoever holds one of the two cannot read what was
erased. The transparency log is audit's: its files are copied as far as the copy of audit's database knows of them.
"""

import json
from collections.abc import Iterator
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from services import embedded
from services.audit.tlog.store import CHECKPOINT, Store
from services.audit.tlog.tiles import tiles_of
from services.cli.keys import put_back
from services.cli.output import AsJson, DryRun, answer, fail
from services.cli.progressing import steps
from shared import reach
from shared.clock import SystemClock
from shared.database import owner_engine, sqlite_engine
from shared.recovery import backup as copies
from shared.recovery.archiving import Archive, BackupWrong, Parts, writing
from shared.recovery.copied import TABLES, must_be_laid, put_back_tables
from shared.recovery.cutting import Cut, cut
from shared.running import LocalPlatform
from shared.settings import Settings

app = typer.Typer(help="Copies of everything, to be taken elsewhere.", no_args_is_help=True)
KEYS, KEY_ROWS, SECRETS = ".keys.tar", "keys.jsonl", "development/"
DEVELOPMENT_SECRETS = ("*.secret", "development-issuer.json", "tlog/log-key*", "tlog/*.key", "witness*")
Backup = Annotated[Path, typer.Argument(help="The archive, a .tar file.")]
Keys = Annotated[Path | None, typer.Option(help="The archive of the keys that was made with it.")]


@app.callback()
def backup() -> None:
    """Everything of a platform at one moment, but Kafka, which keeps its own copies."""


@app.command()
def create(
    to: Annotated[Path, typer.Option(help="The folder to write to; best another disk.")] = Path("backups"),
    as_json: AsJson = False,
) -> None:
    """Copy databases, embedded log, documents and transparency log, and the keys apart, while everything goes on."""
    settings = Settings.load()
    _must_reach_all(settings)
    name = f"gongkai-{settings.county}-{SystemClock().now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    file, keys = to / f"{name}.tar", to / f"{name}{KEYS}"
    platform = LocalPlatform(settings, owner=True)
    to.mkdir(parents=True, exist_ok=True)
    try:
        with reach.service():
            _create(platform, file, quiet=as_json)
            _create_keys(platform, keys)
    except BackupWrong as fault:
        fail(f"no backup was made: {fault}")
    finally:
        platform.close()
    made = Archive.at(file)
    heads = {service: kept["head"] for service, kept in made.manifest["services"].items()}
    value = {"file": str(file), "keys": str(keys), "digest": made.digest, "heads": heads}
    told = ", ".join(f"{service} {head}" for service, head in heads.items())
    advice = "keep the digest apart from the file, and the keys apart from both"
    answer(value, as_json, f"{file}: {told}", f"digest {made.digest}", f"keys: {keys}", advice)


@app.command()
def verify(
    file: Backup,
    digest: Annotated[str, typer.Option(help="The digest that `create` told: is it that very backup?")] = "",
    as_json: AsJson = False,
) -> None:
    """Without restoring it: every hash, every journal without a gap and as counted, every document referred to."""
    archive = _checked(file, quiet=as_json)
    if digest and digest != archive.digest:
        fail(f"{file} is whole, but it is another backup: its digest is {archive.digest}")
    heads = {service: kept["head"] for service, kept in archive.manifest["services"].items()}
    value = {"good": True, "digest": archive.digest, "made_at": archive.manifest["made_at"], "heads": heads}
    answer(value, as_json, f"{file} is whole, of {archive.manifest['made_at']}, digest {archive.digest}")


@app.command()
def restore(file: Backup, keys: Keys = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Put it into an empty place: the folder GONGKAI_VAR, and on PostgreSQL databases that `gongkai migrate` laid."""
    settings = Settings.load()
    archive = _checked(file, quiet=as_json)
    try:
        opened_keys = Archive.at(keys) if keys else None
        if opened_keys:
            opened_keys.check()
        _restore(settings, archive, opened_keys, dry_run=dry_run, quiet=as_json)
    except BackupWrong as fault:
        fail(str(fault))
    heads = {service: kept["head"] for service, kept in archive.manifest["services"].items()}
    value = {"changed": not dry_run, "heads": heads, "keys": keys is not None}
    lines = ["could be restored" if dry_run else "restored", *(f"{name} up to {head}" for name, head in heads.items())]
    if keys is None:
        lines.append("without keys: personal data reads as erased until they are restored (--keys)")
    answer(value, as_json, *lines, "each journal is held to the log at its start; what it says then, do first")


def _create(platform: LocalPlatform, file: Path, *, quiet: bool) -> None:
    settings = platform.settings
    engines = {name: platform.engine(name) for name in embedded.BUILDERS}
    store = Store(settings.var / "tlog")
    published = store.checkpoint  # before the cut: audit's copy then has at least as much
    log = None if settings.kafka else settings.var / "log.sqlite"
    manifest: dict[str, Any] = {"made_at": f"{SystemClock().now().isoformat()}", "program": version("gongkai")}
    with cut(engines, log) as seen, writing(file, manifest) as parts, steps(quiet=quiet) as show:
        with show.step("databases and documents") as progress:
            documents = settings.var / "documents"
            manifest |= copies.take(parts, seen, settings.county, documents, file.parent, progress)
        with show.step("transparency log"):
            manifest["leaves"] = _transparency(parts, seen, store, published)
        if (clock := settings.var / "clock.json").exists():
            parts.add_file("clock.json", clock)


def _transparency(parts: Parts, seen: Cut, store: Store, published: bytes) -> int:
    """The tiles of the tree that audit's copy knows, and the checkpoint that was published before."""
    rows = seen.databases["audit"].ask("SELECT size FROM tlog_tree")
    size = int(rows[0][0]) if rows else 0
    for tile in tiles_of(size):
        parts.add_bytes(f"tlog/{tile.path}", store.read(tile))
    if published:
        parts.add_bytes(f"tlog/{CHECKPOINT}", published)
    return size


def _create_keys(platform: LocalPlatform, file: Path) -> None:
    """After the databases: a key is made before the event that needs it."""
    var = platform.settings.var
    with writing(file, {"made_at": f"{SystemClock().now().isoformat()}"}) as parts:
        rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in platform.vault.store.export())
        parts.add_bytes(KEY_ROWS, rows.encode())
        for secret in _secrets(var) if platform.settings.development else ():
            parts.add_file(f"{SECRETS}{secret.relative_to(var)}", secret)


def _secrets(var: Path) -> Iterator[Path]:
    """What the development platform made for itself; elsewhere secrets are the operator's own to keep."""
    yield from sorted({file for pattern in DEVELOPMENT_SECRETS for file in var.glob(pattern) if file.is_file()})


def _restore(settings: Settings, archive: Archive, keys: Archive | None, *, dry_run: bool, quiet: bool) -> None:
    """First everything that could be in the way, then the files, then the rows."""
    copies.must_be_empty(settings.var, archive)
    services = archive.manifest["services"]
    engines = {name: _engine(settings, name) for name, kept in services.items() if kept["kind"] == TABLES}
    for name, engine in engines.items():
        must_be_laid(archive, name, engine)
    if dry_run:
        return
    copies.put_back(archive, settings.var)
    if keys:
        keys.extract(SECRETS, settings.var)
    with steps(quiet=quiet) as show:
        for name, engine in engines.items():
            with show.step(name) as progress:
                put_back_tables(archive, name, engine, progress)
    for name in services:
        engine = engines.get(name) or sqlite_engine(settings.var / f"{name}.sqlite")
        with reach.service():
            copies.mark(engine, name)
        engine.dispose()
    if keys:
        with keys.part(KEY_ROWS) as rows:  # what the restored journals say was forgotten is forgotten again
            put_back(json.loads(row) for row in rows)


def _engine(settings: Settings, name: str) -> Engine:
    url = settings.owner_url.get_secret_value() or settings.database_url.get_secret_value()
    if not url:
        raise BackupWrong("the backup is of PostgreSQL databases: GONGKAI_OWNER_URL says where they are to be restored")
    return owner_engine(url.replace("{service}", name))


def _checked(file: Path, *, quiet: bool) -> Archive:
    try:
        archive = Archive.at(file)
        with steps(quiet=quiet) as show, show.step(f"checking {file.name}") as progress:
            copies.check(archive, file.parent, progress)
    except BackupWrong as fault:
        fail(str(fault))
    return archive


def _must_reach_all(settings: Settings) -> None:
    """One moment for all databases needs the addresses of all."""
    for url in (settings.owner_url, settings.database_url):
        if (said := url.get_secret_value()) and "{service}" not in said:
            fail("GONGKAI_OWNER_URL and GONGKAI_DATABASE_URL must hold {service}: a backup is of all services at once")
    if not settings.database_url.get_secret_value():
        for name in embedded.BUILDERS:
            if not (settings.var / f"{name}.sqlite").exists():
                fail(f"there is no database of {name} in {settings.var}: is GONGKAI_VAR that of the platform?")
