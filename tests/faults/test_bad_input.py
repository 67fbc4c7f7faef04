"""Whatever is sent, the answer is a problem with a code, in time, and no journal is changed by it.

Bodies, addresses, headers and tokens stand here; files in test_bad_files.
"""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.sending import CLERK, DISCLOSURES, DRAFT, Sender, fresh_key, nothing_written, refused

JSON = {"Content-Type": "application/json"}
MALFORMED, INVALID, NOT_FOUND = (400, "MALFORMED"), (422, "INVALID"), (404, "NOT_FOUND")
TOKEN_INVALID = (401, "TOKEN_INVALID")


@pytest.fixture(scope="module")
def draft(sender: Sender) -> dict[str, Any]:
    return sender.draft()


@pytest.fixture(autouse=True)
def journals_are_unchanged(sender: Sender, draft: dict[str, Any]) -> Iterator[None]:
    with nothing_written(sender):
        yield


def matching(draft: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{draft["version"]}"'}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"]",
        b"nul",
        b'{"item":"FY-R1/3.9",}',
        b'{"title":"\xff\xfe"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"item":' + b"9" * 5000 + b"}",
        b'{"item":"FY-R1/3.9","title":"a\\u0000b"}',
    ],
    ids=["cut", "closing", "word", "comma", "not utf-8", "deep", "long number", "NUL"],
)
def test_a_body_that_cannot_be_read_is_malformed(sender: Sender, body: bytes) -> None:
    refused(sender.post(content=body, headers=JSON), MALFORMED)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b'{"item":3}',
        b'{"item":"FY-R1/3.9","title":{}}',
        b'{"item":"FY-R1/3.9","unknown":1}',
        b'{"item":"FY-R1/3.9","text":"\\ud800"}',
        json.dumps(DRAFT | {"title": "长" * 201}).encode(),
    ],
    ids=["none", "list", "null", "text", "number", "object", "unknown field", "half a surrogate pair", "too long"],
)
def test_a_body_of_the_wrong_shape_is_invalid_and_names_the_place(sender: Sender, body: bytes) -> None:
    assert refused(sender.post(content=body, headers=JSON), INVALID)["errors"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'"\\ud800"', b"[" * 50_000 + b"]" * 50_000, b"garbage"])
def test_a_body_that_nobody_asked_for_harms_nothing(sender: Sender, draft: dict[str, Any], body: bytes) -> None:
    path = f"{DISCLOSURES}/{draft['id']}/approve"
    answer = sender.post(path, "wang-jianjun", content=body, headers=JSON | matching(draft))
    refused(answer, (409, "STEP_OUT_OF_ORDER"))


def test_a_body_that_is_too_large_is_refused_announced_or_not(sender: Sender) -> None:
    refused(sender.post(json=DRAFT | {"text": "x" * 1_100_000}), (413, "TOO_LARGE"))
    pieces = (b'{"text":"' if n == 0 else b"x" * 100_000 for n in range(15))
    refused(sender.post(content=pieces, headers=JSON), (413, "TOO_LARGE"))


@pytest.mark.parametrize("person", ["", "zhou-dahai", CLERK, "han-dong"], ids=["anyone", "villager", "clerk", "town"])
@pytest.mark.parametrize(
    "path",
    [
        "publication/v1/disclosures/nothing",
        "publication/v1/disclosures/nothing/attachments/sha256:00",
        "publication/v1/obligations/FY-R1/9.9/first/2026",
        "publication/v1/shown/nothing",
        "publication/v1/shown/nothing/versions/1",
        "catalogue/v1/organisations/NO-1",
        "catalogue/v1/towns/nowhere/division",
        "feedback/v1/opinions/nothing",
        "archive/v1/files/NO-1/2026",
        "audit/v1/traces/nothing",
        "nowhere/v1/anything",
        "publication/v1/nowhere",
    ],
)
def test_an_unknown_id_is_not_found_whoever_asks(sender: Sender, path: str, person: str) -> None:
    allowed = [NOT_FOUND] if person else [NOT_FOUND, (401, "SIGN_IN_NEEDED")]
    refused(sender.get(f"/api/{path}", person), *allowed)


