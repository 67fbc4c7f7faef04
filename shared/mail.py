"""Sending an e-mail over SMTP, as the settings say; without settings there is no e-mail, and nobody is promised one.

With STARTTLS the server's certificate is checked, and its name: nothing is said to a server that is another's.
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from shared.settings import Settings

SECONDS = 4.0  # for each word of the server: who sends holds a lease meanwhile


class NotSent(Exception):
    """The server could not be reached or did not take it; ``reason`` is one word, without the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mail(Protocol):
    def send(self, address: str, subject: str, text: str) -> None:
        """Raises :class:`NotSent`."""
        ...


@dataclass(frozen=True)
class SmtpMail:
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = True
    ca: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "SmtpMail | None":
        if not settings.smtp_host:
            return None
        password = settings.smtp_password.get_secret_value()
        names = (settings.smtp_host, settings.smtp_port, settings.smtp_from, settings.smtp_user, password)
        return cls(*names, settings.smtp_starttls, settings.smtp_ca)

    def send(self, address: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, subject
        message.set_content(text)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                if self.starttls:
                    server.starttls(context=trusting(self.ca))
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            raise NotSent("refused") from refused
        except ssl.SSLCertVerificationError as untrusted:
            raise NotSent("untrusted") from untrusted
        except (OSError, smtplib.SMTPException) as away:
            raise NotSent("away") from away


def trusting(ca: str = "") -> ssl.SSLContext:
    """Takes a certificate that an authority of this file stands for, or without a file one that the system trusts.

    Raises :class:`OSError` if the file cannot be read.
    """
    return ssl.create_default_context(cafile=ca or None)
