"""Bearer tokens: only the issuer's own, for us, in time; and nobody at all while that cannot be known."""

import base64
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwk, jwt

from shared.clock import FixedClock
from shared.decider import Refused
from shared.identity.oidc import IssuerUnavailable, JwksVerifier, discovered

ISSUER = "https://sso.example/realms/gongkai"
NOW = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
KEY = jwk.ECKey.generate_key("P-256", auto_kid=True)
OTHER = jwk.ECKey.generate_key("P-256", auto_kid=True)


@dataclass
class Keys:
    """What the issuer publishes, and how often it was asked."""

    published: list[Any] = field(default_factory=lambda: [KEY])
    asked: int = 0
    away: bool = False

    def __call__(self) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise httpx2.ConnectError("no route")
        return {"keys": [key.as_dict(private=False) for key in self.published]}


@dataclass
class World:
    keys: Keys = field(default_factory=Keys)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.verifier = JwksVerifier(ISSUER, "gongkai", self.keys, self.clock)


@pytest.fixture
def world() -> World:
    return World()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    usual = {"iss": ISSUER, "aud": ["gongkai"], "sub": "ma-xiaoyan", "iat": now, "nbf": now, "exp": now + 300}
    return {name: value for name, value in (usual | changed).items() if value is not None}


def token(key: Any = KEY, alg: str = "ES256", typ: str = "at+jwt", **changed: Any) -> str:
    header = {"alg": alg, "kid": key.kid, "typ": typ}
    return jwt.encode(header, claims(**changed), key, algorithms=[alg])


def test_a_token_of_the_issuer_for_us_names_the_person(world: World) -> None:  # ORG-11
    assert world.verifier.subject(token()) == "ma-xiaoyan"
    assert world.verifier.subject(token(typ="JWT", aud="gongkai")) == "ma-xiaoyan"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by RFC 9864; issuers still say it