@pytest.mark.parametrize("person", [CLERK, "han-dong"])
def test_a_command_to_an_unknown_thing_is_not_found(sender: Sender, person: str) -> None:
    for path in (f"{DISCLOSURES}/nothing/approve", "/api/feedback/v1/opinions/nothing/closing"):
        refused(sender.post(path, person, headers={"If-Match": '"1"'}), NOT_FOUND)


def test_what_another_town_drafts_is_as_if_it_were_not_there(sender: Sender, draft: dict[str, Any]) -> None:
    path = f"{DISCLOSURES}/{draft['id']}"
    refused(sender.get(path, "han-dong"), NOT_FOUND)
    refused(sender.post(f"{path}/approve", "han-dong", headers=matching(draft)), NOT_FOUND)


def test_a_stale_version_is_refused_with_the_present_one(sender: Sender, draft: dict[str, Any]) -> None:
    path = f"{DISCLOSURES}/{draft['id']}/revise"
    answer = sender.post(path, json={"title": "t"}, headers={"If-Match": '"77"'})
    refused(answer, (412, "VERSION_CONFLICT"))
    assert answer.headers["etag"] == f'"{draft["version"]}"'


@pytest.mark.parametrize("version", ["*", "1", '"x"', '"1", "2"', '"9999999999999999999"', 'W/"1"'])
def test_a_version_that_is_none_is_malformed(sender: Sender, draft: dict[str, Any], version: str) -> None:
    path = f"{DISCLOSURES}/{draft['id']}/revise"
    refused(sender.post(path, json={"title": "t"}, headers={"If-Match": version}), MALFORMED)


def test_a_command_to_an_existing_thing_needs_its_version(sender: Sender, draft: dict[str, Any]) -> None:
    refused(sender.post(f"{DISCLOSURES}/{draft['id']}/revise", json={"title": "t"}), (428, "VERSION_NEEDED"))


@pytest.mark.parametrize("key", [None, "", "k" * 201, "schlüssel"])
def test_a_command_needs_a_key(sender: Sender, key: str | None) -> None:
    head = sender.bearer() | ({} if key is None else {"Idempotency-Key": key})
    answer = sender.client.post(
        DISCLOSURES, json=DRAFT, headers={k.encode(): v.encode("latin-1") for k, v in head.items()}
    )
    refused(answer, (400, "IDEMPOTENCY_KEY_NEEDED"))


def test_a_key_used_before_repeats_its_answer_and_takes_no_other_body(sender: Sender, draft: dict[str, Any]) -> None:
    again = sender.post(json=DRAFT, headers=draft["key"])
    assert (again.status_code, again.json()["id"], again.json()["repeated"]) == (201, draft["id"], True)
    reused = (422, "IDEMPOTENCY_KEY_REUSED")
    refused(sender.post(json=DRAFT | {"title": "Another"}, headers=draft["key"]), reused)
    refused(sender.post(json=DRAFT | {"item": "FY-R1/9.9"}, headers=draft["key"]), reused)


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."


@pytest.mark.parametrize("token", ["a", "a.b.c", "Ä" * 20, "x" * 20_000, "a.b.c.d.e", ". .", "null"])
def test_a_token_that_is_none_is_refused(sender: Sender, token: str) -> None:
    headers = [(b"Authorization", b"Bearer " + token.encode("latin-1"))]
    refused(sender.client.get(DISCLOSURES, headers=headers, params={"organisation": "FY-R1"}), TOKEN_INVALID)


