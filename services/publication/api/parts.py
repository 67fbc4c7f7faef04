"""What the routes stand on: the write side, the views, documents, and who may know of a disclosure's work.

What a command needs to know of a disclosure comes from the journal, so that it sees what the last command did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from anyio import to_thread
from sqlalchemy import RowMapping

from services.publication.domain.channels import TownChannels
from services.publication.domain.disclosure import DISCLOSURE, DisclosureCommand
from services.publication.domain.duty import Obligation
from services.publication.domain.obligation import OBLIGATION
from services.publication.domain.present import Present
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.versions import Disclosure
from services.publication.events import DisclosureDrafted
from services.publication.views.almanac import Almanac
from services.publication.views.announcements import Announcements
from services.publication.views.approvals import Approvals
from services.publication.views.desk import DeskWork
from services.publication.views.documents import opened
from services.publication.views.evidence import Evidence
from services.publication.views.items import CatalogueItems
from services.publication.views.obligations import Obligations
from services.publication.views.own_channels import OwnChannels
from services.publication.views.procedures import Procedures
from services.publication.views.shown import Shown
from services.publication.views.withheld import Withheld
from shared.clock import business_day
from shared.decider import Refused
from shared.documents import Documents
from shared.handling import Do, Handler
from shared.identity import Standing
from shared.identity.register import Register
from shared.personal_data import Subject
from shared.personal_data.vault import Vault
from shared.policy import Acting
from shared.web.desk import Desk, Done


@dataclass(frozen=True)
class Parts:
    handler: Handler
    register: Register
    items: CatalogueItems
    obligations: Obligations
    work: DeskWork
    approvals: Approvals
    shown: Shown
    documents: Documents
    vault: Vault
    evidence: Evidence
    own_channels: OwnChannels
    announcements: Announcements
    procedures: Procedures
    withheld: Withheld

    def present(self, item: str, today: date) -> Present:
        """What a release is asked of the catalogue and of filings on its day (CAT-14, CAT-15, CAT-19)."""
        return Present(today, self.items.item(item, today), self.withheld.holds(item, today))

    def channels_of(self, town: str, now: datetime) -> TownChannels:
        """The town's own channels and its policy at an instant (PUB-16, PUB-34)."""
        policy = Almanac(self.register, now).parameters(town)
        return TownChannels(self.own_channels.of(town, business_day(now)), policy.only_methods)

    def disclosure(self, disclosure: str, at: int | None = None) -> tuple[Disclosure, DisclosureDrafted]:
        """As it is now; for a command that names the version it is for, as it was ``at`` that version."""
        state: Disclosure = self.handler.state(DISCLOSURE, disclosure, at)[1]
        if state.drafted is None:
            raise nothing()
        return state, state.drafted

    def opened(self, item: ItemInForce | None) -> ItemInForce | None:
        """With its conditions in clear, for the rules that hold a disclosure to them (CAT-12)."""
        if item is None or not item.conditions:
            return item
        clear = self.vault.opened({text for c in item.conditions for text in (c.text, *c.names)})
        conditions = tuple(
            c.model_copy(
                update={"text": clear.get(c.text, c.text), "names": tuple(str(clear.get(n, n)) for n in c.names)}
            )
            for c in item.conditions
        )
        return replace(item, conditions=conditions)

    def keep(self, content: bytes, draft: str) -> str:
        """Keep a document of a draft, sealed with it; the digest of what is kept."""
        return self.documents.put(self.vault.sealed_bytes(f"{Subject.DRAFT}:{draft}", content))

    def document(self, digest: str) -> bytes:
        """A kept document in clear. Raises :class:`NoSuchDocument` too if its draft was refused for secrecy."""
        return opened(self.documents, self.vault, digest)

    def obligation(self, obligation: str) -> Obligation:
        state: Obligation = self.handler.state(OBLIGATION, obligation)[1]
        if state.raised is None:
            raise nothing()
        return state

    def acting(self, desk: Desk, drafted: DisclosureDrafted) -> Acting:
        authors = self.disclosure(drafted.disclosure, desk.expected_version)[0].current.authors
        hidden = is_stranger(desk.standing, drafted.organisation)
        return desk.may(drafted.organisation, drafted.town, hidden, makers=authors)

    def done(self, desk: Desk, disclosure: str, command: DisclosureCommand, *also: Do, **result: str) -> Done:
        """One command to a disclosure, by someone who may; ``also`` what else is done or refused with it."""
        _, drafted = self.disclosure(disclosure, desk.expected_version)
        acting = self.acting(desk, drafted)
        do = Do(DISCLOSURE, disclosure, command)
        return desk.handle(do, *also, acting=acting, town=drafted.town, result=result)

    async def doing(self, desk: Desk, disclosure: str, command: DisclosureCommand, **result: str) -> Done:
        """The same for an ``async`` route: no thread is needed where memory has the version that the caller saw."""
        if not self.handler.remembers(DISCLOSURE, disclosure, desk.expected_version):
            return await to_thread.run_sync(partial(self.done, desk, disclosure, command, **result))
        _, drafted = self.disclosure(disclosure, desk.expected_version)
        acting = self.acting(desk, drafted)
        return await desk.handled(Do(DISCLOSURE, disclosure, command), acting=acting, town=drafted.town, result=result)

    def must_be_known(self, persons: Iterable[str], pointer: str) -> None:
        """Whoever is to answer for something is someone in the register (PUB-31)."""
        unknown = [person for person in persons if self.register.person(person) is None]
        if unknown:
            detail, accepted = "The register knows no such person.", "persons of the register"
            raise Refused("INVALID", detail, accepted=accepted, pointer=pointer)

    def must_be_in_post(self, persons: Iterable[str], organisation: str, at: datetime, pointer: str) -> None:
        """Whoever attests holds a post in the organisation or above it on that day (PUB-31)."""
        there = {organisation, *self.register.superiors(organisation, at)}
        for person in persons:
            if not any(post.organisation in there for post in self.register.standing(person, at).posts):
                detail, accepted = (
                    "Not everybody named is in post here.",
                    "persons in post in the organisation or above",
                )
                raise Refused("INVALID", detail, accepted=accepted, pointer=pointer)

    def work_of(self, disclosure: str) -> RowMapping:
        row = self.work.one(disclosure)
        if row is None:
            raise nothing()
        return row


def nothing() -> Refused:
    return Refused("NOT_FOUND", "There is no such thing here.")


def is_stranger(standing: Standing, organisation: str) -> bool:
    """Whoever has no post in or above an organisation learns nothing of the work on its desk."""
    near = {organisation, *standing.superiors_of(organisation)}
    return not any(post.organisation in near for post in standing.posts)
