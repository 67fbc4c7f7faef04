"""E-mail to members who chose it: whether its settings are whole, and whether its server answers and lets us in.

Nothing is sent, and what the server says is not repeated: it may quote what it was told.
"""

import smtplib
import ssl
from collections.abc import Iterator

from services.cli.doctor.finding import Finding, warning
from shared.mail import trusting
from shared.settings import Settings

MAIL = "e-mail"
SECONDS = 5.0


def smtp_settings(settings: Settings) -> Iterator[Finding]:
    """Half of them given is none: notices would lie in the inbox, or go out under a name that nobody answers."""
    password = settings.smtp_password.get_secret_value()
    if not settings.smtp_host:
        if settings.smtp_user or password:
            yield Finding(MAIL, "GONGKAI_SMTP_HOST is empty, though a user or password is given", "name the server")
        return
    if settings.smtp_user and not password:
        yield Finding(MAIL, "GONGKAI_SMTP_PASSWORD is empty", "give it, or no GONGKAI_SMTP_USER either")
    if password and not settings.smtp_user:
        yield Finding(MAIL, "GONGKAI_SMTP_USER is empty, though a password is given", "give it, or no password either")
    _, at, domain = settings.smtp_from.rpartition("@")
    if not at or not domain.strip(">"):
        yield Finding(MAIL, "GONGKAI_SMTP_FROM is no address", "an address of the county that takes answers")
    elif domain.strip(">") == "localhost" and not settings.development:
        yield warning(MAIL, "GONGKAI_SMTP_FROM is at localhost", "an address of the county; servers refuse this one")
    if settings.smtp_user and not settings.smtp_starttls:
        yield warning(MAIL, "GONGKAI_SMTP_STARTTLS is off", "the password goes over the wire in clear")
    yield from _authorities(settings)


def _authorities(settings: Settings) -> Iterator[Finding]:
    """Of a file that is not there or holds none, every server would be another's."""
    try:
        trusting(settings.smtp_ca)
    except OSError as unreadable:
        said = f"GONGKAI_SMTP_CA cannot be read ({type(unreadable).__name__})"
        yield Finding(MAIL, said, "a file of certificates (PEM), or none for those that the system trusts")


def the_mail_server(settings: Settings) -> Iterator[Finding]:
    """It answers, goes over to TLS and takes our user, as for a notice; only that no message follows."""
    if not settings.smtp_host:
        return
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=trusting(settings.smtp_ca))
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.noop()
    except smtplib.SMTPAuthenticationError:
        yield Finding(MAIL, f"{where} does not take our user and password", "GONGKAI_SMTP_USER, GONGKAI_SMTP_PASSWORD")
    except smtplib.SMTPNotSupportedError:
        how = "another port (587 is usual), GONGKAI_SMTP_STARTTLS, or no GONGKAI_SMTP_USER"
        yield Finding(MAIL, f"{where} offers no STARTTLS or no sign-in", how)
    except ssl.SSLCertVerificationError as untrusted:
        how = "GONGKAI_SMTP_HOST as its certificate has it, and GONGKAI_SMTP_CA for an authority of your own"
        yield Finding(MAIL, f"the certificate of {where} is not trusted ({untrusted.verify_message})", how)
    except (OSError, smtplib.SMTPException) as away:
        how = "is it up, can this machine reach it, and is it an SMTP server?"
        yield Finding(MAIL, f"{where} does not answer as it should ({type(away).__name__})", how)
