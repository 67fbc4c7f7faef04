"""Whom to trust: which logs, which witnesses, and how many of those must have cosigned a checkpoint (C2SP tlog-policy).

A policy is a small text file that anyone may keep and hand on. Start at :meth:`Policy.parse` and :meth:`Policy.check`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.transparency.keys import NoteWrong, Verifier
from shared.transparency.notes import Checkpoint, open_note
from shared.transparency.schemes import COSIGNATURE, ED25519, ML_DSA_44

NONE = "none"
POLICY_BYTES_MAX = 1_000_000
LOG_KINDS = (ED25519, ML_DSA_44)
WITNESS_KINDS = (COSIGNATURE, ML_DSA_44)
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile(r"[1-9][0-9]{0,5}")


class PolicyWrong(Exception):
    """A policy that does not follow the format; the message names the line."""


class Unwitnessed(NoteWrong):
    """The log has signed, but not enough witnesses have."""


@dataclass(frozen=True)
class Known:
    """A log or a witness: ``name`` is the policy's word for a witness, ``url`` where it is reached, or ''."""

    verifier: Verifier
    url: str = ""
    name: str = ""


@dataclass(frozen=True)
class Group:
    """Counts as a witness when ``needed`` of its members do."""

    name: str
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """A checkpoint that the policy accepts: who cosigned it and when (seconds), by the policy's names."""

    checkpoint: Checkpoint
    log: Verifier
    cosigned: dict[str, int]


@dataclass(frozen=True)
class Policy:
    logs: tuple[Known, ...]
    witnesses: tuple[Known, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """Raises :class:`PolicyWrong`."""
        return _Reading().read(data)

    @property
    def text(self) -> bytes:
        """The file: what is read back equals this."""
        lines = [_line("log", known.verifier.vkey, known.url) for known in self.logs]
        lines += [_line("witness", known.name, known.verifier.vkey, known.url) for known in self.witnesses]
        lines += [_line("group", group.name, str(group.needed), *group.members) for group in self.groups]
        return "".join([*lines, _line("quorum", self.quorum)]).encode(errors="surrogateescape")

    def satisfied(self, cosigners: Collection[str]) -> bool:
        """Whether witnesses of these names are enough."""
        counting = {known.name for known in self.witnesses} & set(cosigners)
        for group in self.groups:  # each names only what stands before it
            if sum(member in counting for member in group.members) >= group.needed:
                counting.add(group.name)
        return self.quorum == NONE or self.quorum in counting

    def check(self, note: bytes) -> Checked:
        """The checkpoint, signed by a log of the policy and cosigned by enough. Raises :class:`NoteWrong`."""
        logs = [known.verifier for known in self.logs]
        by_key = {known.verifier: known.name for known in self.witnesses}
        opened = open_note(note, [*logs, *by_key])
        checkpoint = Checkpoint.parse(opened.text)
        log = next((v for v in opened.signers if v in logs and v.name == checkpoint.origin), None)
        if log is None:
            raise NoteWrong(f"no log of the policy has signed it as {checkpoint.origin}")
        times = zip(opened.signers, opened.times, strict=True)
        cosigned = {by_key[v]: at for v, at in times if v in by_key}
        if not self.satisfied(cosigned):
            named = ", ".join(sorted(cosigned)) or "none"
            raise Unwitnessed(f"the policy asks for the witnesses {self.quorum}; those that signed: {named}")
        return Checked(checkpoint, log, cosigned)


class _Reading:
    """One pass over the lines; what a line names must stand before it."""

    def __init__(self) -> None:
        self.logs: list[Known] = []
        self.witnesses: list[Known] = []
        self.groups: list[Group] = []
        self.quorum = ""
        self.names: set[str] = set()
        self.members: set[str] = set()

    def read(self, data: bytes) -> Policy:
        if len(data) > POLICY_BYTES_MAX or _FORBIDDEN.search(data):
            raise PolicyWrong("a policy is a text without control characters")
        if data and not data.endswith(b"\n"):
            raise PolicyWrong("the last line is not ended")
        for number, line in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                try:
                    self._line(words[0], words[1:])
                except (PolicyWrong, NoteWrong) as fault:
                    raise PolicyWrong(f"line {number}: {fault}") from fault
        if not self.quorum:
            raise PolicyWrong("there is no quorum line")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _line(self, what: str, words: Sequence[str]) -> None:
        match what, len(words):
            case "log", 1 | 2:
                self.logs.append(Known(_verifier(words[0], LOG_KINDS, self.logs), *words[1:]))
            case "witness", 2 | 3:
                known = _verifier(words[1], WITNESS_KINDS, self.witnesses)
                self.witnesses.append(Known(known, "".join(words[2:]), self._new(words[0])))
            case "group", n if n >= 3:
                self.groups.append(self._group(words[0], words[1], words[2:]))
            case "quorum", 1:
                self._quorum(words[0])
            case _:
                raise PolicyWrong(f"not a line of a policy: {what} with {len(words)} words")

    def _quorum(self, name: str) -> None:
        if self.quorum:
            raise PolicyWrong("a second quorum")
        if name != NONE and name not in self.names:
            raise PolicyWrong(f"the quorum {name} is not named before")
        self.quorum = name

    def _group(self, name: str, wanted: str, members: Sequence[str]) -> Group:
        for member in members:
            if member not in self.names:
                raise PolicyWrong(f"{member} is not named before")
            if member in self.members:
                raise PolicyWrong(f"{member} is already a member of a group")
            self.members.add(member)
        needed = {"all": len(members), "any": 1}.get(wanted) or (int(wanted) if _COUNT.fullmatch(wanted) else 0)
        if not 1 <= needed <= len(members):
            raise PolicyWrong(f"{wanted} of {len(members)} members")
        return Group(self._new(name), needed, tuple(members))

    def _new(self, name: str) -> str:
        if name == NONE or name in self.names:
            raise PolicyWrong(f"the name {name} is taken")
        self.names.add(name)
        return name


def _verifier(vkey: str, kinds: Sequence[int], others: Sequence[Known]) -> Verifier:
    try:
        verifier = Verifier.parse(vkey)
    except UnicodeError as fault:
        raise NoteWrong("the name of a key is UTF-8") from fault
    if verifier.kind not in kinds:
        raise NoteWrong("a key of a kind that is not for this")
    if any(other.verifier.key == verifier.key for other in others):
        raise PolicyWrong("the key stands here twice")
    return verifier


def _line(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"
