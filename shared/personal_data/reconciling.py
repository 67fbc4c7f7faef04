"""After a key store came back from an old backup: what has been erased since is erased again, as the journals say.

The journals know every decision; the key store of yesterday does not. Start at :func:`reconcile`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.events import Recorded
from shared.personal_data import Subject
from shared.personal_data.vault import Vault

DECISIONS: Mapping[tuple[str, str], tuple[Subject, str]] = {
    ("catalogue", "ErasureConfirmed"): (Subject.PERSON, "person"),
    ("catalogue", "PlanSecrecyRefused"): (Subject.DRAFT, "plan"),
    ("publication", "SecrecyRefused"): (Subject.DRAFT, "draft"),
}
RESTRICTIONS: Mapping[str, bool] = {"PersonRestricted": True, "RestrictionLifted": False}


def decided(events: Iterable[Recorded]) -> Iterator[tuple[str, datetime]]:
    """Each subject that was to be forgotten, and when that was decided."""
    for event in events:
        found = DECISIONS.get((event.service, event.name))
        if found and (identity := _field(event.data, found[1])):
            yield f"{found[0]}:{identity}", event.recorded_at


def reconcile(vault: Vault, events: Iterable[Recorded]) -> dict[str, int]:
    """Destroy again what was decided, restrict what is restricted: by subject, how many keys are gone for good."""
    gone: dict[str, int] = {}
    restricted: dict[str, bool] = {}
    for event in events:
        for subject, at in decided([event]):
            gone[subject] = len(vault.destroy(subject, at).key_ids)
        if event.service == "catalogue" and event.name in RESTRICTIONS:
            restricted[f"{Subject.PERSON}:{_field(event.data, 'person')}"] = RESTRICTIONS[event.name]
    for subject, now in restricted.items():
        if subject not in gone:
            vault.restrict(subject, restricted=now)
    return gone


def _field(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name, ""))
