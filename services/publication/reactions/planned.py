"""What follows when the instant of a planned release has come: it is shown, or missed with an owner (PUB-04)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from services.publication.domain.channels import TownChannels
from services.publication.domain.conditions import NOT_LOOKED, LookedThrough
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.outside_text import as_outside
from services.publication.domain.planning import RunSchedule
from services.publication.domain.present import Present
from services.publication.domain.versions import Disclosure
from services.publication.events import DisclosureReleasedInside, DisclosureReleasedOutside
from services.publication.views.almanac import Almanac
from services.publication.views.desk import DeskWork
from services.publication.views.documents import keep_in_clear, looked_through
from services.publication.views.items import CatalogueItems
from services.publication.views.own_channels import OwnChannels
from services.publication.views.withheld import Withheld
from shared.clock import business_day
from shared.decider import Refused
from shared.documents import Documents
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.personal_data.vault import Vault
from shared.policy import authorize
from shared.service import Ticker

RELEASE = "disclosure.release"


@dataclass(frozen=True)
class Planning:
    """What a planned release is asked again of when its time has come."""

    work: DeskWork
    handler: Handler
    items: CatalogueItems
    register: Register
    own_channels: OwnChannels
    documents: Documents
    vault: Vault
    withheld: Withheld

    def due(self, now: datetime) -> Iterator[tuple[RowMapping, dict[str, Any]]]:
        """The plans whose time has come, the earlier first: inside before outside."""
        for row in self.work.planned_until(now):
            for plan in sorted(row["planned"], key=lambda plan: str(plan["at"])):
                if datetime.fromisoformat(plan["at"]) <= now:
                    yield row, plan

    def command(self, row: RowMapping, plan: dict[str, Any], now: datetime) -> RunSchedule:
        town, today = row["town"], business_day(now)
        parameters = Almanac(self.register, now).parameters(town)
        item = self.items.item(row["item"], today)
        return RunSchedule(
            schedule=plan["schedule"],
            now=now,
            today=today,
            lead=parameters.lead,
            immediate_lead=parameters.immediate_lead,
            present=Present(today, item, self.withheld.holds(row["item"], today)),
            owner=self._owner(row["organisation"], plan["by"], now),
            still_may=self._may(row, plan["by"], now),
            town=town,
            channels=TownChannels(self.own_channels.of(town, today), parameters.only_methods),
            looked=self._looked(row["disclosure"]) if plan["side"] == "outside" else NOT_LOOKED,
        )

    def _looked(self, disclosure: str) -> LookedThrough:
        """Anew, as everything that a planned release needs."""
        state: Disclosure = self.handler.state(DISCLOSURE, disclosure)[1]
        return looked_through(self.documents, self.vault, state)

    def _may(self, row: RowMapping, by: str, now: datetime) -> bool:
        """Whether whoever planned it might release it by hand now (ORG-15)."""
        try:
            authorize(RELEASE, self.register.standing(by, now), organisation=row["organisation"], town=row["town"])
        except Refused:
            return False
        return True

    def _owner(self, organisation: str, by: str, now: datetime) -> str:
        """Whoever planned it while they are in post there, else the first person responsible (ORG-07)."""
        if any(post.organisation == organisation for post in self.register.standing(by, now).posts):
            return by
        return self.register.first_person(organisation, now) or by

    def uncover(self, disclosure: str, command: RunSchedule) -> None:
        """Keep in clear what the release is about to show, if it is about to show anything."""
        state: Disclosure = self.handler.state(DISCLOSURE, disclosure)[1]
        for fact in DISCLOSURE.decide(state, command):
            if isinstance(fact, DisclosureReleasedInside):
                keep_in_clear(self.documents, self.vault, state.current.content.attachments)
            if isinstance(fact, DisclosureReleasedOutside):
                keep_in_clear(self.documents, self.vault, as_outside(state.current.content).attachments)


def planned(planning: Planning) -> Ticker:
    def due(now: datetime) -> Iterable[Do]:
        for row, plan in planning.due(now):
            command = planning.command(row, plan, now)
            planning.uncover(row["disclosure"], command)
            yield Do(DISCLOSURE, row["disclosure"], command, key=f"run/{plan['schedule']}", town=row["town"])

    return Ticker("releases-planned", due)
