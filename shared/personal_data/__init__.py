"""Personal data: how an event declares what is personal in it, and how a page declares what it may show in clear.

Between the command and the page such a field is a sealed token: in the journal, the log, every view, span and log
line. ``sealing`` seals and opens events for the write side, ``opening`` opens pages, both through a ``vault``, whose
keys lie in a ``key_store`` of their own. Destroying a subject's key makes all its tokens unreadable for good. This
module holds the declarations alone, so that facts and rules may name them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Subject(StrEnum):
    """What a key may belong to: destroyed together is what belongs together."""

    PERSON = "person"  # one person of the register
    OPINION = "opinion"  # one opinion; destroyed with its giver, where there is a name
    DRAFT = "draft"  # one writing of a version of a disclosure, until it is refused for secrecy
    CADRE = "cadre"  # one cadre matter: who is meant, and what is said of them
    SESSION = "session"  # what is said of a session itself
    QUESTION = "question"  # one question and its answer; destroyed with its asker, where there is a name
    DISCLOSURE = "disclosure"  # what must be known of a disclosure's refused texts without being a dictionary of them


@dataclass(frozen=True, slots=True)
class Personal:
    """``Annotated[str, Personal(of="person")]``: sealed under the key of the subject that the sibling field names.

    ``owner`` is the sibling with the person whose erasure takes it along, if it is another's than the subject's;
    ``otherwise`` the sibling that names the subject where that of ``of`` is empty; ``within`` the fields meant of a
    nested model. An empty text is not sealed.
    """

    of: str
    kind: Subject = Subject.PERSON
    owner: str = ""
    within: tuple[str, ...] = ()
    otherwise: str = ""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The contract says that readers get a token, and whose."""
        mark = {"of": self.of, "kind": self.kind.value} | ({"fields": list(self.within)} if self.within else {})
        mark |= {"otherwise": self.otherwise} if self.otherwise else {}
        return {**handler(core), "x-personal": mark}


@dataclass(frozen=True, slots=True)
class Carried:
    """A field that takes over what another's event has sealed, as it is: opaque to this service's rules."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core), "x-personal": {"carried": True}}


@dataclass(frozen=True, slots=True)
class Shown:
    """On the model of a page: tokens in this field are opened when the answer leaves."""


Clear = Annotated[str, Shown()]
"""A text of a page that may come sealed from a view and leaves in clear, or as the mark of what was erased."""
