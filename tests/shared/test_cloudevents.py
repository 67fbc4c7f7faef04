"""Events on the wire are CloudEvents 1.0 that the CloudEvents project's own library reads and writes alike."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    from_structured_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.cloudevents import NotAnEvent, attributes, canonical, from_record, from_structured, structured, to_record
from shared.events import Context, Recorded
from shared.log import Outgoing, Record

EVENT = Recorded(
    service="publication",
    position=1_042,
    stream="disclosure-018f",
    version=3,
    event_id="018f0000-0000-7000-8000-000000000001",
    type="cn.gongkai.publication.DisclosureApproved.v1",
    recorded_at=datetime(2026, 4, 10, 1, 2, 3, 456789, tzinfo=UTC),
    data={"title": "三月党费收缴情况", "version": 2, "late": None},
    context=Context(
        town="fengyang",
        actor="wang-jianjun",
        post="FY-R1/secretary",
        organisation="FY-R1",
        command_id="c-1",
        correlation_id="r-1",
        causation_id="e-1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ),
)
TEXT = st.text(st.characters(exclude_categories=["C"]), max_size=20)


def as_read(sent: Outgoing) -> Record:
    return Record(sent.topic, sent.partition, 0, sent.key, sent.value, sent.headers)


def as_message(sent: Outgoing) -> KafkaMessage:
    return KafkaMessage(dict(sent.headers), sent.key, sent.value)


def as_record(message: KafkaMessage) -> Record:
    return Record("topic", 0, 0, b"key", message.value, tuple(message.headers.items()))


def theirs(event: Recorded) -> CloudEvent:
    """The same event made with the library's own class."""
    attributes: dict[str, Any] = structured(event, "qingshan")
    data = attributes.pop("data")
    return CloudEvent(attributes | {"time": event.recorded_at}, data)


def test_a_record_is_what_the_library_reads_as_the_same_event() -> None:
    read = from_binary_event(as_message(to_record(EVENT, "qingshan", 3, after=7)))
    assert read.get_id() == EVENT.event_id
    assert read.get_source() == "/qingshan/fengyang/publication"
    assert read.get_type() == EVENT.type
    assert read.get_subject() == EVENT.stream
    assert read.get_time() == EVENT.recorded_at
    assert read.get_dataschema() == "urn:gongkai:contract:publication:DisclosureApproved:v1"
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == EVENT.data
    assert read.get_extension("sequence") == "00000000000000001042"
    assert read.get_extension("traceparent") == EVENT.context.traceparent
    assert read.get_extension("partitionkey") == EVENT.stream


def test_what_the_library_writes_in_binary_mode_is_read_as_our_event() -> None:
    read = from_record(as_record(to_binary_event(theirs(EVENT))))
    assert (read, read.context) == (EVENT, EVENT.context)


def test_structured_mode_is_read_by_both() -> None:
    message = to_structured_event(theirs(EVENT))
    assert message.headers["content-type"].lower().startswith(b"application/cloudevents+json")
    assert from_record(as_record(message)) == EVENT
    ours = json.dumps(structured(EVENT, "qingshan")).encode()
    read = from_structured_event(KafkaMessage({"content-type": b"application/cloudevents+json"}, None, ours))
    assert read.get_attributes() == theirs(EVENT).get_attributes()
    assert read.get_data() == EVENT.data


def test_a_record_names_the_one_before_it_outside_the_event() -> None:
    sent = to_record(EVENT, "qingshan", 3, after=7)
    assert as_read(sent).header("after") == "7"
    assert "after" not in structured(EVENT, "qingshan")
    assert (sent.topic, sent.key) == ("qingshan.publication.events.v1", b"disclosure-018f")


@pytest.mark.parametrize("context", [EVENT.context, Context(town="", actor="service:publication")])
def test_the_headers_of_a_record_are_the_attributes_in_their_order(context: Context) -> None:
    event = replace(EVENT, context=context)
    expected = [("content-type", "application/json")]
    expected += [(f"ce_{name}", text) for name, text in attributes(event, "qingshan").items()]
    found = to_record(event, "qingshan", 3, 7).headers
    assert [(name, value.decode()) for name, value in found] == [*expected, ("after", "7")]


def test_a_county_organ_has_no_town_in_its_source() -> None:
    event = replace(EVENT, context=Context(town="", actor="li-na"))
    assert structured(event, "qingshan")["source"] == "/qingshan/publication"
    assert from_structured(structured(event, "qingshan")).context == event.context


def test_canonical_bytes_do_not_depend_on_the_order_of_fields() -> None:
    shuffled = replace(EVENT, data=dict(reversed(list(EVENT.data.items()))))
    assert canonical(EVENT, "qingshan") == canonical(shuffled, "qingshan")
    assert json.loads(canonical(EVENT, "qingshan")) == structured(EVENT, "qingshan")


@given(
    position=st.integers(1, 2**53),
    actor=TEXT,
    post=TEXT,
    data=st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT), max_size=4),
    later=st.timedeltas(timedelta(0), timedelta(days=3650)),
)
def test_an_event_comes_back_as_it_was_sent(
    position: int, actor: str, post: str, data: dict[str, Any], later: timedelta
) -> None:
    context = Context(town="fengyang", actor=actor, post=post)
    event = replace(EVENT, position=position, data=data, recorded_at=EVENT.recorded_at + later, context=context)
    read = from_record(as_read(to_record(event, "qingshan", 3, after=0)))
    assert (read, read.context) == (event, context)
    read = from_structured(json.loads(json.dumps(structured(event, "qingshan"))))
    assert (read, read.context) == (event, context)


@pytest.mark.parametrize("broken", ["ce_specversion", "ce_id", "ce_type", "ce_time", "ce_sequence", "ce_subject"])
def test_a_record_without_a_needed_attribute_is_not_an_event(broken: str) -> None:
    sent = to_record(EVENT, "qingshan", 3, after=0)
    headers = tuple(header for header in sent.headers if header[0] != broken)
    with pytest.raises(NotAnEvent):
        from_record(Record("topic", 0, 0, sent.key, sent.value, headers))


@pytest.mark.parametrize("value", [b"", b"nonsense", b"[1]", b"null", b"\xff"])
def test_a_record_whose_value_is_no_json_object_is_not_an_event(value: bytes) -> None:
    sent = to_record(EVENT, "qingshan", 3, after=0)
    with pytest.raises(NotAnEvent):
        from_record(Record("topic", 0, 0, sent.key, value, sent.headers))
