"""``gongkai doctor``: what this machine and these settings lack, a plain line each; never a secret's value."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Annotated

import typer

from services.cli import doctor as doctoring
from services.cli.doctor.finding import Finding
from services.cli.output import AsJson, answer, err
from services.split.kafka import KafkaMissing, find_kafka
from services.split.postgres import PostgresMissing, find_binaries


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    tests: Annotated[bool, typer.Option("--tests", help="Only what tests would have to leave out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is misconfigured or missing, and what to do; ends with 1 for errors. Never says a secret's value."""
    if tests:
        _say_what_tests_leave_out(as_json)
        return
    found = [*doctoring.findings(), *(replace(f, level="warning") for f in _platform_parts())]
    if as_json:
        answer([asdict(finding) for finding in found], as_json)
    for finding in found:
        err.print(finding.line, markup=False)
    if not found:
        answer([], False, *([] if as_json else ["nothing is missing"]))
    if any(finding.level == "error" for finding in found):
        raise typer.Exit(1)


def _say_what_tests_leave_out(as_json: bool) -> None:
    found = list(_test_parts())
    if as_json:
        answer([asdict(finding) for finding in found], as_json)
    for finding in found:
        err.print(f"not here: {finding.what} ({finding.missing}); {finding.how}", markup=False)
    if not found:
        answer([], False, *([] if as_json else ["nothing is missing"]))
    if found and os.environ.get("GONGKAI_REQUIRE_ALL") == "1":
        raise typer.Exit(1)


def _platform_parts() -> Iterator[Finding]:
    """On a developer's machine, what `gongkai up` would lack."""
    if os.environ.get("GONGKAI_ENVIRONMENT") == "development":
        yield from split_parts_missing()


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
