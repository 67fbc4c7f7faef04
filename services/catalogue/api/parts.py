"""What the routes stand on: the write side, the views, and the facts that a command needs from other streams.

Facts come from the journal, not from views, so that a command right after another sees what that one did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.catalogue.api.bodies import PersonBody
from services.catalogue.domain import codes
from services.catalogue.domain.organisation import ORGANISATION, Organisation
from services.catalogue.domain.person import PERSON, RegisterPerson
from services.catalogue.domain.town import TOWN, Town
from services.catalogue.views.catalogues import Catalogues
from services.catalogue.views.changes import Changes
from services.catalogue.views.open_dues import OpenDues
from services.catalogue.views.plans import Plans
from services.catalogue.views.templates import Templates
from services.catalogue.views.withholdings import Withholdings
from shared.decider import Refused
from shared.documents import Documents
from shared.handling import Do, Handler
from shared.identity.register import Register


@dataclass(frozen=True)
class Parts:
    handler: Handler
    register: Register
    catalogues: Catalogues
    templates: Templates
    documents: Documents
    county: str
    founder: str
    changes: Changes
    withholdings: Withholdings
    dues: OpenDues
    plans: Plans

    def organisation(self, organisation: str) -> Organisation:
        """Refuses NOT_FOUND if it is not registered."""
        state: Organisation = self.handler.state(ORGANISATION, organisation)[1]
        if not state.registered:
            raise Refused("NOT_FOUND", "There is no such organisation.")
        return state

    def town(self, town: str) -> Town:
        state: Town = self.handler.state(TOWN, town)[1]
        if not state.registered:
            raise Refused("NOT_FOUND", "There is no such town.")
        return state

    def behind(self, organisation: str, town: str, on: date) -> str:
        """On whose behalf a change is approved: the town committee, or the superior of the other authority (A-02)."""
        authority = self.town(town).authority(organisation, on)
        if authority:
            return self.register.structure().superior(authority, on) or authority
        return self.committee(town)

    def committee(self, town: str) -> str:
        """The town committee, on whose behalf its member units act (A-02)."""
        known = self.register.organisations(town)
        return next((o.organisation for o in known if o.level == "town-committee"), "")

    def deciding_on(self, organisation: str, town: str, on: date) -> Mapping[str, str]:
        """Category to the unit that decides on the organisation's items of it (A-02)."""
        authority = self.town(town).authority(organisation, on)
        return dict.fromkeys(codes.CATEGORIES, authority) if authority else self.in_charge(town, on)

    def in_charge(self, town: str, on: date) -> Mapping[str, str]:
        """Category to the unit in charge of it; an unassigned one is left out."""
        state = self.town(town)
        return {category: unit for category in codes.CATEGORIES if (unit := state.in_charge(category, on))}

    def registering(self, persons: list[PersonBody], on: date, at: str = "/persons") -> list[Do]:
        """Commands for those who come with a name; refuses who comes without and is not registered."""
        dos: dict[str, Do] = {}
        for number, body in enumerate(persons):
            if body.name_zh:
                command = RegisterPerson(body.person, body.name_zh, body.name_en, on)
                dos[body.person] = Do(PERSON, body.person, command)
            elif body.person not in dos and not self.handler.state(PERSON, body.person)[1].registered:
                raise Refused("NOT_FOUND", f"{body.person} is not registered.", pointer=f"{at}/{number}/person")
        return list(dos.values())