@pytest.mark.parametrize("kind", ["RS256", "Ed25519", "EdDSA"])
def test_other_public_key_signatures_are_taken(kind: str, world: World) -> None:
    key = jwk.RSAKey.generate_key(2048, auto_kid=True) if kind == "RS256" else jwk.OKPKey.generate_key(auto_kid=True)
    world.keys.published = [key]
    assert world.verifier.subject(token(key, kind)) == "ma-xiaoyan"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": ["another-platform"]},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(NOW.timestamp()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"typ": "dpop+jwt"},
    ],
)
def test_a_token_from_elsewhere_or_for_others_or_out_of_shape_is_invalid(changed: dict[str, Any], world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.verifier.subject(token(**changed))
    assert refused.value.code == "TOKEN_INVALID"


def test_an_id_token_is_not_a_bearer_token(world: World) -> None:
    with pytest.raises(Refused, match="TOKEN_INVALID"):
        world.verifier.subject(token(typ="JWT", aud=["gongkai-portal"]))


def test_expiry_is_told_apart_and_gets_half_a_minute_of_grace(world: World) -> None:
    one = token()
    world.clock.advance(timedelta(seconds=329))
    assert world.verifier.subject(one) == "ma-xiaoyan"
    world.clock.advance(timedelta(seconds=60))
    with pytest.raises(Refused, match="TOKEN_EXPIRED"):
        world.verifier.subject(one)


def shared_secret_token() -> str:
    """The old confusion: the public key taken for a shared secret."""
    head, body = encoded({"alg": "HS256", "kid": KEY.kid}), encoded(claims())
    mac = hmac.digest(KEY.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def unsigned_token() -> str:
    return f"{encoded({'alg': 'none', 'kid': KEY.kid})}.{encoded(claims())}."


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forged",
    [
        shared_secret_token(),
        unsigned_token(),
        token()[:-8] + "AAAAAAAA",
        token(jwk.ECKey.import_key({**OTHER.as_dict(private=True), "kid": str(KEY.kid)})),
        "",
        "x",
        "a.b.c",
        "é.é.é",
        "a" * 20_000,
        ".".join(["e30"] * 3),
        ".".join(["e30"] * 5),
    ],
)
def test_what_the_issuer_has_not_signed_is_invalid(forged: str, world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.verifier.subject(forged)
    assert refused.value.code == "TOKEN_INVALID"


def test_the_keys_are_asked_for_once_and_a_new_key_at_most_every_half_minute(world: World) -> None:
    for _ in range(3):
        world.verifier.subject(token())
    assert world.keys.asked == 1
    world.keys.published = [KEY, OTHER]
    for _ in range(3):
        with pytest.raises(Refused, match="TOKEN_INVALID"):
            world.verifier.subject(token(OTHER))
    assert world.keys.asked == 1
    world.clock.advance(timedelta(seconds=30))
    assert world.verifier.subject(token(OTHER)) == "ma-xiaoyan"
    assert world.keys.asked == 2


def test_a_key_the_issuer_withdrew_stops_counting_within_an_hour(world: World) -> None:
    world.verifier.subject(token(exp=int(NOW.timestamp()) + 7200))
    world.keys.published = [OTHER]
    world.clock.advance(timedelta(minutes=61))
    with pytest.raises(Refused, match="TOKEN_INVALID"):
        world.verifier.subject(token(exp=int(NOW.timestamp()) + 7200))


def test_while_the_issuer_is_away_nobody_new_is_let_in_and_it_is_not_hammered(world: World) -> None:
    world.keys.away = True
    for _ in range(5):
        with pytest.raises(IssuerUnavailable):
            world.verifier.subject(token())
    assert world.keys.asked == 1
    world.keys.away = False
    world.clock.advance(timedelta(seconds=3))
    assert world.verifier.subject(token()) == "ma-xiaoyan"


def test_keys_already_had_outlive_a_short_absence_of_the_issuer(world: World) -> None:
    world.verifier.subject(token())
    world.keys.away = True
    assert world.verifier.subject(token()) == "ma-xiaoyan"


@pytest.mark.parametrize("nonsense", [{}, {"keys": [{"kty": "??"}]}, {"keys": 7}, []])
def test_keys_that_make_no_sense_count_as_an_issuer_that_is_away(nonsense: Any, world: World) -> None:
    verifier = JwksVerifier(ISSUER, "gongkai", lambda: nonsense, world.clock)
    with pytest.raises(IssuerUnavailable):
        verifier.subject(token())


def answering(said_issuer: str) -> httpx2.Client:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx2.Response(200, json={"issuer": said_issuer, "jwks_uri": f"{ISSUER}/certs"})
        return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def test_the_keys_are_found_through_the_issuers_configuration() -> None:
    assert JwksVerifier(ISSUER, "gongkai", discovered(ISSUER, answering(ISSUER)), FixedClock(NOW)).subject(token())


def test_a_configuration_that_names_another_issuer_is_not_believed() -> None:
    verifier = JwksVerifier(
        ISSUER, "gongkai", discovered(ISSUER, answering("https://elsewhere.example")), FixedClock(NOW)
    )
    with pytest.raises(IssuerUnavailable):
        verifier.subject(token())


def test_the_claim_that_holds_the_person_can_be_chosen(world: World) -> None:
    named = JwksVerifier(ISSUER, "gongkai", world.keys, world.clock, claim="preferred_username")
    assert named.subject(token(sub="7f9c-uuid", preferred_username="he-tao")) == "he-tao"


def test_the_wall_clock_not_the_business_clock_is_asked_by_default() -> None:
    """The business clock of a development machine may stand in another month; tokens are of the real day."""
    verifier = JwksVerifier(ISSUER, "gongkai", Keys())
    now = int(verifier.clock.now().timestamp())
    assert abs(now - datetime.now(UTC).timestamp()) < 5  # noqa: TID251 - the machine's own time is what is meant


def test_a_token_that_was_checked_is_remembered_and_no_other(world: World) -> None:
    good = token()
    assert world.verifier.remembered(good) == ""
    assert world.verifier.subject(good) == "ma-xiaoyan"
    assert world.verifier.remembered(good) == "ma-xiaoyan"
    head, body, signature = good.split(".")
    other = token(sub="wang-jianjun").split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{good} ", good[:-1], ""):
        assert world.verifier.remembered(forged) == ""


def test_a_remembered_token_counts_no_longer_than_it_says(world: World) -> None:
    good = token(exp=int(NOW.timestamp()) + 60)
    world.verifier.subject(good)
    world.clock.advance(timedelta(seconds=61))
    assert world.verifier.remembered(good) == ""
    world.clock.advance(timedelta(seconds=60))
    with pytest.raises(Refused, match="TOKEN_EXPIRED"):
        world.verifier.subject(good)


def test_a_remembered_token_counts_no_longer_than_its_key(world: World) -> None:
    good = token(exp=int(NOW.timestamp()) + 86_400)
    world.verifier.subject(good)
    world.keys.published = [OTHER]
    world.clock.advance(timedelta(hours=1))
    assert world.verifier.remembered(good) == ""
    with pytest.raises(Refused, match="TOKEN_INVALID"):
        world.verifier.subject(good)


def test_only_so_many_tokens_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.identity.oidc.TOKENS_MAX", 2)
    tokens = [token(jti=str(n)) for n in range(3)]
    for one in tokens:
        world.verifier.subject(one)
    assert [world.verifier.remembered(one) != "" for one in tokens] == [False, True, True]
