"""An event on the wire: CloudEvents 1.0, in the Kafka binary binding between services and as JSON everywhere
else.

Start at :func:`to_record` and :func:`from_record`; :func:`structured` is the whole event as one JSON object,
and :func:`canonical` its bytes where they are hashed (RFC 8785).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from shared.canonical import canonical_json
from shared.events import Context, Recorded
from shared.log import Outgoing, Record, partition_of

CONTENT_TYPE = "application/json"
STRUCTURED_TYPE = "application/cloudevents+json"
SEQUENCE_DIGITS = 20  # zero-padded, so that sequences also sort as text (CloudEvents sequence extension)
CONTEXT = {
    "town": "town",
    "actor": "actor",
    "post": "post",
    "organisation": "organisation",
    "commandid": "command_id",
    "correlationid": "correlation_id",
    "causationid": "causation_id",
    "traceparent": "traceparent",
}


_CONTENT_HEADER = ("content-type", CONTENT_TYPE.encode())
_VERSION_HEADER = ("ce_specversion", b"1.0")
_CONTEXT_NAMES = tuple(CONTEXT)
_CONTEXT_HEADERS = tuple(f"ce_{name}" for name in CONTEXT)
_WHO, _WHENCE = _CONTEXT_HEADERS[:4], _CONTEXT_HEADERS[4:]


class NotAnEvent(Exception):
    """A record or JSON object that is not one of our CloudEvents."""


@lru_cache(maxsize=64)
def topic_of(county: str, service: str) -> str:
    return f"{county}.{service}.events.v1"


@lru_cache(maxsize=4096)
def source_of(county: str, town: str, service: str) -> str:
    """Where an event comes from; county organs have no town and leave it out."""
    return "/" + "/".join(part for part in (county, town, service) if part)


@lru_cache(maxsize=1024)
def schema_of(event_type: str) -> str:
    """The name of the contract: ``shared/contracts/<service>/<Event>.json``, as a URN."""
    service, name, version = event_type.rsplit(".", 3)[-3:]
    return f"urn:gongkai:contract:{service}:{name}:{version}"


def attributes(event: Recorded, county: str) -> dict[str, str]:
    """Every context attribute but ``datacontenttype``, as the text it has in headers."""
    context = event.attributed
    named = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": source_of(county, context[0], event.service),
        "type": event.type,
        "subject": event.stream,
        "time": instant(event.recorded_at),
        "dataschema": schema_of(event.type),
        "partitionkey": event.stream,
        "sequence": f"{event.position:0{SEQUENCE_DIGITS}d}",
        "streamversion": str(event.version),
    }
    return named | {name: text for name, text in zip(_CONTEXT_NAMES, context, strict=True) if text}


def to_record(event: Recorded, county: str, partitions: int, after: int) -> Outgoing:
    """The Kafka binary binding: :func:`attributes` as headers, made without the way through a dict.

    ``after`` is the journal position of the record before it in its partition.
    """
    key, (town, actor, post, organisation, *whence) = event.stream.encode(), event.attributed
    source, kind, schema = _constant_headers(county, event.service, town, event.type)
    headers = [
        *(_CONTENT_HEADER, _VERSION_HEADER, ("ce_id", event.event_id.encode()), source, kind, ("ce_subject", key)),
        *(_time_header(event.recorded_at), schema, ("ce_partitionkey", key)),
        *(("ce_sequence", b"%020d" % event.position), ("ce_streamversion", b"%d" % event.version)),
        *_who_headers(town, actor, post, organisation),
    ]
    headers += [(name, text.encode()) for name, text in zip(_WHENCE, whence, strict=True) if text]
    headers.append(("after", b"%d" % after))
    return Outgoing(
        topic=topic_of(county, event.service),
        partition=partition_of(key, partitions),
        key=key,
        value=event.text.encode(),
        headers=tuple(headers),
    )


@lru_cache(maxsize=1024)
def _time_header(moment: datetime) -> tuple[str, bytes]:
    return "ce_time", instant(moment).encode()


@lru_cache(maxsize=4096)
def _who_headers(*who: str) -> tuple[tuple[str, bytes], ...]:
    """Of the town, and of whoever acted in which post for which organisation."""
    return tuple((name, text.encode()) for name, text in zip(_WHO, who, strict=True) if text)


@lru_cache(maxsize=4096)
def _constant_headers(county: str, service: str, town: str, event_type: str) -> tuple[tuple[str, bytes], ...]:
    """Those that are the same for very many events: source, type and schema."""
    source, schema = source_of(county, town, service), schema_of(event_type)
    return ("ce_source", source.encode()), ("ce_type", event_type.encode()), ("ce_dataschema", schema.encode())


def from_record(record: Record) -> Recorded:
    """The event of a record in binary or structured mode. Raises :class:`NotAnEvent`."""
    if record.header("content-type").lower().startswith(STRUCTURED_TYPE):
        return from_structured(_json(record.value))
    named = {name[3:]: value.decode() for name, value in record.headers if name.startswith("ce_")}
    return _recorded(named, _json(record.value))


def structured(event: Recorded, county: str) -> dict[str, Any]:
    """The event as one JSON object (CloudEvents JSON format)."""
    named: dict[str, Any] = dict(attributes(event, county))
    named["streamversion"] = event.version
    return {**named, "datacontenttype": CONTENT_TYPE, "data": dict(event.data)}


def from_structured(event: Mapping[str, Any]) -> Recorded:
    """Raises :class:`NotAnEvent`."""
    return _recorded({name: str(value) for name, value in event.items() if name != "data"}, event.get("data"))


def canonical(event: Recorded, county: str) -> bytes:
    """The bytes of the event that are hashed: its structured JSON by RFC 8785."""
    return canonical_json(structured(event, county))


@lru_cache(maxsize=1024)  # what was committed together has one time
def instant(moment: datetime) -> str:
    """RFC 3339 in UTC: the same text for the same instant."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _json(value: bytes) -> Any:
    try:
        return json.loads(value)
    except ValueError as fault:
        raise NotAnEvent(f"the value is not JSON: {fault}") from fault


def _recorded(named: Mapping[str, str], data: Any) -> Recorded:
    if named.get("specversion") != "1.0" or not isinstance(data, dict):
        raise NotAnEvent("not a CloudEvents 1.0 event with a JSON object as its data")
    try:
        return Recorded(
            service=named["type"].rsplit(".", 3)[-3],
            position=int(named["sequence"]),
            stream=named["subject"],
            version=int(named["streamversion"]),
            event_id=named["id"],
            type=named["type"],
            recorded_at=datetime.fromisoformat(named["time"]),
            data=data,
            context=Context(**({"town": "", "actor": ""} | {f: named[n] for n, f in CONTEXT.items() if n in named})),
        )
    except (KeyError, ValueError, IndexError) as fault:
        raise NotAnEvent(f"an attribute is missing or malformed: {fault}") from fault
