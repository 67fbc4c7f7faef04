"""What opinions do: one on a notice that is up is an objection (PUB-18); adopted, or several on a major matter, they
raise the question whether it is made public again (FBK-13, PUB-30).
"""

from collections.abc import Iterable

from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import ReceiveObjection
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.procedure import PartOf
from services.publication.domain.redisclosure import REDISCLOSURE, AskRedisclosure
from services.publication.domain.versions import Disclosure
from services.publication.events.redisclosure import Cause
from services.publication.heard import OpinionDecided, OpinionReceived
from services.publication.views.procedures import Procedures
from shared.clock import business_day
from shared.events import Recorded, hear
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.service import Reaction

ADOPTED = ("adopt", "partly")


def on_opinion_on_notice(handler: Handler, register: Register) -> Reaction:
    """Its words stay in the register of opinions; the matter has its id, and judges it by the moment it was given:
    from the notice's first release on, and heard of after the appointment it has an owner.

    That it is about a notice stands in the journal: no view of another source has to have caught up (PUB-18).
    """

    def commands(event: Recorded) -> Iterable[Do]:
        received = hear(event, OpinionReceived)
        if received is None or not received.disclosure:
            return
        state: Disclosure = handler.state(DISCLOSURE, received.disclosure)[1]
        drafted = state.drafted
        part = PartOf.read(drafted.part_of) if drafted and drafted.part_of else None
        if drafted and part and (part.kind, part.part) == ("cadre", "publicity"):
            owner = register.first_person(drafted.organisation, event.recorded_at) or ""
            given, shown = business_day(received.at), state.shown_by(received.at)
            objection = ReceiveObjection(given, opinion=received.opinion, shown=shown, owner=owner)
            yield Do(CADRE, part.identity, objection)

    heeds = {OpinionReceived.SERVICE: frozenset({OpinionReceived.EVENT})}
    return Reaction("objection-by-opinion", (OpinionReceived.SERVICE,), commands, heeds)


def on_opinions(procedures: Procedures, handler: Handler, register: Register) -> Reaction:
    """The first person responsible owns the question from the day it is raised."""

    def commands(event: Recorded) -> Iterable[Do]:
        fact = hear(event, OpinionReceived) or hear(event, OpinionDecided)
        if fact is None or not fact.disclosure:
            return
        state: Disclosure = handler.state(DISCLOSURE, fact.disclosure)[1]
        drafted, cause = state.drafted, _cause(fact, state)
        if drafted is None or cause is None:
            return
        received = (fact.opinion,) if cause == "adopted" else (*procedures.opinions.of(fact.disclosure), fact.opinion)
        owner = register.first_person(drafted.organisation, event.recorded_at) or ""
        shown = max((v.number for v in state.versions if v.inside), default=0)
        place = (fact.disclosure, drafted.town, drafted.organisation, shown)
        yield Do(REDISCLOSURE, fact.disclosure, AskRedisclosure(*place, received, cause, owner, business_day(fact.at)))

    names = frozenset({OpinionReceived.EVENT, OpinionDecided.EVENT})
    return Reaction("redisclosure-asked", (OpinionReceived.SERVICE,), commands, {OpinionReceived.SERVICE: names})


def _cause(fact: OpinionReceived | OpinionDecided, state: Disclosure) -> Cause | None:
    if isinstance(fact, OpinionDecided):
        return "adopted" if fact.disposition in ADOPTED else None
    major = state.drafted is not None and (state.drafted.major or state.drafted.part_of.startswith("decision-"))
    return "several" if major else None
