"""What follows for members from an inside release: each in its scope is told, and e-mails go out (PUB-19).

An e-mail says that there is something, and where; never what, since nothing inside-only leaves by e-mail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from services.publication.domain.notices import NOTICES, PrepareNotices, RecordDelivery, RecordFailure, notices_id
from services.publication.events import REGISTRY, DisclosureReleasedInside
from services.publication.events.notices import Recipient
from services.publication.views.inbox import Inbox
from shared.events import Recorded
from shared.handling import Do
from shared.identity.register import Register
from shared.mail import Mail, NotSent
from shared.personal_data.vault import Mark, Vault
from shared.service import Reaction, Ticker

SUBJECT = "党务公开：有新的党内公开事项 / New Party-affairs notice"
NOBODY = ("away", "untrusted")  # what keeps the server from all alike
SENDING_SECONDS = 5.0  # at a time, of the lease under which it is done
TEXT = "有新的党内公开事项，请登录查看：\nThere is something new for you. Sign in to read it:\n{link}\n"


@dataclass(frozen=True)
class Telling:
    """Who is in scope, how each wants to be told, and by what an e-mail is sent; without ``mail`` it is the inbox."""

    register: Register
    inbox: Inbox
    vault: Vault
    mail: Mail | None
    public_url: str

    def recipients(self, released: DisclosureReleasedInside) -> tuple[Recipient, ...]:
        """Those in scope as of the release."""
        by_mail = self.inbox.by_mail() if self.mail else frozenset()
        people = {person for audience in released.audiences for person in self._meant(audience, released)}
        return tuple(Recipient(person=p, channel="email" if p in by_mail else "inbox") for p in sorted(people))

    def _meant(self, audience: str, released: DisclosureReleasedInside) -> Iterable[str]:
        kind, _, name = audience.partition(":")
        match kind:
            case "person":
                return (name,) if self.register.person(name) else ()
            case "members":
                below = self.register.subordinates(name, released.at)
                return self._members((name, *below), released)
            case "staff":
                return self.register.staff(name, released.at)
            case "town-members":
                return self._members((o.organisation for o in self.register.organisations(name)), released)
            case _:
                return ()  # the desk and the overseers see it as their work

    def _members(self, organisations: Iterable[str], released: DisclosureReleasedInside) -> Iterator[str]:
        """Of the release's own town: the members of a branch are those of the organisations above it there."""
        for organisation in organisations:
            known = self.register.organisation(organisation)
            if known and known.town == released.town:
                yield from self.register.members(organisation, released.at)

    def outcome(self, row: Any, now: datetime) -> RecordDelivery | RecordFailure:
        """Of trying to send the e-mail that is due."""
        try:
            self._send(row["address"], row["disclosure"])
        except NotSent as failed:
            return RecordFailure(row["person"], "email", failed.reason, now)
        return RecordDelivery(row["person"], "email", now)

    def _send(self, sealed: str, disclosure: str) -> None:
        if self.mail is None:
            raise NotSent("not-configured")
        address = self.vault.opened([sealed]).get(sealed, sealed)
        if not address or isinstance(address, Mark):
            raise NotSent("no-address")
        self.mail.send(address, SUBJECT, TEXT.format(link=f"{self.public_url.rstrip('/')}/d/{disclosure}"))


def on_shown_inside(telling: Telling) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name != DisclosureReleasedInside.__name__:
            return
        released = DisclosureReleasedInside.model_validate(REGISTRY.upcast(event))
        place = (released.disclosure, released.version, released.town, released.organisation, released.item)
        command = PrepareNotices(*place, telling.recipients(released), released.at)
        yield Do(NOTICES, notices_id(released.disclosure, released.version), command)

    heeds = {REGISTRY.service: frozenset({DisclosureReleasedInside.__name__})}
    return Reaction("members-told-of-inside-release", (REGISTRY.service,), commands, heeds)


def mailed(telling: Telling) -> Ticker:
    """What came of an attempt is recorded under its number, before the next is made, so that nobody is told
    twice; while the server is away or slow the others wait for another time.
    """

    def due(now: datetime) -> Iterable[Do]:
        began = monotonic()
        for row in telling.inbox.to_mail(now):
            if monotonic() - began > SENDING_SECONDS:
                return
            identity = notices_id(row["disclosure"], row["version"])
            key = f"mail/{identity}/{row['person']}/{row['failures'] + 1}"
            outcome = telling.outcome(row, now)
            yield Do(NOTICES, identity, outcome, key=key, town=row["town"])
            if isinstance(outcome, RecordFailure) and outcome.reason in NOBODY:
                return

    return Ticker("notices-mailed", due, one_by_one=True)
