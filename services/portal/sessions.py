"""Who is signed in. The browser holds a random value; here it is kept only as a digest, beside the person's
token.

A session ends after ``IDLE`` without a visit, after ``ABSOLUTE`` in any case, with its token, or at sign-out.
A sign-in under way is kept for ``SIGN_IN`` and can be used once. All calls block: pages reach them through a
worker thread.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from shared.laying import Plan, lay, must_fit

IDLE = timedelta(minutes=45)
ABSOLUTE = timedelta(hours=10)
SIGN_IN = timedelta(minutes=10)

metadata = MetaData()
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(100), nullable=False),
    Column("token", Text, nullable=False),
    Column("post", String(200), nullable=False, default=""),
    Column("began_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("verifier", String(200), nullable=False),
    Column("nonce", String(200), nullable=False),
    Column("back", Text, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)


PLAN = Plan("portal", (metadata,))


@dataclass(frozen=True)
class Session:
    person: str
    token: str
    post: str = ""  # the post in which the person chose to act; '' until they choose


@dataclass(frozen=True)
class SignIn:
    """A sign-in under way: what the issuer's answer must fit, and the page to return to."""

    verifier: str
    nonce: str
    back: str


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


class Sessions:
    """The portal's own database, and all that it keeps."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        lay(engine, PLAN) if engine.dialect.name == "sqlite" else must_fit(engine, PLAN)

    def begin(self, person: str, token: str, now: datetime, token_ends: datetime) -> str:
        """A new session; the value returned goes into the cookie and is kept nowhere else."""
        value = secrets.token_urlsafe(32)
        moment = _seconds(now)
        ends = min(_seconds(now + ABSOLUTE), _seconds(token_ends))
        row = {"digest": digest(value), "person": person, "token": token, "post": ""}
        with self._engine.begin() as tx:
            tx.execute(delete(sessions).where(sessions.c.ends_at < moment - 86_400))
            tx.execute(insert(sessions).values(**row, began_at=moment, seen_at=moment, ends_at=ends))
        return value

    def find(self, value: str, now: datetime) -> Session | None:
        """The session of a cookie's value, if it still holds; the visit counts against idleness."""
        key, moment = sessions.c.digest == digest(value), _seconds(now)
        with self._engine.begin() as tx:
            row = tx.execute(select(sessions).where(key)).mappings().first()
            if row is None:
                return None
            if moment >= row["ends_at"] or moment - row["seen_at"] > IDLE.total_seconds():
                tx.execute(delete(sessions).where(key))
                return None
            if moment - row["seen_at"] > 60:
                tx.execute(update(sessions).where(key).values(seen_at=moment))
        return Session(row["person"], row["token"], row["post"])

    def act_in(self, value: str, post: str) -> None:
        with self._engine.begin() as tx:
            tx.execute(update(sessions).where(sessions.c.digest == digest(value)).values(post=post))

    def end(self, value: str) -> None:
        with self._engine.begin() as tx:
            tx.execute(delete(sessions).where(sessions.c.digest == digest(value)))

    def start_sign_in(self, state: str, visitor: str, sign_in: SignIn, now: datetime) -> None:
        row: dict[str, Any] = {"verifier": sign_in.verifier, "nonce": sign_in.nonce, "back": sign_in.back}
        row |= {"digest": digest(state), "visitor": digest(visitor), "ends_at": _seconds(now + SIGN_IN)}
        with self._engine.begin() as tx:
            tx.execute(delete(sign_ins).where(sign_ins.c.ends_at < _seconds(now)))
            tx.execute(insert(sign_ins).values(**row))

    def finish_sign_in(self, state: str, visitor: str, now: datetime) -> SignIn | None:
        """The sign-in that this browser began with this state, once."""
        with self._engine.begin() as tx:
            row = tx.execute(select(sign_ins).where(sign_ins.c.digest == digest(state))).mappings().first()
            tx.execute(delete(sign_ins).where(sign_ins.c.digest == digest(state)))
        if row is None or row["visitor"] != digest(visitor) or row["ends_at"] < _seconds(now):
            return None
        return SignIn(row["verifier"], row["nonce"], row["back"])


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
