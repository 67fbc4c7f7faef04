"""Signing and publishing a checkpoint: the log's own signatures, then the witnesses', then the file that readers see.

Start at :meth:`Publisher.publish`. How many witnesses are needed is said by the policy; with fewer nothing is
published, and readers go on seeing the checkpoint before (decision 0016).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import Peer, Witnesses
from shared.clock import Clock, SystemClock
from shared.telemetry import metrics
from shared.transparency import notes
from shared.transparency.keys import Signer, Verifier
from shared.transparency.merkle import Nodes
from shared.transparency.notes import Checkpoint
from shared.transparency.trust import Known, Policy

REFRESH_SECONDS = 60.0  # a checkpoint is published again after this, so that witnesses' times show that the log lives


class QuorumMissed(Exception):
    """Too few witnesses have cosigned; nothing was published, and the next call tries again."""


@dataclass
class Publisher:
    """``signers``: the log's keys, the Ed25519 one first. ``witnesses`` are those of the policy that are reached."""

    store: Store
    signers: Sequence[Signer]
    policy: Policy
    witnesses: Witnesses
    clock: Clock = field(default_factory=SystemClock)

    @classmethod
    def alone(cls, store: Store, signer: Signer) -> "Publisher":
        """Without witnesses."""
        return cls(store, [signer], Policy((Known(signer.verifier),)), Witnesses(signer.verifier))

    @property
    def verifier(self) -> Verifier:
        return self.signers[0].verifier

    @property
    def due(self) -> bool:
        """Whether the published checkpoint is old enough to be published again."""
        return self.clock.now().timestamp() - self.store.published_at > REFRESH_SECONDS

    def look_around(self, size: int, root_at: Callable[[int], bytes]) -> None:
        """Before the first signature: whether the witnesses have seen no more and nothing else than a tree of ``size``.

        Raises :class:`LogRefused`, and :class:`QuorumMissed` until enough could be asked.
        """
        agreed = self.witnesses.compare(size, root_at)
        if not self.policy.satisfied(agreed):
            metrics.TLOG_QUORUM_MISSED.labels("audit").inc()
            raise QuorumMissed(f"too few witnesses could be asked what they have seen: {self._away(agreed)}")

    def publish(self, checkpoint: Checkpoint, nodes: Nodes) -> bytes:
        """Sign it, have it cosigned, put it in place; the note. Raises :class:`LogRefused`, :class:`QuorumMissed`."""
        at = int(self.clock.now().timestamp())
        note = notes.sign(checkpoint.text, *self.signers, at=at)
        lines = self.witnesses.cosigned(note, checkpoint, nodes)
        if not self.policy.satisfied(lines):
            metrics.TLOG_QUORUM_MISSED.labels("audit").inc()
            raise QuorumMissed(f"too few witnesses have cosigned {checkpoint.size} entries: {self._away(lines)}")
        note += "".join(lines[name] for name in sorted(lines)).encode()
        self.store.publish(note)
        metrics.TLOG_COSIGNATURES.labels("audit").set(len(lines))
        return note

    def _away(self, there: Sequence[str] | set[str] | Mapping[str, str]) -> str:
        missing = [known.name for known in self.policy.witnesses if known.name not in there]
        return "; ".join(f"{name}: {self.witnesses.troubles.get(name, 'not reached')}" for name in missing)


def known_by_name(policy: Policy) -> dict[str, Known]:
    return {known.name: known for known in policy.witnesses}


def witnesses_of(policy: Policy, log: Verifier, peers: dict[str, Peer]) -> Witnesses:
    return Witnesses(log, known_by_name(policy), peers)
