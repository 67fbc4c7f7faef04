"""What several rules of a cadre matter ask: that it is under way, undecided, and what is said of persons bears it."""

from services.publication.domain.cadre_commands import Cadre
from services.publication.events.cadre import CadreMatterOpened
from shared.decider import Refused
from shared.personal_data import gate
from shared.personal_data.gate import must_hold_nothing_personal


def out_of_order(detail: str, accepted: str) -> Refused:
    return Refused("STEP_OUT_OF_ORDER", detail, accepted=accepted, facts={"expected": accepted})


def under_way(cadre: Cadre) -> CadreMatterOpened:
    if cadre.opened is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if cadre.ended:
        raise Refused("STEP_OUT_OF_ORDER", "The matter has ended: nobody stands any more.", accepted="a new matter")
    return cadre.opened


def undecided(cadre: Cadre) -> CadreMatterOpened:
    opened = under_way(cadre)
    if cadre.decided:
        raise Refused("STEP_OUT_OF_ORDER", "The appointment has been decided.", accepted="a new matter")
    return opened


def reason_given(reason: str, detail: str) -> str:
    if not reason.strip():
        raise Refused("REASON_REQUIRED", detail, "a reason", "/reason")
    return reason.strip()


def must_be_clean(reason: str) -> None:
    """Numbers of persons have no place in it, sealed though it is."""
    must_hold_nothing_personal(gate.find([("reason", reason)]), "/reason")


def names(cadre: Cadre) -> dict[str, str]:
    opened = under_way(cadre)
    return {"cadre": opened.cadre, "town": opened.town, "organisation": opened.organisation}
