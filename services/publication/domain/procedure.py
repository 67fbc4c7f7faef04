"""A disclosure may be a part of a procedure (a major decision, a cadre matter): then it goes no further than that does.

``part_of`` names stream and part (``decision-<id>/result``) from the draft on. What releases such a disclosure asks the
procedure in the same transaction (``views/procedures``); what does not is refused here.
"""

from dataclasses import dataclass

from services.publication.events import DisclosureDrafted
from shared.decider import Refused

CADRE_SUB_ITEMS = {"5.4": "inspection-notice", "5.5": "publicity", "5.6": "appointment"}  # requirements 1.2


@dataclass(frozen=True)
class PartOf:
    """``kind`` is the category of the procedure's stream."""

    kind: str
    identity: str
    part: str

    @classmethod
    def read(cls, text: str) -> "PartOf":
        """>>> PartOf.read("decision-D1/result")
        PartOf(kind='decision', identity='D1', part='result')
        """
        stream, _, part = text.rpartition("/")
        kind, _, identity = stream.partition("-")
        return cls(kind, identity, part)


def must_not_be_planned(drafted: DisclosureDrafted) -> None:
    """A procedure is asked when something happens, by the person who does it."""
    must_go_along(drafted, drafted.part_of)
    if drafted.part_of:
        detail = "A part of a procedure is released by hand, once the procedure is so far."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="a release when its time has come")


def must_go_along(drafted: DisclosureDrafted, part_of: str) -> None:
    """``part_of`` is the procedure that is asked in the same transaction (PUB-17, PUB-18). What announces a change of
    the catalogue is of the item, and no stage of a matter (CAT-19).
    """
    if drafted.announces and not drafted.part_of:
        return
    must_be_a_stage(drafted.sub_item, drafted.part_of)
    if drafted.sub_item not in CADRE_SUB_ITEMS and drafted.major and _kind(drafted.part_of) != "decision":
        detail = "A major decision is made public after notification and soliciting only."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="a draft that is part of an opened decision")
    if part_of != drafted.part_of:
        detail = "It is part of a procedure, and released along with that only."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=drafted.part_of)


def must_be_a_stage(sub_item: str, part_of: str) -> None:
    """What 1.2 calls a stage of a cadre matter is part of one, and of no other procedure (PUB-18)."""
    if sub_item in CADRE_SUB_ITEMS and _kind(part_of) != "cadre":
        detail = "Inspection notice, publicity and appointment are stages of a cadre matter."
        accepted = "a draft that is part of an opened cadre matter"
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=accepted, pointer="/part_of")


def must_be_no_stage(item: str) -> None:
    """No major decision is opened for a stage of a cadre matter: it has a procedure of its own (PUB-17, PUB-18)."""
    if item.rpartition("/")[2] in CADRE_SUB_ITEMS:
        detail = "Inspection notice, publicity and appointment are stages of a cadre matter."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted="a cadre matter", pointer="/item")


def _kind(part_of: str) -> str:
    return PartOf.read(part_of).kind if part_of else ""
