"""What ``gongkai doctor`` looks at, a file per thing: settings, databases, Kafka, keys, issuer, e-mail, this machine.

A check takes the settings and yields findings; :func:`findings` runs them all, whatever one of them meets.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from services.cli.doctor import databases, given, issuing, kafka, keys, machine, mailing
from services.cli.doctor.finding import Check, Finding, looked
from services.cli.faults import settings_wrong
from shared.settings import Settings

CHECKS: tuple[Check, ...] = (
    given.what_is_empty,
    given.secrets_too_weak,
    given.what_is_no_setting,
    given.secret_files,
    given.addresses,
    machine.the_folder,
    machine.the_backups,
    machine.the_calendars,
    databases.every_database,
    kafka.the_topics,
    keys.the_log_key,
    keys.the_key_store,
    issuing.the_issuer,
    mailing.smtp_settings,
    mailing.the_mail_server,
)


def findings() -> Iterator[Finding]:
    """All that is wrong with the settings of this environment, and with what they name."""
    try:
        settings = Settings.load()
    except ValidationError as wrong:
        for line in settings_wrong(wrong):
            yield Finding("a setting", line, "docs/operate.md lists them")
        return
    yield from looked(settings, CHECKS)
