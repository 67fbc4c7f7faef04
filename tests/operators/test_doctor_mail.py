"""The doctor looks at e-mail (PUB-19): what is given, and a server that answers, refuses or is none."""

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from services.cli.doctor import finding, findings, mailing
from services.cli.doctor.finding import looked
from shared.settings import Settings

PASSWORD = "PLANTED-mail-9f3kQ7zLw2VbXc8"
TOLD: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_from": "dangwu@qingshan.example"}


class Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as greets, offers a sign-in and takes or refuses it, quoting what it was told."""

    def handle(self) -> None:
        server: Any = self.server
        self._say(server.greeting)
        while line := self.rfile.readline().decode().strip():
            server.heard.append(line)
            match line.split()[0].upper():
                case "EHLO":
                    self._say("250-here", "250 AUTH PLAIN" if server.offers else "250 HELP")
                case "AUTH":
                    self._say("235 welcome" if server.takes else f"535 no: {line} {PASSWORD}")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 well")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    greeting, offers, takes = "220 here", True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.heard: list[str] = []


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def said(check: finding.Check, **changes: Any) -> list[str]:
    settings = Settings(environment="production", **TOLD | changes)
    lines = [one.line for one in looked(settings, [check])]
    assert PASSWORD not in str(lines)
    return lines


def signing_in(server: MailServer, **more: Any) -> dict[str, Any]:
    known = {"smtp_port": server.server_address[1], "smtp_user": "gongkai", "smtp_password": PASSWORD}
    return {**known, "smtp_starttls": False, **more}


def test_without_a_mail_server_nothing_is_asked() -> None:
    assert said(mailing.smtp_settings, smtp_host="") == said(mailing.the_mail_server, smtp_host="") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"smtp_host": "", "smtp_user": "gongkai"}, "error: e-mail: GONGKAI_SMTP_HOST is empty"),
        ({"smtp_user": "gongkai"}, "error: e-mail: GONGKAI_SMTP_PASSWORD is empty"),
        ({"smtp_password": SecretStr(PASSWORD)}, "error: e-mail: GONGKAI_SMTP_USER is empty"),
        ({"smtp_from": "gongkai"}, "error: e-mail: GONGKAI_SMTP_FROM is no address"),
        ({"smtp_from": "gongkai@localhost"}, "warning: e-mail: GONGKAI_SMTP_FROM is at localhost"),
        (
            {"smtp_user": "g", "smtp_password": PASSWORD, "smtp_starttls": False},
            "warning: e-mail: GONGKAI_SMTP_STARTTLS is off",
        ),
    ],
)
def test_settings_of_e_mail_that_are_not_whole_are_found(changes: dict[str, Any], words: str) -> None:  # PUB-19
    (line,) = said(mailing.smtp_settings, **changes)
    assert line.startswith(words)
    assert said(mailing.smtp_settings) == []


def test_a_server_that_answers_and_takes_our_user_is_well_and_gets_no_message(server: MailServer) -> None:  # PUB-19
    assert said(mailing.the_mail_server, **signing_in(server)) == []
    assert [line.split()[0].upper() for line in server.heard] == ["EHLO", "AUTH", "NOOP", "QUIT"]


def test_a_server_that_refuses_us_is_found_without_what_it_quotes(server: MailServer) -> None:
    server.takes = False
    (line,) = said(mailing.the_mail_server, **signing_in(server))
    assert "does not take our user and password" in line


@pytest.mark.parametrize("changes", [{}, {"smtp_starttls": True}])
def test_a_server_without_sign_in_or_tls_is_found(server: MailServer, changes: dict[str, Any]) -> None:
    server.offers = False
    (line,) = said(mailing.the_mail_server, **signing_in(server, **changes))
    assert "offers no STARTTLS or no sign-in" in line


def test_what_is_no_mail_server_or_not_there_is_found(server: MailServer) -> None:
    server.greeting = "554 not for you"
    (refusing,) = said(mailing.the_mail_server, **signing_in(server))
    (away,) = said(mailing.the_mail_server, smtp_port=1)
    assert "(SMTPConnectError)" in refusing
    assert "127.0.0.1:1 does not answer as it should (ConnectionRefusedError)" in away


def test_the_doctor_looks_at_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.doctor.CHECKS", (mailing.smtp_settings, mailing.the_mail_server))
    monkeypatch.setenv("GONGKAI_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("GONGKAI_SMTP_PORT", "1")
    monkeypatch.setenv("GONGKAI_SMTP_PASSWORD", PASSWORD)
    lines = [one.line for one in findings()]
    assert len(lines) >= 2
    assert PASSWORD not in str(lines)
