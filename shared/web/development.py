"""Only in development: the clock can be set, and a token had for any demo person, to run stories with.

Outside development these routes are not there at all.
"""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from shared.clock import MovableClock, business_day
from shared.decider import Refused
from shared.fields import LAST_YEAR, Instant
from shared.identity.issuing import LIFETIME_SECONDS
from shared.web.api import Api
from shared.web.caller import Web


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    days: int = Field(0, ge=0, le=3660)
    hours: int = Field(0, ge=0, le=87_840)
    minutes: int = Field(0, ge=0, le=5_270_400)


class ClockChange(BaseModel):
    """One of the two: an instant with its offset, or how far to go on."""

    model_config = ConfigDict(extra="forbid")
    set: Instant | None = None
    advance: Advance | None = None


class Time(BaseModel):
    now: datetime
    today: str = Field(description="The business day in Asia/Shanghai.")


class WhoFor(BaseModel):
    model_config = ConfigDict(extra="forbid")
    person: str = Field(min_length=1, max_length=100, examples=["ma-xiaoyan"])


class Token(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = LIFETIME_SECONDS


def development() -> Api:
    """The routes ``/dev/clock`` and ``/dev/token``."""
    router = Api("development", prefix="/dev")

    @router.get("/clock", action="development", operation_id="read_clock")
    def clock(request: Request) -> Time:
        return _time(request)

    @router.post("/clock", action="development", operation_id="set_clock")
    def set_clock(change: ClockChange, request: Request) -> Time:
        """Whatever falls due by then has fallen due when the answer comes."""
        movable = _web(request).platform.clock
        if not isinstance(movable, MovableClock):
            raise Refused("NOT_FOUND", "This process has no clock that can be set.")
        movable.set_to(_target(change, movable.now()))
        for settle in request.app.state.on_clock:
            settle()
        return _time(request)

    @router.post("/token", action="development", operation_id="token")
    def token(who: WhoFor, request: Request) -> Token:
        """A bearer token as the development issuer gives it to this person."""
        issuer: Any = getattr(_web(request).platform, "issuer", None)
        if issuer is None:
            raise Refused("NOT_FOUND", "This process has no development issuer.")
        return Token(access_token=issuer.token(who.person))

    return router


def _web(request: Request) -> Web:
    web: Web = request.app.state.web
    return web


def _time(request: Request) -> Time:
    now = _web(request).platform.clock.now()
    return Time(now=now, today=business_day(now).isoformat())


def _target(change: ClockChange, now: datetime) -> datetime:
    if (change.set is None) == (change.advance is None):
        raise Refused("INVALID", "Either `set` or `advance` is given.", accepted='{"advance": {"days": 1}}')
    if change.set is not None:
        return change.set
    by = change.advance or Advance()
    target = now + timedelta(days=by.days, hours=by.hours, minutes=by.minutes)
    if target.year > LAST_YEAR:
        raise Refused("INVALID", f"The clock goes up to {LAST_YEAR}.")
    return target
