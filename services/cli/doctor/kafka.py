"""Kafka: reachable, the topics as declared, and nothing lost when a broker is."""

from collections.abc import Iterator

from services.cli.doctor.finding import Finding, warning
from services.cli.topics import DECLARED
from shared.log import LogUnavailable
from shared.settings import Settings

KAFKA = "Kafka"


def the_topics(settings: Settings) -> Iterator[Finding]:
    if not settings.kafka:
        return
    from shared.log import topics  # takes kafka-python along, which only this needs

    try:
        report = topics.apply_topics(settings.kafka, DECLARED, county=settings.county, dry_run=True)
    except LogUnavailable as away:
        kind = str(away).rpartition(": ")[2].partition("(")[0].strip()
        yield Finding(KAFKA, f"cannot be reached at {settings.kafka} ({kind})", "is it up, and is GONGKAI_KAFKA right?")
        return
    for name in report.created:
        yield Finding(KAFKA, f"the topic {name} is missing", "run `gongkai topics apply`")
    for what in report.differing:
        never = "; partitions can never be changed, so the county must be made anew" if "partitions" in what else ""
        how = f"bring it to what deploy/kafka/topics.yaml declares{never}"
        yield Finding(KAFKA, f"the topic {what}", how)
    declared = topics.declared(DECLARED, settings.county)
    if not settings.development and declared.replicas < 3:
        how = "with three brokers declare replicas 3 and min.insync.replicas 2 before the topics are made"
        yield warning(KAFKA, f"topics are declared with {declared.replicas} replica", how)
