"""What somebody did to something other than a disclosure: a change, a withholding, a plan, a matter, a decision.

A deed says of which kind of thing it is, of which one, and by which word the trace tells it. Who did it, and in which
post, stands in the envelope; whom it names beside them stands in its own fields.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar, Literal

from shared.events import Heard

Kind = Literal["change", "withholding", "plan", "matter", "decision", "cadre"]


class Deed(Heard):
    """``ID`` is the field that names the thing, ``REFERENCE`` one that says more of it: a number, a disclosure.

    ``NAMED`` are fields with persons who answer, each with the trace's word for their part: the deed's own step where
    it was told by the platform, or by another, that they had done it.
    """

    KIND: ClassVar[Kind]
    ID: ClassVar[str]
    STEP: ClassVar[str]
    REFERENCE: ClassVar[str] = ""
    NAMED: ClassVar[Mapping[str, str]] = {}
    town: str
    organisation: str

    @property
    def kind(self) -> Kind:
        return self.KIND

    @property
    def subject(self) -> str:
        return str(getattr(self, self.ID))

    @property
    def step(self) -> str:
        return self.STEP

    @property
    def called(self) -> str:
        """What the thing is called, as far as this says."""
        return str(getattr(self, "title", ""))

    @property
    def refers_to(self) -> str:
        return str(getattr(self, self.REFERENCE)) if self.REFERENCE else ""

    @property
    def day(self) -> date | None:
        """The day on which it held, where the fact has one."""
        return getattr(self, "on", None)

    def named(self) -> Iterable[tuple[str, str]]:
        """Part and person of those named beside whoever acted."""
        for field, part in self.NAMED.items():
            persons = getattr(self, field)
            listed = [persons] if isinstance(persons, str) else persons
            yield from ((part, person) for person in listed if person and not person.startswith("service:"))
