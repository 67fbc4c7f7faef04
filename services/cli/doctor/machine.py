"""This machine: the folder where data lies, room in it, and the holidays of this year and the next."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from services.cli.doctor.finding import Finding, warning
from shared import calendars
from shared.clock import Clock, SystemClock, business_day
from shared.settings import Settings
from shared.telemetry.standing import newest_backups

BACKUP_AGE_MAX = timedelta(hours=26)
FREE_SHARE_MIN = 0.1
FREE_BYTES_MIN = 1_000_000_000


def the_folder(settings: Settings) -> Iterator[Finding]:
    """It can be written to and has room. Where it is not there yet, its parent counts."""
    folder = settings.var
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), Path("/"))
    if not there.is_dir():
        yield Finding("GONGKAI_VAR", f"{there} is no folder", "name a folder that the service may write to")
        return
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".gongkai-doctor-"):
            pass
    except OSError as refused:
        how = "give it to the user that runs the service"
        yield Finding("GONGKAI_VAR", f"{there} cannot be written to ({refused.strerror})", how)
    disk = shutil.disk_usage(there)
    if disk.free < FREE_BYTES_MIN:
        yield Finding("the disk", f"{disk.free // 1_000_000} MB are free under {there}", "make room before it is full")
    elif disk.free < FREE_SHARE_MIN * disk.total:
        yield warning("the disk", f"{100 * disk.free // disk.total} % are free under {there}", "make room soon")


def the_backups(settings: Settings) -> Iterator[Finding]:
    """Where their folder is named: of today, data and keys."""
    folder = Path(settings.backups)
    if settings.backups and not folder.is_dir():
        yield Finding("the backups", f"{folder} is no folder", "GONGKAI_BACKUPS names where `gongkai backup` writes")
    elif settings.backups:
        now = SystemClock().now()
        for kind, made in newest_backups(folder, settings.county).items():
            if made is None:
                yield Finding("the backups", f"there is none of the {kind} in {folder}", "`gongkai backup create`")
            elif now - made > BACKUP_AGE_MAX:
                hours = round((now - made).total_seconds() / 3600)
                how = "look why the job that makes them did not"
                yield Finding("the backups", f"the newest of the {kind} is {hours} hours old", how)


def the_calendars(settings: Settings) -> Iterator[Finding]:
    """Due dates of a year can be reckoned only with its holidays."""
    yield from calendars_missing(settings, SystemClock(), calendars.years())


def calendars_missing(settings: Settings, clock: Clock, known: tuple[int, ...]) -> Iterator[Finding]:
    del settings
    today = business_day(clock.now())
    if today.year not in known:
        how = "load the State Council's notice through the register; without it due dates count every weekday"
        yield Finding("the holidays", f"none are known for {today.year}", how)
    if today.year + 1 not in known:
        how = "load the State Council's notice when it is given, usually in November"
        yield warning("the holidays", f"none are known for {today.year + 1}", how)
