"""The facts of a supervisor's duty log: what they looked at, inspected, asked or reported, and when.

Stream ``supervision-<organisation>`` (ORG-14).
"""

from datetime import date
from typing import Annotated, Literal

from shared.events import Event
from shared.personal_data import Personal

DutyKind = Literal["looked", "inspected", "asked", "attended", "reported"]


class DutyLogged(Event):
    """``subject``: the id of what it was about, or '' ; ``note`` is the supervisor's own and goes with them."""

    organisation: str
    town: str
    entry: int
    supervisor: str
    post: str
    kind: DutyKind
    subject: str
    note: Annotated[str, Personal(of="supervisor")]
    on: date
