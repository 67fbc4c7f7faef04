"""What the portal asks of a browser and tells it: where a form came from, and what a page may load.

A form is taken only from our own pages (Fetch Metadata, else Origin) and with the token we put into it.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'{issuer}; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Puts the headers on whatever the portal answers; an answer that has its own of a name keeps it."""

    def __init__(self, app: ASGIApp, public_url: str, issuer: str) -> None:
        self.app = app
        origin = origin_of(issuer) if issuer else ""
        foreign = f" {origin}" if origin and origin != origin_of(public_url) else ""
        self.headers = HEADERS | {"Content-Security-Policy": CSP.format(issuer=foreign)}
        if public_url.startswith("https:"):
            self.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def from_our_pages(request: Request, public_url: str) -> bool:
    """Whether a form was sent from one of our own pages; an old browser that says nothing is left to the form
    token.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin in (origin_of(public_url), origin_of(str(request.url)))


def form_token(secret: bytes, visitor: str) -> str:
    return hmac.new(secret, f"form:{visitor}".encode(), hashlib.sha256).hexdigest()


def form_token_fits(secret: bytes, visitor: str, token: str) -> bool:
    return bool(visitor) and hmac.compare_digest(form_token(secret, visitor).encode(), token.encode())
