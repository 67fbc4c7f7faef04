"""What opinions do to procedures: one on a notice that is up is an objection, to be dealt with (PUB-18)."""

from collections.abc import Iterable

from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import ReceiveObjection
from services.publication.heard import OpinionReceived
from services.publication.views.procedures import Procedures
from shared.clock import business_day
from shared.events import Recorded, hear
from shared.handling import Do
from shared.service import Reaction


def on_opinion_on_notice(procedures: Procedures) -> Reaction:
    """Its words stay in the register of opinions; the matter has its id."""

    def commands(event: Recorded) -> Iterable[Do]:
        received = hear(event, OpinionReceived)
        if received and received.disclosure and (cadre := procedures.cadre.put_up(received.disclosure)):
            yield Do(CADRE, cadre, ReceiveObjection(business_day(received.at), opinion=received.opinion))

    heeds = {OpinionReceived.SERVICE: frozenset({OpinionReceived.EVENT})}
    return Reaction("objection-by-opinion", (OpinionReceived.SERVICE,), commands, heeds)
