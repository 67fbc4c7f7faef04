"""The end of the words that were refused for secrecy (PUB-35)."""

from collections.abc import Iterable

from services.publication.events import REGISTRY, SecrecyRefused
from shared.events import Recorded
from shared.handling import Do
from shared.personal_data import Subject
from shared.personal_data.vault import Vault
from shared.service import Reaction


def on_refused_for_secrecy(vault: Vault) -> Reaction:
    """The key of the refused writing is destroyed: what was written stays in no file, view or backup to be read."""

    def commands(event: Recorded) -> Iterable[Do]:
        if event.service == REGISTRY.service and event.name == SecrecyRefused.__name__:
            refused = SecrecyRefused.model_validate(REGISTRY.upcast(event))
            vault.destroy(f"{Subject.DRAFT}:{refused.draft}", event.recorded_at)
        return ()

    heeds = {REGISTRY.service: frozenset({SecrecyRefused.__name__})}
    return Reaction("forget-what-was-refused", (REGISTRY.service,), commands, heeds)
