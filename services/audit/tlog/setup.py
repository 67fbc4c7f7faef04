"""The log as one process has it: keys, files, policy, and how each witness is reached. Start at :class:`Log`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from services.audit.tlog.publishing import Publisher
from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import OverHttp, Peer, Witnesses
from services.audit.tlog.writer import Source, Writer
from shared.settings import Settings
from shared.transparency.keeping import log_signers, policy_file, witness_signer
from shared.transparency.keys import Signer, Verifier
from shared.transparency.notes import Checkpoint
from shared.transparency.trust import Group, Known, Policy
from shared.transparency.witness_api import PREFIX

FOLDER = "tlog"
WITNESSES = ("catalogue", "publication", "feedback", "archive")
DEVELOPMENT_QUORUM = 3  # of the four: one service may be away, and no two histories both find three


@dataclass
class Log:
    """``writer`` and ``policy`` are None where no key was given: then nothing is signed."""

    settings: Settings
    store: Store
    signers: tuple[Signer, ...]
    writer: Writer | None = None
    policy: Policy | None = None
    witnesses: Witnesses | None = field(default=None, init=False)

    @classmethod
    def of(cls, settings: Settings, engine: Engine, source: Source) -> "Log":
        """Its witnesses are those behind an address; those in this process are told of by :meth:`connect`.

        Raises :class:`NoteWrong` for keys or a policy that cannot be read.
        """
        log = cls(settings, Store(settings.var / FOLDER), log_signers(settings))
        if log.signers:
            log.writer = Writer(engine, source, log.store, log.signers[0])
            log.connect({})
        return log

    @property
    def verifier(self) -> Verifier | None:
        """The key every reader knows."""
        return self.signers[0].verifier if self.signers else None

    def connect(self, inside: Mapping[str, Peer]) -> None:
        """Reach the witnesses of the policy; ``inside`` are those in this process, by service."""
        if self.writer is None or self.verifier is None:
            return
        self.policy = policy_of(self.settings, self.verifier, inside)
        known = {known.name: known for known in self.policy.witnesses}
        self.witnesses = Witnesses(self.verifier, known, peers_of(self.policy, self.settings, inside))
        self.writer.publisher = Publisher(self.store, self.signers, self.policy, self.witnesses)

    def seen(self) -> list[Checkpoint]:
        """What the witnesses that answer have cosigned last: for recovery, which must not fall behind it."""
        return [checkpoint for _, checkpoint in self.witnesses.views()] if self.witnesses else []


def policy_of(settings: Settings, log: Verifier, inside: Mapping[str, Peer]) -> Policy:
    """As given; in development the services that can be reached; else the log alone. Raises :class:`NoteWrong`."""
    if settings.log_policy:
        return policy_file(settings.log_policy)
    public = settings.public_url.rstrip("/")
    us = (Known(log, f"{public}/log"),)
    names = [name for name in WITNESSES if name in inside or name in settings.services]
    signers = {name: witness_signer(settings, name) for name in names} if settings.development else {}
    found = [
        Known(signer.verifier, public + PREFIX.format(service=name), name) for name, signer in signers.items() if signer
    ]
    if len(found) < DEVELOPMENT_QUORUM:
        return Policy(us)
    group = Group("services", DEVELOPMENT_QUORUM, tuple(known.name for known in found))
    return Policy(us, tuple(found), (group,), group.name)


def peers_of(policy: Policy, settings: Settings, inside: Mapping[str, Peer]) -> dict[str, Peer]:
    """Each witness of the policy: in this process, at its service's own address, or at the address in the policy."""
    peers: dict[str, Peer] = {}
    for known in policy.witnesses:
        service = known.verifier.name.rsplit("/", 1)[-1]
        ours = known.url.endswith(PREFIX.format(service=service))
        if ours and service in inside:
            peers[known.name] = inside[service]
        elif ours and service in settings.services:
            peers[known.name] = OverHttp(settings.services[service].rstrip("/") + PREFIX.format(service=service))
        elif known.url:
            peers[known.name] = OverHttp(known.url)
    return peers
