"""Bearer tokens: whose they are, by the OIDC issuer's published keys. They say nothing of powers.

Tokens are judged by the machine's own time, never by the business clock: that one may be moved by months in
development, while issuers, and the portal's sessions with them, live in real time.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx2
from joserfc import jwk, jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError

from shared.clock import Clock, SystemClock
from shared.decider import Refused
from shared.settings import Settings

ALGORITHMS = ("RS256", "ES256", "Ed25519", "EdDSA")  # never `none`, never a shared secret
TYPES = ("at+jwt", "application/at+jwt", "jwt")  # RFC 9068, and what Keycloak sets
TOKEN_BYTES_MAX = 16_384
LEEWAY_SECONDS = 30
REFRESH_EVERY = timedelta(seconds=30)  # at most, for tokens that name an unknown key
RETRY_EVERY = timedelta(seconds=3)  # at most, while the issuer is away
KEYS_AGE_MAX = timedelta(hours=1)  # then a key the issuer has withdrawn no longer counts

TOKENS_MAX = 20_000

JwksSource = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A token whose signature and claims were found good under this very key; it counts until ``expires``."""

    person: str
    key_id: str
    key: jwk.Key
    expires: float


class IssuerUnavailable(Refused):
    """The issuer's keys cannot be had, so no token can be checked: nobody is let in (503)."""

    def __init__(self) -> None:
        super().__init__("ISSUER_UNAVAILABLE", "The sign-in service cannot be reached.", accepted="try again shortly")


@dataclass
class JwksVerifier:
    """Says which person a token names. ``claim`` is where the issuer puts the register's id of a person."""

    issuer: str
    audience: str
    jwks: JwksSource
    clock: Clock = field(default_factory=SystemClock)
    claim: str = "sub"
    _keys: dict[str, jwk.Key] = field(default_factory=dict, init=False)
    _read_at: datetime | None = field(default=None, init=False)
    _failed_at: datetime | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _checked: OrderedDict[bytes, Checked] = field(default_factory=OrderedDict, init=False)

    @classmethod
    def of(cls, settings: Settings) -> "JwksVerifier":
        """The verifier for the issuer the operator has set."""
        source = discovered(settings.issuer)
        return cls(settings.issuer, settings.audience, source, claim=settings.person_claim)

    def subject(self, token: str) -> str:
        """The person. Raises ``Refused('TOKEN_INVALID' | 'TOKEN_EXPIRED')``, :class:`IssuerUnavailable`."""
        return self.remembered(token) or self._check(token)

    def remembered(self, token: str) -> str:
        """The person of a token that was checked before, if nothing that counts has changed since; else ''.

        Asks nobody. It has not expired, the keys are no older than they may be, and its key is still among them.
        """
        with self._lock:
            checked = self._checked.get(_digest(token))
            if checked is None or self._keys.get(checked.key_id) is not checked.key:
                return ""
            now = self.clock.now()
            fresh = self._read_at is not None and now - self._read_at < KEYS_AGE_MAX
            return checked.person if fresh and now.timestamp() < checked.expires else ""

    def _check(self, token: str) -> str:
        try:
            key_id = self._key_id(token)
            key = self._key(key_id)
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._expected().validate(claims)
        except ExpiredTokenError as old:
            raise Refused("TOKEN_EXPIRED", "The token has expired.", accepted="sign in again") from old
        except (JoseError, ValueError, TypeError, UnicodeError) as fault:
            raise _invalid() from fault
        person = claims.get(self.claim)
        if not isinstance(person, str) or not person:
            raise _invalid()
        self._remember(token, Checked(person, key_id, key, float(claims["exp"])))
        return person

    def _remember(self, token: str, checked: Checked) -> None:
        with self._lock:
            self._checked[_digest(token)] = checked
            while len(self._checked) > TOKENS_MAX:
                self._checked.popitem(last=False)

    def _expected(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self.clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
        )

    @staticmethod
    def _key_id(token: str) -> str:
        if len(token) > TOKEN_BYTES_MAX:
            raise ValueError("token too long")
        header = jws.extract_compact(token.encode("ascii")).headers()
        if header.get("alg") not in ALGORITHMS or str(header.get("typ", "JWT")).lower() not in TYPES:
            raise ValueError("not an access token we take")
        return str(header.get("kid", ""))

    def _key(self, key_id: str) -> jwk.Key:
        now = self.clock.now()
        with self._lock:
            age_max = KEYS_AGE_MAX if key_id in self._keys else REFRESH_EVERY
            if self._read_at is None or now - self._read_at >= age_max:
                self._read(now)
            key = self._keys.get(key_id)
        if key is None:
            raise _invalid()
        return key

    def _read(self, now: datetime) -> None:
        if self._failed_at and now - self._failed_at < RETRY_EVERY:
            raise IssuerUnavailable
        try:
            published = self.jwks()["keys"]
            keys = [jwk.import_key(one) for one in published if one.get("use", "sig") == "sig"]
        except (httpx2.HTTPError, OSError, JoseError, KeyError, ValueError, TypeError) as away:
            self._failed_at = now
            raise IssuerUnavailable from away
        self._keys = {str(key.kid or ""): key for key in keys}
        self._read_at, self._failed_at = now, None
        self._checked.clear()


def discovered(issuer: str, client: httpx2.Client | None = None) -> JwksSource:
    """The keys an issuer publishes, found through its OpenID configuration, which must bear its name."""

    http = client or httpx2.Client(timeout=5, follow_redirects=False)

    def read() -> Mapping[str, Any]:
        said = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
        if said["issuer"] != issuer:
            raise ValueError(f"{issuer} calls itself {said['issuer']}")
        keys: Mapping[str, Any] = http.get(said["jwks_uri"]).raise_for_status().json()
        return keys

    return read


def _digest(token: str) -> bytes:
    """What stands for a token in memory, so that no token lies there."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _invalid() -> Refused:
    return Refused("TOKEN_INVALID", "The token is not one of ours, or not meant for this platform.")
