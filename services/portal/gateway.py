"""One origin for all: what is asked of ``/api/<service>/…`` here is passed on to the service, and its answer
back.

Bodies stream both ways. Cookies and hop-by-hop headers stay behind: an API caller brings a bearer token,
never a session.
"""

from collections.abc import AsyncIterator

import httpx2
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.portal.clients import Services
from shared.telemetry import tracing
from shared.web import problems

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
    }
    | {"upgrade", "host", "cookie", "set-cookie", "forwarded", "x-forwarded-for", "x-forwarded-host"}
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def gateway(services: Services) -> list[Route]:
    """The routes that forward, the transparency log's to audit; they belong behind all others of their kind."""

    async def forward(request: Request) -> Response:
        client = services.clients.get(request.path_params.get("service", "audit"))
        if client is None:
            return problems.problem(request, "NOT_FOUND", "There is no such thing here.")
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        outgoing = client.build_request(request.method, path, headers=_kept(request), content=_body(request))
        try:
            answer = await client.send(outgoing, stream=True)
        except httpx2.TransportError:
            return problems.problem(request, "SERVICE_AWAY", "The service does not answer now; try again.")
        return _passed_back(answer)

    return [
        Route("/api/{service}/{rest:path}", forward, methods=METHODS),
        Route("/log/{rest:path}", forward, methods=["GET", "HEAD"]),
    ]


def _kept(request: Request) -> list[tuple[str, str]]:
    dropped = HOP_BY_HOP | {name.strip().lower() for name in request.headers.get("connection", "").split(",")}
    ours = tracing.outgoing()
    kept = [(name, value) for name, value in request.headers.items() if name not in dropped | ours.keys()]
    if "accept-encoding" not in request.headers:
        kept.append(("accept-encoding", "identity"))  # else our client would ask for more than the caller can read
    return [*kept, *ours.items()]


def _body(request: Request) -> AsyncIterator[bytes] | None:
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return request.stream() if has_body else None


def _passed_back(answer: httpx2.Response) -> Response:
    response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
    kept = [
        (n.encode("latin-1"), v.encode("latin-1"))
        for n, v in answer.headers.multi_items()
        if n.lower() not in HOP_BY_HOP
    ]
    response.raw_headers = kept
    return response
