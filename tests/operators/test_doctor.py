"""The doctor with planted faults: each is found, said in a line with what to do, and no secret's value ever appears."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk

from services.cli.doctor import databases, finding, findings, given, issuing, kafka, keys, machine
from services.cli.doctor.finding import Finding, looked
from services.split.kafka import KafkaBroker
from services.split.postgres import PostgresServer
from shared.clock import FixedClock, SystemClock
from shared.personal_data.custody import store_of
from shared.settings import Settings
from shared.transparency.keys import Signer
from shared.transparency.notes import Checkpoint, sign
from tests.journeys.platforms import gongkai
from tests.shared.brokers import broker  # noqa: F401 - a fixture

PLANTED = {name: f"PLANTED-{number}-9f3kQ7zLw2VbXc8RtYp5" for number, name in enumerate(finding.SECRETS)}
LONG = "k3J9-fQ7zLw2VbXc8RtYp5mNd6Hs4GaT1"
GOOD: dict[str, Any] = {
    "environment": "production",
    "issuer": "https://id.example",
    "database_url": "postgresql://publication:pw-4711@db.example/publication",
    "kafka": "kafka.example:9092",
    "session_secret": LONG,
    "client_secret": f"a{LONG}",
    "keys_secret": f"b{LONG}",
    "log_salt": f"c{LONG}",
    "log_key": Signer.generate("gongkai.example/log").encoded,
    "public_url": "https://gongkai.example",
}


def said(check: finding.Check, **changes: Any) -> list[str]:
    return [one.missing for one in looked(Settings(**GOOD | changes), [check])]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GONGKAI_")]:
        monkeypatch.delenv(name)


def test_settings_that_are_right_find_nothing(tmp_path: Path) -> None:
    checks = (given.what_is_empty, given.secrets_too_weak, given.what_is_no_setting, given.addresses, keys.the_log_key)
    assert list(looked(Settings(**GOOD | {"var": tmp_path}), checks)) == []


@pytest.mark.parametrize("name", given.NEEDED)
def test_an_empty_setting_is_named(name: str) -> None:
    assert said(given.what_is_empty, **{name: ""}) == [f"GONGKAI_{name.upper()} is empty"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"session_secret": "short-1a2b3c"}, "GONGKAI_SESSION_SECRET has fewer than 32"),
        ({"keys_secret": "x" * 40}, "GONGKAI_KEYS_SECRET can be guessed"),
        ({"client_secret": "changeme-changeme-1"}, "GONGKAI_CLIENT_SECRET can be guessed"),
        ({"client_secret": LONG}, "the same as another secret"),
    ],
)
def test_a_secret_that_is_none_is_found_outside_development(changes: dict[str, str], words: str) -> None:
    assert [line for line in said(given.secrets_too_weak, **changes) if words in line]
    assert said(given.secrets_too_weak, environment="development", **changes) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"public_url": "http://gongkai.example"}, "PUBLIC_URL is http"),
        ({"public_url": "gongkai.example"}, "PUBLIC_URL is no address"),
        ({"public_url": "https://gongkai.example/portal"}, "PUBLIC_URL has a path"),
        ({"issuer": "http://id.example"}, "ISSUER is not https"),
        ({"services": {"catalog": "http://c"}}, "SERVICES names catalog, which is no service"),
        ({"services": {"catalogue": "http://c"}}, "SERVICES leaves out audit"),
    ],
)
def test_addresses_that_cannot_be_are_found(changes: dict[str, Any], words: str) -> None:
    assert [line for line in said(given.addresses, **changes) if words in line]


def test_a_misspelt_variable_or_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_KAFAK", "x")
    monkeypatch.setenv("GONGKAI_SECRETS_DIR", str(tmp_path))
    (tmp_path / "gongkai_sesion_secret").write_text("x")
    found = said(given.what_is_no_setting)
    assert found == ["GONGKAI_KAFAK is not one", "gongkai_sesion_secret is no setting"]


def test_a_secrets_file_that_others_can_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SECRETS_DIR", str(tmp_path))
    file = tmp_path / "gongkai_session_secret"
    file.write_text(LONG)
    file.chmod(0o644)
    assert said(given.secret_files, var=tmp_path) == [f"{file} can be read by others"]
    file.chmod(0o600)
    assert said(given.secret_files, var=tmp_path) == []
    monkeypatch.setenv("GONGKAI_SECRETS_DIR", str(tmp_path / "nowhere"))
    assert said(given.secret_files, var=tmp_path) == ["GONGKAI_SECRETS_DIR names no folder"]


def test_a_folder_that_is_none_or_without_room_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(machine.the_folder, var=tmp_path / "not" / "yet") == []
    file = tmp_path / "file"
    file.write_text("")
    assert said(machine.the_folder, var=file) == [f"{file} is no folder"]
    for free, words in ((5, "0 MB are free"), (5_000_000_000, "5 % are free")):
        usage = type("Usage", (), {"free": free, "total": 100_000_000_000})
        monkeypatch.setattr("shutil.disk_usage", lambda _, usage=usage: usage)
        assert [line for line in said(machine.the_folder, var=tmp_path) if words in line]


def test_backups_that_are_old_or_none_are_found(tmp_path: Path) -> None:
    def found() -> list[str]:
        return said(machine.the_backups, backups=str(tmp_path), county="qingshan")

    assert found() == [f"there is none of the {kind} in {tmp_path}" for kind in ("data", "keys")]
    now = SystemClock().now()
    for hours, ending in ((27, ".tar"), (50, ".keys.tar"), (1, ".keys.tar")):
        (tmp_path / f"gongkai-qingshan-{now - timedelta(hours=hours):%Y%m%dT%H%M%SZ}{ending}").touch()
    (tmp_path / "gongkai-qingshan-of-my-own.tar").touch()
    assert found() == ["the newest of the data is 27 hours old"]
    assert said(machine.the_backups, backups=str(tmp_path / "nowhere")) == [f"{tmp_path / 'nowhere'} is no folder"]
    assert said(machine.the_backups, backups="") == []


def test_a_folder_that_cannot_be_written_to_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
    assert said(machine.the_folder, var=tmp_path) == [f"{tmp_path} cannot be written to (Permission denied)"]


def test_years_without_holidays_are_found() -> None:
    def missing(*known: int) -> list[tuple[str, str]]:
        clock = FixedClock(datetime(2026, 12, 31, 17, 0, tzinfo=UTC))  # the next day in Shanghai
        found = machine.calendars_missing(Settings(**GOOD), clock, known)
        return [(one.missing[-4:], one.level) for one in found]

    assert missing(2026, 2027, 2028) == []
    assert missing(2026) == [("2027", "error"), ("2028", "warning")]


def test_a_log_key_that_did_not_sign_what_is_published_is_found(tmp_path: Path) -> None:
    ours, other = Signer.parse(GOOD["log_key"]), Signer.generate("gongkai.example/log")
    (tmp_path / "tlog").mkdir()
    checkpoint = tmp_path / "tlog" / "checkpoint"
    checkpoint.write_bytes(sign(Checkpoint(ours.name, 1, bytes(32)).text, ours))
    assert said(keys.the_log_key, var=tmp_path) == []
    assert said(keys.the_log_key, var=tmp_path, log_key=other.encoded) == [f"{checkpoint} is not signed with it"]
    assert "cannot be read" in said(keys.the_log_key, var=tmp_path, log_key="PRIVATE+KEY+nonsense")[0]


def test_a_key_store_of_another_secret_is_found(tmp_path: Path) -> None:
    changes = {"var": tmp_path, "database_url": "", "keys_url": f"sqlite:///{tmp_path / 'keys.sqlite'}"}
    store = store_of(Settings(**GOOD | changes))
    store.prepare()
    store.close()
    assert said(keys.the_key_store, **changes) == []
    other = said(keys.the_key_store, **changes | {"keys_secret": f"other-{LONG}"})
    assert other == ["GONGKAI_KEYS_SECRET is not the one it was made with"]
    assert "cannot be opened" in said(keys.the_key_store, **changes | {"keys_url": "postgresql://k@127.0.0.1:1/k"})[0]
    assert said(keys.the_key_store, **changes | {"keys_secret": "x7-"}) == ["GONGKAI_KEYS_SECRET is too short"]


@pytest.fixture
def issuer() -> Iterator[tuple[str, dict[str, Any]]]:
    """An issuer whose two documents a test writes."""
    documents: dict[str, Any] = {}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents.get(self.path)
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    documents["/.well-known/openid-configuration"] = {"issuer": url, "jwks_uri": f"{url}/keys"}
    documents["/keys"] = {"keys": [jwk.generate_key("EC", "P-256").as_dict(private=False)]}
    yield url, documents
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_issuer_that_is_away_or_otherwise_is_found(issuer: tuple[str, dict[str, Any]]) -> None:
    url, documents = issuer
    assert said(issuing.the_issuer, issuer=url) == []
    assert "cannot be reached" in said(issuing.the_issuer, issuer="http://127.0.0.1:1")[0]
    assert "calls itself otherwise" in said(issuing.the_issuer, issuer=f"{url}/")[0]
    documents["/keys"] = {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}
    assert said(issuing.the_issuer, issuer=url) == ["none of its keys can be used for checking tokens"]
    del documents["/keys"]
    assert "answers 404" in said(issuing.the_issuer, issuer=url)[0]


@pytest.mark.postgres
def test_a_database_that_loses_or_a_role_too_strong_is_found(postgres: PostgresServer) -> None:
    url = postgres.create_database("doctored", "doctored")
    with postgres.connect("doctored") as connection:
        connection.execute("DROP TABLE IF EXISTS open_rows; CREATE TABLE open_rows (town text)")
        connection.execute("ALTER ROLE doctored SUPERUSER; ALTER ROLE doctored SET synchronous_commit = off")
    try:
        strong = said(databases.every_database, database_url=url)
        assert {"synchronous_commit is off", "fsync is off", "the service's role is a superuser"} <= set(strong)
        with postgres.connect("doctored") as connection:
            connection.execute("ALTER ROLE doctored NOSUPERUSER BYPASSRLS; ALTER ROLE doctored RESET ALL")
            connection.execute("ALTER TABLE open_rows OWNER TO doctored")
        weaker = said(databases.every_database, database_url=url)
        assert not {"synchronous_commit is off", "the service's role is a superuser"} & set(weaker)
        for words in ("(BYPASSRLS)", "owns 1 tables", "no row-level security on open_rows"):
            assert [line for line in weaker if words in line], words
    finally:
        with postgres.connect("doctored") as connection:
            connection.execute("ALTER ROLE doctored NOBYPASSRLS; DROP TABLE open_rows")


@pytest.mark.postgres
def test_a_database_of_an_older_program_or_away_is_found(postgres: PostgresServer) -> None:
    url = postgres.create_database("doctored_archive", "doctored")  # a name that no other test lays tables in
    each = url.replace("doctored_archive", "doctored_{service}")
    lines = list(looked(Settings(**GOOD | {"database_url": each}), [databases.every_database]))
    assert [one for one in lines if one.what == "the database of archive" and "step 0" in one.missing]
    assert [one for one in lines if one.what == "the database of portal" and "does not exist" in one.missing]
    away = said(databases.every_database, database_url="postgresql://a:b@127.0.0.1:1/x")
    assert away == ["cannot be used at 127.0.0.1:1 (connection refused)"]


@pytest.mark.kafka
def test_topics_missing_or_otherwise_are_found(broker: KafkaBroker) -> None:  # noqa: F811 - the fixture
    from kafka import KafkaAdminClient

    county = f"doctored{os.getpid()}"
    missing = said(kafka.the_topics, kafka=broker.bootstrap, county=county)
    assert f"the topic {county}.audit.events.v1 is missing" in missing
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap, proxy_url="direct://")
    admin.create_topics({f"{county}.audit.events.v1": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    differing = said(kafka.the_topics, kafka=broker.bootstrap, county=county)
    assert f"the topic {county}.audit.events.v1: 1 partitions, not 3" in differing
    assert "cannot be reached" in said(kafka.the_topics, kafka="127.0.0.1:1")[0]


def test_a_check_that_fails_itself_is_said_and_the_next_is_made() -> None:
    def stumbles(settings: Settings) -> Iterator[Finding]:
        raise RuntimeError(settings.session_secret.get_secret_value())

    def quotes(settings: Settings) -> Iterator[Finding]:
        yield Finding("x", f"driver said {settings.database_url.get_secret_value()} and pw-4711", LONG)

    found = list(looked(Settings(**GOOD), [stumbles, quotes]))
    assert [one.missing for one in found] == [
        "could not be looked at (RuntimeError)",
        "driver said [secret] and [secret]",
    ]
    assert LONG not in str(found)


@pytest.mark.parametrize("url", ["postgresql://gongkai:{}@127.0.0.1:1/{{service}}", "nonsense {}", "{}"])
@pytest.mark.parametrize("how", [(), ("--json",)])
def test_no_planted_secret_is_ever_said(tmp_path: Path, url: str, how: tuple[str, ...]) -> None:
    secrets = dict(PLANTED)
    environment = {f"GONGKAI_{name.upper()}": value for name, value in secrets.items()}
    for name in ("database_url", "owner_url", "keys_url"):
        environment[f"GONGKAI_{name.upper()}"] = url.format(secrets[name])
    environment |= {
        "GONGKAI_ENVIRONMENT": "production",
        "GONGKAI_VAR": str(tmp_path),
        "GONGKAI_KAFKA": "127.0.0.1:1",
        "GONGKAI_ISSUER": "http://127.0.0.1:1",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ":".join(sys.path),
    }
    ended = gongkai("doctor", *how, env=environment)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.stderr.count("\n") >= 4
    for value in PLANTED.values():
        assert value not in ended.stdout + ended.stderr
    if how:
        told = json.loads(ended.stdout)
        assert all({"what", "missing", "how", "level"} == one.keys() for one in told)


def test_warnings_alone_are_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_ENVIRONMENT", "development")
    monkeypatch.setenv("GONGKAI_VAR", str(tmp_path))
    monkeypatch.setenv("GONGKAI_KAFAK", "x")
    found = list(findings())
    assert found
    assert {one.level for one in found} == {"warning"}
