"""How the development issuer signs: access tokens and id tokens for whoever was picked.

Its key lies under ``var``, where all processes of one machine share it, so that each can check its tokens
without asking. What starts it is :class:`shared.identity.issuer.DevelopmentIssuer`.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwk, jwt

from shared import ids
from shared.clock import Clock, SystemClock
from shared.identity.oidc import JwksVerifier
from shared.identity.people import People
from shared.settings import Settings

ALGORITHM = "ES256"
LIFETIME_SECONDS = 12 * 3600
PATH = "/dev/issuer"


class OnlyInDevelopment(RuntimeError):
    """Outside development nobody may sign in by picking a name."""


class Issuing:
    """``people`` lists whom its page offers; it may be given later, when the register stands."""

    def __init__(self, settings: Settings, people: People = tuple, clock: Clock | None = None) -> None:
        if not settings.development:
            raise OnlyInDevelopment("the development issuer starts only with GONGKAI_ENVIRONMENT=development")
        self.settings = settings
        self.people = people
        self.clock: Clock = clock or SystemClock()  # real time, as oidc explains
        self.url = settings.public_url.rstrip("/") + PATH
        self._key = _shared_key(settings.var / "development-issuer.json")

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}]}

    def verifier(self) -> JwksVerifier:
        return JwksVerifier(self.url, self.settings.audience, self.jwks)

    def token(self, person: str, *, scope: str = "openid profile") -> str:
        """An access token (RFC 9068) that names the person, shaped as Keycloak's are."""
        claims = self._claims(person, self.settings.audience) | {
            "jti": ids.new_id(),
            "typ": "Bearer",
            "client_id": self.settings.client_id,
            "scope": scope,
            "realm_access": {"roles": ["default-roles-gongkai"]},
            "resource_access": {"account": {"roles": ["view-profile"]}},
        }
        return self._signed("at+jwt", claims)

    def id_token(self, person: str, nonce: str) -> str:
        claims = self._claims(person, self.settings.client_id) | {"typ": "ID", "auth_time": self._now()}
        return self._signed("JWT", claims | ({"nonce": nonce} if nonce else {}))

    def _claims(self, person: str, audience: str) -> dict[str, Any]:
        now = self._now()
        return {
            "iss": self.url,
            "sub": person,
            "aud": [audience],
            "azp": self.settings.client_id,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
            "acr": "1",
            "preferred_username": person,
        }

    def _signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        header = {"alg": ALGORITHM, "typ": kind, "kid": self._key.kid}
        return jwt.encode(header, dict(claims), self._key, algorithms=[ALGORITHM])

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def _shared_key(file: Path) -> jwk.ECKey:
    """The key in the file; the first process to come makes it, readable to its owner alone."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{ids.new_id()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(json.dumps(jwk.ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)))
        try:
            file.hardlink_to(fresh)  # fails if another process was first, and then its key counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return jwk.ECKey.import_key(json.loads(file.read_text()))
