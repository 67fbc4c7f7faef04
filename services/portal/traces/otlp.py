"""What processes send over OTLP/HTTP, protobuf or JSON, read into spans. Start at :func:`read`."""

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span, Status

from services.portal.traces.spans import KINDS, NAME_MAX, Seen, said

PROTOBUF, JSON = "application/x-protobuf", "application/json"
BODY_BYTES_MAX = 4_000_000
UNPACKED_BYTES_MAX = 32_000_000
IDS = frozenset({"traceId", "spanId", "parentSpanId"})


class NotOtlp(ValueError):
    """What was sent is no export of traces, or too much at once."""


def read(body: bytes, media_type: str, encoding: str = "") -> list[Seen]:
    """The spans of one export. Raises :class:`NotOtlp`."""
    content = _unpacked(body) if encoding == "gzip" else body
    try:
        sent = _from_json(content) if media_type == JSON else ExportTraceServiceRequest.FromString(content)
        return [span for resource in sent.resource_spans for span in _spans(resource)]
    except (DecodeError, json_format.ParseError, ValueError, TypeError, RecursionError) as fault:
        raise NotOtlp(type(fault).__name__) from fault


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(body, UNPACKED_BYTES_MAX)
    except zlib.error as fault:
        raise NotOtlp("not gzip") from fault
    if unpacking.unconsumed_tail:
        raise NotOtlp("too much")
    return content


def _from_json(content: bytes) -> ExportTraceServiceRequest:
    """OTLP's JSON is protobuf's, but for ids, which are hexadecimal."""
    sent = ExportTraceServiceRequest()
    json_format.ParseDict(_ids(json.loads(content)), sent, ignore_unknown_fields=True)
    return sent


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(one) for one in value]
    if isinstance(value, dict):
        return {k: base64.b64encode(bytes.fromhex(v)).decode() if k in IDS else _ids(v) for k, v in value.items()}
    return value


def _spans(resource: ResourceSpans) -> Iterator[Seen]:
    named = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
    for scope in resource.scope_spans:
        for span in scope.spans:
            if len(span.trace_id) == 16 and len(span.span_id) == 8:
                yield _seen(span, (named or ["?"])[0][:NAME_MAX])


def _seen(span: Span, process: str) -> Seen:
    return Seen(
        trace=span.trace_id.hex(),
        span=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        process=process,
        name=span.name[:NAME_MAX],
        kind=KINDS[span.kind] if span.kind < len(KINDS) else KINDS[0],
        began=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        says=said((a.key, _plain(a.value)) for a in span.attributes),
    )


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else ""
