"""Logs: one JSON object a line on stdout, with the trace it belongs to; the last net that catches secrets.

Programs log events with fields, never sentences with values in them. Fields whose names speak of secrets or
texts are blanked here, whoever logged them.
"""

import atexit
import json
import logging
import re
import sys
import time
import traceback
from collections import deque
from collections.abc import MutableMapping
from contextlib import suppress
from threading import Event, Lock, Thread
from threading import enumerate as enumerate_threads
from typing import Any

import orjson
import structlog
from fastapi.exceptions import ValidationException
from opentelemetry import trace
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from shared.telemetry.tracing import OnlyNamed

BLANKED = frozenset(
    {
        "authorization",
        "body",
        "cookie",
        "password",
        "secret",
        "client_secret",
        "text",
        "title",
        "token",
        "access_token",
    }
)


REPEAT_SECONDS = 60.0  # how often what goes on is said again
_CAUSE = re.compile(r"\w+Error: .*")
_NUMBERS = re.compile(r"\d+")


class OnceAMinute(logging.Filter):
    """Libraries tell of every attempt; what they say of one cause is let through once a minute."""

    LIBRARIES = ("kafka", "opentelemetry", "urllib3")

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        library = record.name.partition(".")[0]
        if library not in self.LIBRARIES:
            return True
        text = record.getMessage()
        cause = _CAUSE.search(text)
        key = (library, record.levelname, _NUMBERS.sub("#", cause.group() if cause else text).rstrip(")"))
        return _due(self._said, key)


class Lines:
    """Where our own events go: straight to stdout, a line each, past the standard library's loggers.

    Warnings and worse are out before the call returns; others leave together, :data:`GATHERED_SECONDS` later at most.
    """

    def __init__(self, name: str = "gongkai") -> None:
        self.name = name

    def later(self, line: str) -> None:
        _lines.append(line)
        if not _gathered.is_set():
            _gathered.set()

    def now(self, line: str) -> None:
        _lines.append(line)
        write_out()

    debug = info = msg = later
    warning = error = critical = exception = log = now


GATHERED_SECONDS = 0.05
FLUSHING = "write-logs"
_lines: deque[str] = deque()
_gathered = Event()
_writing = Lock()


def write_out() -> None:
    """What was gathered goes to stdout now, in its order."""
    with _writing, suppress(OSError, ValueError):  # perhaps nobody reads any more
        gathered = [_lines.popleft() for _ in range(len(_lines))]
        sys.stdout.write("".join(f"{line}\n" for line in gathered))
        sys.stdout.flush()


def _write_out_in_time() -> None:
    while True:
        _gathered.wait()
        time.sleep(GATHERED_SECONDS)
        _gathered.clear()
        write_out()


_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def _as_json(event: Any, **_: Any) -> str:
    """orjson is by far the quicker, but knows neither half a character nor a very large number."""
    try:
        return orjson.dumps(event, default=repr).decode()
    except orjson.JSONEncodeError:
        return _encode(event)


def set_up(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to stdout as JSON, with service and trace ids."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _names_service(service),
        _names_trace,
        _blanks_secrets,
        structlog.processors.format_exc_info,
    ]
    render = structlog.processors.JSONRenderer(_as_json)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=Lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )
    if not any(thread.name == FLUSHING for thread in enumerate_threads()):
        Thread(target=_write_out_in_time, name=FLUSHING, daemon=True).start()
        atexit.register(write_out)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(OnceAMinute())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for addresses in ("uvicorn.access", "httpx2"):  # an address may name people, a route's template does not
        logging.getLogger(addresses).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # `started` and `stopped` say it in one line
    logging.getLogger("kafka").setLevel(logging.WARNING)  # it tells of every connection; what matters the relay says


def going_on(logger: Any, event: str, **about: str) -> None:
    """Warn of what many requests meet alike: at once, and again each minute, not for each of them."""
    if _due(_told, (event, *(f"{name}={value}" for name, value in sorted(about.items()) if name != "reason"))):
        logger.warning(event, **about)


def fault(logger: Any, what: BaseException, **fields: str) -> None:
    """Log an unexpected fault with its frames; its message only where it cannot quote what was sent."""
    quotes = isinstance(what, SQLAlchemyError | ValidationError | ValidationException)
    message = "" if quotes else str(what)[:500]
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(what.__traceback__)]
    logger.error("fault", kind=type(what).__name__, message=message, frames=frames, **fields)


_told: dict[tuple[str, ...], float] = {}
KEYS_MAX = 1000


def _due(said: dict[tuple[str, ...], float], key: tuple[str, ...]) -> bool:
    now = time.monotonic()
    if now - said.get(key, float("-inf")) < REPEAT_SECONDS:
        return False
    if len(said) >= KEYS_MAX:
        said.clear()
    said[key] = now
    return True


def _names_service(service: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    return add


def _names_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span()
    if isinstance(span, OnlyNamed):
        event["trace_id"], event["span_id"] = span.trace_id, span.span_id
    elif (context := span.get_span_context()).is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def _blanks_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key.lower() in BLANKED:
            event[key] = "[blanked]"
    return event
