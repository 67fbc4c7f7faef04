"""Who did what in a procedure and when, and which disclosures were drafted as parts of it (ORG-15, PUB-17, PUB-18).

Kept as lists in the row of the procedure; names of persons are looked up when somebody asks.
"""

from typing import Any

from services.publication.domain.procedure import PartOf
from services.publication.events import DisclosureDrafted
from shared.events import Event, Recorded

DRAFTED = DisclosureDrafted.__name__


def act(event: Recorded, fact: Event) -> dict[str, Any]:
    """``by`` is '' where it happened by itself; ``note`` the reason that was given, sealed where the fact seals it."""
    actor = event.context.actor
    who = {"by": "" if actor.startswith("service:") else actor, "post": event.context.post}
    return {"act": event.name, "at": event.recorded_at.isoformat(), "note": getattr(fact, "reason", "")} | who


def part(fact: Event, kind: str) -> tuple[str, dict[str, str]] | None:
    """The procedure of this kind that a draft is a part of, and the part; None for any other fact."""
    if not isinstance(fact, DisclosureDrafted) or not fact.part_of:
        return None
    of = PartOf.read(fact.part_of)
    return (of.identity, {"part": of.part, "disclosure": fact.disclosure}) if of.kind == kind else None
