"""What follows from a decision about a person: the key store does it, and then the register certifies that it is done.

Keys go before the certificate: a crash between the two destroys them again, which changes nothing, and certifies.
"""

import hashlib
from collections.abc import Iterable, Sequence

from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.person import PERSON, CompleteErasure
from services.catalogue.domain.roll import ReceiveMember
from services.catalogue.events import (
    REGISTRY,
    ErasureConfirmed,
    MemberTransferred,
    PersonRestricted,
    PlanSecrecyRefused,
    RestrictionLifted,
)
from services.catalogue.events.changes import ChangeAnnounced
from services.catalogue.heard import ChangeAudited, ChangeAuditReturned, FilingReceived, ReleasedInside, ReleasedOutside
from services.catalogue.views.told import OfOthers, binding, taking_up
from shared.events import Recorded, hear
from shared.handling import Do
from shared.identity.register import Register
from shared.personal_data import Subject
from shared.personal_data.vault import Vault
from shared.service import Reaction


def on_person_decided(vault: Vault) -> Reaction:
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or not event.stream.startswith(f"{PERSON.category}-"):
            return
        match REGISTRY.read(event):
            case PersonRestricted(person=person):
                vault.restrict(f"{Subject.PERSON}:{person}", restricted=True)
            case RestrictionLifted(person=person):
                vault.restrict(f"{Subject.PERSON}:{person}", restricted=False)
            case ErasureConfirmed(person=person):
                gone = vault.destroy(f"{Subject.PERSON}:{person}", event.recorded_at)
                digest, acting_for = digest_of(gone.key_ids), event.context.organisation
                yield Do(PERSON, person, CompleteErasure(person, len(gone.key_ids), digest, gone.at, acting_for))
            case _:
                return

    names = frozenset(fact.__name__ for fact in (PersonRestricted, RestrictionLifted, ErasureConfirmed))
    return Reaction("carry-out-erasure", (REGISTRY.service,), commands, {REGISTRY.service: names})


def on_member_transferred() -> Reaction:
    """The organisation that the member joins has it in its own stream, in the words of its own town (ORG-11)."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == MemberTransferred.__name__:
            moved = MemberTransferred.model_validate(REGISTRY.upcast(event))
            command = ReceiveMember(moved.to_organisation, moved.to_town, moved.person, moved.on)
            yield Do(ORGANISATION, moved.to_organisation, command)

    heeds = {REGISTRY.service: frozenset({MemberTransferred.__name__})}
    return Reaction("receive-transferred-member", (REGISTRY.service,), commands, heeds)


def of_changes(register: Register) -> tuple[Reaction, ...]:
    """What audit and publication tell of changes and withholdings."""
    heard = (on_change_audited(register), on_filing_received(register), on_announcement_released(register))
    return (*heard, on_change_announced())


def on_change_audited(register: Register) -> Reaction:
    """What the town's audit decided stands in the change, too (CAT-17)."""
    return _of_others("change-audited", register, ChangeAudited, ChangeAuditReturned)


def on_filing_received(register: Register) -> Reaction:
    """A change on record may be announced, by the day that P-18 says; a withholding has its number (CAT-18, CAT-15)."""
    return _of_others("filing-received", register, FilingReceived)


def on_announcement_released(register: Register) -> Reaction:
    """A release that announces a change counts for its item and side (CAT-19)."""
    return _of_others("change-announced", register, ReleasedInside, ReleasedOutside)


def _of_others(name: str, register: Register, *facts: type[OfOthers]) -> Reaction:
    """What comes too early, or is refused, is asked again by the ticker (decision 0048)."""
    service = facts[0].SERVICE

    def commands(event: Recorded) -> Iterable[Do]:
        told = hear(event, *facts)
        return taking_up(register, told, event.context.post) if told else ()

    return Reaction(name, (service,), commands, {service: frozenset(fact.EVENT for fact in facts)})


def on_change_announced() -> Reaction:
    """Only now does it bind: as the catalogue's next version (CAT-19, CAT-21)."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == ChangeAnnounced.__name__:
            yield binding(ChangeAnnounced.model_validate(REGISTRY.upcast(event)))

    heeds = {REGISTRY.service: frozenset({ChangeAnnounced.__name__})}
    return Reaction("bind-announced-change", (REGISTRY.service,), commands, heeds)


def on_plan_refused_for_secrecy(vault: Vault) -> Reaction:
    """The key of the plan's words is destroyed: they stay in no file, view or backup to be read (PUB-35)."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == PlanSecrecyRefused.__name__:
            refused = PlanSecrecyRefused.model_validate(REGISTRY.upcast(event))
            vault.destroy(f"{Subject.DRAFT}:{refused.plan}", event.recorded_at)
        return ()

    heeds = {REGISTRY.service: frozenset({PlanSecrecyRefused.__name__})}
    return Reaction("forget-refused-plan", (REGISTRY.service,), commands, heeds)


def digest_of(key_ids: Sequence[str]) -> str:
    """Over the ids of the keys, sorted, a line each: who has an old backup can tell that these are the ones."""
    lines = "".join(f"{key_id}\n" for key_id in sorted(key_ids))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
