"""What the doctor finds: a line that says what is wrong and what to do, and never the value of a secret."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shared.settings import Settings

SECRETS = (
    "database_url",
    "owner_url",
    "keys_url",
    "client_secret",
    "session_secret",
    "keys_secret",
    "keys_secret_before",
    "log_key",
    "log_salt",
    "witness_key",
    "smtp_password",
)
BLANKED = "[secret]"
BLANKED_LENGTH_MIN = 4


@dataclass(frozen=True)
class Finding:
    """``what`` it is about, what is ``missing`` or wrong, and ``how`` to mend it. Errors end the doctor with 1."""

    what: str
    missing: str
    how: str
    level: str = "error"

    @property
    def line(self) -> str:
        return f"{self.level}: {self.what}: {self.missing}; {self.how}"


Check = Callable[[Settings], Iterable[Finding]]


def warning(what: str, missing: str, how: str) -> Finding:
    return Finding(what, missing, how, "warning")


def looked(settings: Settings, checks: Iterable[Check]) -> Iterator[Finding]:
    """What the checks find. One that fails itself is a finding, by its kind: its message might quote a setting."""
    for check in checks:
        try:
            yield from (blanked(finding, settings) for finding in check(settings))
        except Exception as fault:  # noqa: BLE001 - the doctor goes on to the next
            name = check.__name__.replace("_", " ")
            yield Finding(name, f"could not be looked at ({type(fault).__name__})", "mend what is said above it first")


def blanked(finding: Finding, settings: Settings) -> Finding:
    """The last net: whatever a driver or an issuer quotes, no secret's value leaves."""
    values = secret_values(settings)
    return replace(finding, missing=_without(finding.missing, values), how=_without(finding.how, values))


def secret_values(settings: Settings) -> list[str]:
    """Every value that must not be shown, longest first, the passwords within addresses too."""
    found: set[str] = set()
    for name in SECRETS:
        value = getattr(settings, name).get_secret_value()
        password = value.split("://", 1)[-1].rpartition("@")[0].partition(":")[2]
        found |= {value, password, *value.split()}
    return sorted((value for value in found if len(value) >= BLANKED_LENGTH_MIN), key=len, reverse=True)


def _without(text: str, values: Iterable[str]) -> str:
    for value in values:
        text = text.replace(value, BLANKED)
    return text
