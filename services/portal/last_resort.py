"""What the portal does with faults nobody has foreseen: a page that says so, and one line in the log with the frames.

It stands inside the server's own net, which would log whole messages, and with them what people have sent.
"""

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import logs, tracing

log = structlog.get_logger("gongkai.portal")
Answer = Callable[[Request, Exception], Awaitable[Response]]


class LastResort:
    """ASGI middleware; ``answer`` makes the page."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app, self.answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as fault:
            if begun or scope["type"] != "http":
                raise
            logs.fault(log, fault, route=tracing.route(scope))
            response = await self.answer(Request(scope), fault)
            await response(scope, receive, send)
