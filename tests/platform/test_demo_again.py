"""The demo loaded again, through whichever address of the platform, asks for the same and so does nothing twice."""

from dataclasses import dataclass, field

import httpx2
import pytest

from services.cli.demo import load_demo


@dataclass
class Platform:
    """Says yes to everything, and keeps what it was asked under each key."""

    asked: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if not path.startswith("/api/") or request.method == "GET":
            return httpx2.Response(200, json={"now": "2026-01-05T09:00:00+08:00", "access_token": "t", "items": []})
        key, body = request.headers["Idempotency-Key"], request.read()
        boundary = request.headers.get("Content-Type", "").partition("boundary=")[2].encode()
        said = (path, request.headers.get("If-Match", ""), body.replace(boundary, b"") if boundary else body)
        assert self.asked.setdefault(key, said) == said, f"{key} is used for two commands"
        made = path.rstrip("/").replace("/", "-")
        return httpx2.Response(201, json={"id": made, "version": 1, "position": f"catalogue:{len(self.asked)}"})


def loaded(url: str) -> Platform:
    platform = Platform()
    with httpx2.Client(base_url=url, transport=httpx2.MockTransport(platform)) as client:
        load_demo(client)
    return platform


@pytest.mark.parametrize("url", ["http://127.0.0.1:8010", "https://gongkai.example/"])
def test_the_demo_asks_for_the_same_at_every_address(url: str) -> None:
    """IDEMPOTENCY_KEY_REUSED would end it, if a command with the same key said another thing (design 1.2)."""
    first, again = loaded("http://127.0.0.1:8000").asked, loaded(url).asked
    assert len(first) > 50
    assert again == first
