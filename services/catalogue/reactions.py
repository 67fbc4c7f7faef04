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
from shared.events import Recorded
from shared.handling import Do
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

    return Reaction("carry-out-erasure", (REGISTRY.service,), commands)


def on_plan_refused_for_secrecy(vault: Vault) -> Reaction:
    """The key of the plan's words is destroyed: they stay in no file, view or backup to be read (PUB-35)."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == PlanSecrecyRefused.__name__:
            refused = PlanSecrecyRefused.model_validate(REGISTRY.upcast(event))
            vault.destroy(f"{Subject.DRAFT}:{refused.plan}", event.recorded_at)
        return ()

    return Reaction("forget-refused-plan", (REGISTRY.service,), commands)


def on_member_transferred() -> Reaction:
    """The organisation that the member joins has it in its own stream, in the words of its own town (ORG-11)."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == MemberTransferred.__name__:
            moved = MemberTransferred.model_validate(REGISTRY.upcast(event))
            command = ReceiveMember(moved.to_organisation, moved.to_town, moved.person, moved.on)
            yield Do(ORGANISATION, moved.to_organisation, command)

    return Reaction("receive-transferred-member", (REGISTRY.service,), commands)


def digest_of(key_ids: Sequence[str]) -> str:
    """Over the ids of the keys, sorted, a line each: who has an old backup can tell that these are the ones."""
    lines = "".join(f"{key_id}\n" for key_id in sorted(key_ids))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
