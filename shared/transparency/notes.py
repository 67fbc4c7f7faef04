"""Signed notes and checkpoints: the log's word on how many entries it has and what their root is (C2SP signed-note,
tlog-checkpoint).

Start at :class:`Checkpoint`, :func:`sign` and :func:`open_note`. A signature of a kind or a key that is not known here
is passed over, so that other algorithms and other people's witnesses can stand beside ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.transparency.keys import KEY_ID_BYTES, NoteWrong, Signer, Verifier, b64, must_be_name, unb64
from shared.transparency.merkle import HASH_BYTES

SIGNATURES_MAX = 64
NOTE_BYTES_MAX = 1_000_000
_DASH = "— "


@dataclass(frozen=True)
class Checkpoint:
    """The log ``origin`` had ``size`` entries with this root. ``extensions`` are kept, not understood."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), b64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Raises :class:`NoteWrong`."""
        origin, size, root, *extensions = _lines(text, at_least=3)
        if not origin or not size.isascii() or not size.isdecimal() or str(int(size)) != size or "" in extensions:
            raise NoteWrong("not a checkpoint: origin, size and root stand on its first three lines")
        decoded = unb64(root)
        if len(decoded) != HASH_BYTES:
            raise NoteWrong("a root has 32 bytes")
        return cls(origin, int(size), decoded, tuple(extensions))


@dataclass(frozen=True)
class Opened:
    """A note's text, the known signers whose signatures fit it, and when each signed (seconds; 0: not said)."""

    text: str
    signers: tuple[Verifier, ...]
    times: tuple[int, ...]


def sign(text: str, *signers: Signer, at: int = 0) -> bytes:
    """The note: text, blank line, a line per signature. Raises :class:`NoteWrong` for text a note cannot hold."""
    _must_be_text(text)
    if not text.endswith("\n"):
        raise NoteWrong("the text of a note ends with a newline")
    return f"{text}\n{''.join(signer.line(text, at) for signer in signers)}".encode()


def open_note(note: bytes, known: Sequence[Verifier]) -> Opened:
    """The text, if somebody known has signed it. Unknown signatures are passed over; a known one that does not fit
    refuses the whole note. Raises :class:`NoteWrong`."""
    text, signatures = split_note(note)
    by_key = {(v.name, v.key_id): v for v in known}
    signed: dict[Verifier, int] = {}
    for line in signatures:
        name, identity, signature = signature_parts(line)
        verifier = by_key.get((name, identity))
        if verifier and verifier not in signed:
            signed[verifier] = verifier.verify(text, signature)
    if not signed:
        raise NoteWrong("nobody we know has signed it")
    return Opened(text, tuple(signed), tuple(signed.values()))


def open_checkpoint(note: bytes, log: Verifier) -> Checkpoint:
    """The checkpoint, signed by the log and about that log. Raises :class:`NoteWrong`."""
    checkpoint = Checkpoint.parse(open_note(note, [log]).text)
    if checkpoint.origin != log.name:
        raise NoteWrong(f"the checkpoint is of {checkpoint.origin}, not of {log.name}")
    return checkpoint


def split_note(note: bytes) -> tuple[str, list[str]]:
    """The text with its last newline, and the signature lines without theirs. Raises :class:`NoteWrong`."""
    if len(note) > NOTE_BYTES_MAX:
        raise NoteWrong(f"a note has at most {NOTE_BYTES_MAX} bytes")
    try:
        whole = note.decode()
    except UnicodeDecodeError as fault:
        raise NoteWrong("a note is UTF-8") from fault
    _must_be_text(whole)
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteWrong("a note has a blank line between its text and its signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteWrong(f"a note has at most {SIGNATURES_MAX} signatures")
    return text + "\n", lines


def signature_parts(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of a signature line. Raises :class:`NoteWrong`."""
    if not line.startswith(_DASH):
        raise NoteWrong("a signature line begins with a dash and a space")
    name, space, encoded = line[len(_DASH) :].partition(" ")
    must_be_name(name)
    data = unb64(encoded)
    if not space or len(data) <= KEY_ID_BYTES:
        raise NoteWrong("a signature line is a name and a signature")
    return name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:]


def _must_be_text(text: str) -> None:
    if any(character < " " and character != "\n" for character in text):
        raise NoteWrong("a note has no control characters")


def _lines(text: str, at_least: int) -> list[str]:
    lines = text.split("\n")
    if lines[-1] or len(lines) <= at_least:
        raise NoteWrong(f"at least {at_least} lines are needed, each ended")
    return lines[:-1]