@pytest.mark.parametrize("kind", ["issuer", "audience", "key", "none", "for the portal", "cut", "nobody"])
def test_a_token_that_is_not_for_us_is_refused(sender: Sender, kind: str, tmp_path: Any) -> None:
    own = sender.token()
    tokens = {
        "issuer": sender.issuing(public_url="https://elsewhere.example").token(CLERK),
        "audience": sender.issuing(audience="other").token(CLERK),
        "key": sender.issuing(var=tmp_path).token(CLERK),
        "none": unsigned({"sub": CLERK, "iss": f"{sender.standing.url}/dev/issuer", "aud": ["gongkai"], "exp": 2**40}),
        "for the portal": sender.issuing().id_token(CLERK, ""),
        "cut": own[:-4],
        "nobody": sender.issuing().token(""),
    }
    refused(sender.post(json=DRAFT, headers={"Authorization": f"Bearer {tokens[kind]}"}), TOKEN_INVALID)


def test_a_token_that_has_expired_says_so(sender: Sender) -> None:
    answer = sender.post(json=DRAFT, headers={"Authorization": f"Bearer {sender.old_token()}"})
    refused(answer, (401, "TOKEN_EXPIRED"))
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_two_authorizations_are_none(sender: Sender) -> None:
    mine, other = sender.bearer()["Authorization"], sender.bearer("wang-jianjun")["Authorization"]
    headers = [("Authorization", mine), ("Authorization", other), *fresh_key().items()]
    refused(sender.client.post(DISCLOSURES, json=DRAFT, headers=headers), TOKEN_INVALID)


def test_without_a_token_nothing_is_commanded(sender: Sender) -> None:
    refused(sender.client.post(DISCLOSURES, json=DRAFT, headers=fresh_key()), (401, "SIGN_IN_NEEDED"))


@pytest.mark.parametrize(
    "path",
    [
        "publication/v1/shown?q=%00",
        "publication/v1/shown/a%00b",
        "publication/v1/shown?after=publication:99999999999999999999",
        "publication/v1/shown?cursor=x",
        "publication/v1/shown?cursor=WyJcdTAwMDAiLCJ4Il0",
        "publication/v1/shown?limit=0",
        "publication/v1/shown?limit=99999999999999999999999",
        "publication/v1/shown?history=maybe",
        f"publication/v1/shown?q={'x' * 30_000}",
        "publication/v1/register?organisation=FY-R1&year=99999999999999999999",
        "publication/v1/shown/x/versions/99999999999999999999",
        "catalogue/v1/organisations/FY-R1?on=0001-01-01",
        "catalogue/v1/organisations/FY-R1?on=2026-02-30",
        "archive/v1/files/FY-R1/0",
        "archive/v1/as-of?at=0001-01-01T00:00:00%2B14:00",
        "archive/v1/as-of?at=9999-12-31T23:59:59-14:00",
        "archive/v1/as-of?at=2026-04-01T00:00:00",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(sender: Sender, path: str) -> None:
    refused(sender.get(f"/api/{path}", CLERK), MALFORMED, INVALID, (400, "CURSOR_INVALID"))


def test_an_unknown_method_names_the_known_ones(sender: Sender) -> None:
    for method in ("PUT", "DELETE", "PROPFIND", "X"):
        answer = sender.client.request(method, "/api/publication/v1/shown")
        refused(answer, (405, "METHOD_NOT_ALLOWED"))
        assert answer.headers["allow"] == "GET"
    refused(sender.client.post("/livez"), (405, "METHOD_NOT_ALLOWED"))


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET /api/publication/v1/shown HTTP/1.1\r\n\r\n",
        b"GET /api/publication/v1/shown HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000,
        b"GET /" + b"a" * 200_000,
        b"GET /api/publication/v1/shown HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"POST /api/publication/v1/disclosures HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    ],
    ids=["garbage", "no host", "long header", "long address", "NUL", "negative length"],
)
def test_what_is_no_http_is_told_so_too(sender: Sender, sent: bytes) -> None:
    host, port = sender.standing.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        answer = connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "MALFORMED"


@pytest.mark.parametrize("change", [{"set": "9999-12-31T23:59:59-14:00"}, {"set": "2026-04-08T10:00:00"}, {}])
def test_the_clock_takes_only_what_can_be_reckoned_with(sender: Sender, change: dict[str, Any]) -> None:
    refused(sender.client.post("/dev/clock", json=change), INVALID)
    assert sender.get("/dev/clock").json()["now"].startswith("2026-04-08")
