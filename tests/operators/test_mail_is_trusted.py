"""E-mail goes by TLS to a server whose certificate is good, and to no other (PUB-19)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli.doctor import mailing
from services.cli.doctor.finding import looked
from shared.mail import NotSent, SmtpMail
from shared.settings import Settings
from tests.operators.mail_server import MailServer, certificate_in, serving

CHEN = "chen@example.org"
FROM = "dangwu@qingshan.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_in(tmp_path)


@pytest.fixture
def server(certificate: Path) -> Iterator[MailServer]:
    with serving(certificate) as server:
        yield server


def settings(server: MailServer, **more: Any) -> Settings:
    return Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_from=FROM, **more)


def sent(server: MailServer, **more: Any) -> str:
    """'' for sent, else why not."""
    mail = SmtpMail.of(settings(server, **more))
    assert mail
    try:
        mail.send(CHEN, "通知", "有新的事项")
    except NotSent as failed:
        return failed.reason
    return ""


def test_a_server_that_the_named_authority_stands_for_gets_the_message(server: MailServer, certificate: Path) -> None:
    """PUB-19."""
    assert sent(server, smtp_ca=str(certificate)) == ""
    assert len(server.messages) == 1
    assert [line.split()[0].upper() for line in server.heard][:3] == ["EHLO", "STARTTLS", "EHLO"]


def test_a_server_with_a_certificate_of_its_own_making_is_told_nothing(server: MailServer) -> None:  # PUB-19
    assert sent(server) == "untrusted"
    assert server.messages == []
    assert not [line for line in server.heard if CHEN in line]


def test_a_certificate_of_another_server_is_not_taken(tmp_path: Path) -> None:  # PUB-19
    others = certificate_in(tmp_path, address="127.0.0.9")
    with serving(others) as server:
        assert sent(server, smtp_ca=str(others)) == "untrusted"
        assert server.messages == []


def test_without_its_file_of_authorities_nothing_is_sent(server: MailServer, tmp_path: Path) -> None:  # PUB-19
    assert sent(server, smtp_ca=str(tmp_path / "missing.pem")) == "away"
    assert server.messages == []


def test_the_doctor_says_whose_certificate_is_not_trusted(server: MailServer, certificate: Path) -> None:  # PUB-19
    told = settings(server)
    (line,) = [one.line for one in looked(told, [mailing.the_mail_server])]
    assert f"the certificate of 127.0.0.1:{server.port} is not trusted" in line
    assert "GONGKAI_SMTP_CA" in line
    good = settings(server, smtp_ca=str(certificate))
    assert list(looked(good, [mailing.the_mail_server, mailing.smtp_settings])) == []


def test_the_doctor_looks_at_the_file_of_authorities(server: MailServer, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for file in (empty, tmp_path / "missing.pem"):
        lines = [one.line for one in looked(settings(server, smtp_ca=str(file)), [mailing.smtp_settings])]
        assert [line for line in lines if "GONGKAI_SMTP_CA cannot be read" in line], lines
