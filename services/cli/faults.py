"""What an operator reads when something expected is wrong: one line that says what and where to look, no traceback.

:func:`line_of` knows these faults; any other is a defect of ours and shows its frames.
"""

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from shared.database import WriteTurnTimeout
from shared.journal import JournalError, JournalGap
from shared.log import LogUnavailable
from shared.merging import Gap
from shared.migrations import SchemaWrong
from shared.personal_data.key_store import KeysUnavailable, WrongSecret
from shared.personal_data.wrapping import SecretTooWeak
from shared.settings import Settings

ASKED_WRONGLY, COULD_NOT = 2, 1
DOCTOR = "`gongkai doctor` checks the settings"


def line_of(fault: BaseException) -> tuple[str, int] | None:
    """What to say and the exit code; None for what nobody expected. Never the value of a setting."""
    match fault:
        case ValidationError() if fault.title == Settings.__name__:
            return "\n".join(settings_wrong(fault)) + "\ndocs/operate.md lists the settings", ASKED_WRONGLY
        case ArgumentError():
            return f"GONGKAI_DATABASE_URL is not the address of a database; {DOCTOR}", ASKED_WRONGLY
        case DBAPIError():
            return f"the database cannot be used: {_first_line(fault.orig)}{_advice(str(fault.orig))}", COULD_NOT
        case SQLAlchemyError() | WriteTurnTimeout() | JournalError():
            return f"the database cannot be used: {_first_line(fault)}", COULD_NOT
        case SchemaWrong():
            return str(fault), COULD_NOT
        case KeysUnavailable() | WrongSecret() | SecretTooWeak():
            return f"the keys of personal data cannot be used: {_first_line(fault)}; {DOCTOR}", COULD_NOT
        case LogUnavailable():
            return f"the event log cannot be used: {_first_line(fault)}; {DOCTOR}", COULD_NOT
        case Gap() | JournalGap():
            return f"events are missing: {_first_line(fault)}; see docs/operate.md before anything else", COULD_NOT
        case OSError():
            return f"{fault.strerror or fault}: {fault.filename or ''}".rstrip(": "), COULD_NOT
        case _:
            return None


def settings_wrong(error: ValidationError) -> list[str]:
    """A line for each wrong setting, by the name an operator sets; never what it was set to."""
    return [
        f"GONGKAI_{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
        for one in error.errors(include_input=False, include_url=False)
    ]


def _advice(text: str) -> str:
    if "permission denied" in text or "must be owner" in text:
        return "; this takes the role that owns the tables: GONGKAI_OWNER_URL"
    return "; another process writes to it for long: try again" if "locked" in text else ""


def _first_line(fault: object) -> str:
    return (str(fault).strip().splitlines() or [""])[0]
