"""``gongkai topics``: bring Kafka's topics to what deploy/kafka/topics.yaml declares."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AsJson, DryRun, answer, fail
from shared.log import LogUnavailable
from shared.settings import Settings

app = typer.Typer(help="The topics of the event log.", no_args_is_help=True)
DECLARED = Path(__file__).parents[2] / "deploy" / "kafka" / "topics.yaml"


@app.callback()
def topics() -> None:
    """Topics are declared in a file, created from it, and never changed: what differs is reported."""


@app.command()
def apply(
    file: Annotated[Path, typer.Option(help="The declaration.")] = DECLARED,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are missing; report those that differ; change nothing else."""
    from shared.log.topics import apply_topics  # takes kafka-python along, which only this needs

    settings = Settings.load()
    if not settings.kafka:
        fail("GONGKAI_KAFKA is not set: the embedded log makes its own topics")
    try:
        report = apply_topics(settings.kafka, file, county=settings.county, dry_run=dry_run)
    except LogUnavailable as away:
        fail(f"Kafka at {settings.kafka} cannot be reached: {away}")
    verb = "would be created" if dry_run else "created"
    lines = [f"{verb}: {name}" for name in report.created] + [f"differs: {what}" for what in report.differing]
    answer(report.as_dict(), as_json, *lines, f"as declared: {len(report.unchanged)}")
    if report.differing:
        raise typer.Exit(1)
