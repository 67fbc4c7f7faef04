"""A request made at the portal's address is followed through two processes and Kafka into a third one's view."""

from pathlib import Path

import httpx2
import pytest

from services.cli.demo import load_demo
from shared.telemetry import names
from tests.journeys import platforms
from tests.journeys.traces import Receiver, Sent, receiver

RELEASE = "POST /api/publication/v1/disclosures/{disclosure}/release-inside"


@pytest.mark.split
@pytest.mark.postgres
@pytest.mark.kafka
def test_a_request_at_the_portal_is_followed_through_kafka_to_the_archive(tmp_path: Path) -> None:
    platforms.need_split_parts()
    with receiver() as received:
        told = {"GONGKAI_OTLP_ENDPOINT": received.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        with platforms.split(tmp_path, **told) as here, httpx2.Client(base_url=here.url, timeout=60) as client:
            load_demo(client)
            it_can_be_followed(received)


def it_can_be_followed(received: Receiver) -> None:
    """From the portal's span to publication's command, over its relay's, to the archive's work on it."""
    request = received.await_one(lambda spans: first(spans, process="publication", name=RELEASE))
    portal = received.await_one(lambda spans: first(spans, process="portal", span=request.parent))
    command = received.await_one(lambda spans: first(spans, name=names.COMMAND, parent=request.span))
    append = received.await_one(lambda spans: first(spans, name=names.APPEND, parent=command.span))
    assert {portal.trace} == {request.trace, command.trace, append.trace}
    assert portal.name == "POST /api/{service}/{rest:path}"
    received.await_one(lambda spans: linked(spans, command, "publication", f"{names.SEND} publication"))
    received.await_one(lambda spans: linked(spans, command, "archive", f"{names.PROCESS} publication"))
    filing = received.await_one(lambda spans: linked(spans, command, "archive", names.COMMAND))
    received.await_one(lambda spans: first(spans, process="archive", name=names.APPEND, parent=filing.span))


def first(spans: list[Sent], **wanted: str) -> Sent | None:
    return next((s for s in spans if all(getattr(s, field) == value for field, value in wanted.items())), None)


def linked(spans: list[Sent], to: Sent, process: str, name: str) -> Sent | None:
    return next((s for s in spans if (s.process, s.name) == (process, name) and to.span in s.links), None)
