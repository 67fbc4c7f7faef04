"""``gongkai doctor``: what this machine and these settings lack, a plain line each; never a secret's value."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import typer
from pydantic import ValidationError

from services.cli.faults import settings_wrong
from services.cli.output import AsJson, answer, err
from services.split.kafka import KafkaMissing, find_kafka
from services.split.postgres import PostgresMissing, find_binaries
from shared.settings import Settings


@dataclass(frozen=True)
class Finding:
    what: str
    missing: str
    how: str


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    tests: Annotated[bool, typer.Option("--tests", help="Only what tests would have to leave out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is misconfigured or missing; ends with 1 if something is."""
    findings = [*_test_parts()] if tests else [*_settings(), *_test_parts()]
    required = os.environ.get("GONGKAI_REQUIRE_ALL") == "1"
    if as_json:
        answer([f.__dict__ for f in findings], as_json)
    for finding in findings:
        err.print(f"not here: {finding.what} ({finding.missing}); {finding.how}", markup=False)
    if not findings:
        answer([], False, *([] if as_json else ["nothing is missing"]))
    if findings and (required or not tests):
        raise typer.Exit(1)


def _settings() -> Iterator[Finding]:
    try:
        settings = Settings.load()
    except ValidationError as wrong:
        for line in settings_wrong(wrong):
            yield Finding("a setting", line, "docs/operate.md lists them")
        return
    if settings.development:
        return
    for name in ("issuer", "database_url", "kafka", "session_secret", "client_secret"):
        value = getattr(settings, name)
        if not (value.get_secret_value() if hasattr(value, "get_secret_value") else value):
            yield Finding("a setting", f"GONGKAI_{name.upper()} is empty", "docs/operate.md says what it is")


def split_parts_missing() -> Iterator[Finding]:
    """What the split platform needs and this machine cannot have."""
    yield from _found("PostgreSQL", find_binaries, PostgresMissing)
    yield from _found("Apache Kafka", _kafka_can_be_had, KafkaMissing)


def _test_parts() -> Iterator[Finding]:
    yield from split_parts_missing()
    if shutil.which("chromium") is None:
        yield Finding("tests in a browser", "Chromium is not installed", "apt-get install chromium fonts-noto-cjk")
    if shutil.which("go") is None:
        yield Finding("the transparency log read by Go's packages", "Go is not installed", "apt-get install golang-go")
    if importlib.util.find_spec("playwright") is None:
        yield Finding("tests in a browser", "Playwright is not installed", "`make test` installs it")


def _kafka_can_be_had() -> None:
    """Here already, or to be fetched through Maven when the tests need it."""
    try:
        find_kafka()
    except KafkaMissing:
        if shutil.which("java") is None or shutil.which("mvn") is None:
            raise


def _found(what: str, find: Callable[[], object], missing: type[Exception]) -> Iterator[Finding]:
    try:
        find()
    except missing as absent:
        yield Finding(what, str(absent).split(";", 1)[0], str(absent).split(";", 1)[-1].strip())
