"""Development only: the traces there are, one of them followed to the views it changed, and where they are sent to."""

import re
from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.portal.pages import Page
from services.portal.traces.kept import Kept, Trace
from services.portal.traces.story import tell
from services.portal.visit import Visit
from shared.clock import SHANGHAI
from shared.web import problems

TRACE_ID = re.compile(r"[0-9a-f]{32}")
RECEIVER = "/dev/traces/v1/traces"


def pages(kept: Kept) -> Sequence[Page]:
    """The list, and one trace by its id, as a problem+json names it."""

    async def listed(visit: Visit) -> Response:
        recorded = visit.sent("recorded") != "no"
        if wanted := _asked_for(visit.sent("trace")):
            return visit.see(f"/dev/traces/{wanted}")
        found = kept.begun(recorded=recorded)
        return visit.page("traces.html", found=[(trace, _clock_time(trace)) for trace in found], recorded=recorded)

    async def shown(visit: Visit) -> Response:
        trace = _asked_for(visit.path("trace"))
        found = kept.find(trace) if trace else None
        if found is None:
            return visit.page("trace_missing.html", 404)
        return visit.page("trace_story.html", trace=found, begun=_clock_time(found), story=tell(kept.story(trace)))

    return [Page("GET", "/dev/traces", listed), Page("GET", "/dev/traces/{trace}", shown)]


def receiver(kept: Kept) -> Route:
    """OTLP/HTTP: other processes of the development platform send their spans here."""
    from services.portal.traces import otlp  # takes protobuf along, which only this needs

    async def receive(request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in (otlp.PROTOBUF, otlp.JSON):
            return problems.problem(request, "UNSUPPORTED_MEDIA_TYPE", f"It takes {otlp.PROTOBUF} and {otlp.JSON}.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > otlp.BODY_BYTES_MAX:
                return problems.problem(request, "TOO_LARGE", f"It takes at most {otlp.BODY_BYTES_MAX} bytes.")
        try:
            kept.add(otlp.read(bytes(body), media_type, request.headers.get("content-encoding", "")))
        except otlp.NotOtlp:
            return problems.problem(request, "MALFORMED", "This is no OTLP export of traces.")
        return JSONResponse({}) if media_type == otlp.JSON else Response(b"", media_type=otlp.PROTOBUF)

    return Route(RECEIVER, receive, methods=["POST"])


def _asked_for(text: str) -> str:
    """The trace's id, also out of a whole traceparent; '' if there is none in it."""
    found = TRACE_ID.search(text.lower())
    return found.group() if found else ""


def _clock_time(trace: Trace) -> str:
    return datetime.fromtimestamp(trace.root.began / 1e9, SHANGHAI).strftime("%H:%M:%S")
