"""The OIDC issuer: reachable, called as we call it, and with keys that we can check tokens by."""

from collections.abc import Iterator

import httpx2
from joserfc import jwk
from joserfc.errors import JoseError

from services.cli.doctor.finding import Finding
from shared.identity.oidc import ALGORITHMS, discovered
from shared.settings import Settings

ISSUER = "the OIDC issuer"
KINDS = ("RSA", "EC", "OKP")


def the_issuer(settings: Settings) -> Iterator[Finding]:
    if not settings.issuer:
        return
    with httpx2.Client(timeout=5, follow_redirects=False) as client:
        try:
            keys = discovered(settings.issuer, client)()["keys"]
            usable = [key for key in keys if _usable(key)]
        except httpx2.HTTPStatusError as refused:
            what = f"{settings.issuer} answers {refused.response.status_code} when asked for its configuration or keys"
            yield Finding(ISSUER, what, "GONGKAI_ISSUER is the address before /.well-known/openid-configuration")
        except (httpx2.HTTPError, OSError) as away:
            how = "is it up, can this machine reach it, and is its certificate trusted?"
            yield Finding(ISSUER, f"{settings.issuer} cannot be reached ({type(away).__name__})", how)
        except (ValueError, KeyError, TypeError, httpx2.InvalidURL):
            how = "GONGKAI_ISSUER must be letter for letter what the issuer calls itself"
            yield Finding(ISSUER, f"{settings.issuer} calls itself otherwise, or publishes no keys", how)
        else:
            if not usable:
                how = f"have it sign with one of {', '.join(ALGORITHMS)}"
                yield Finding(ISSUER, "none of its keys can be used for checking tokens", how)


def _usable(key: dict[str, str | list[str]]) -> bool:
    if key.get("use", "sig") != "sig" or key.get("kty") not in KINDS or key.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return False
    try:
        jwk.import_key(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True
