"""What is shown outside instead of the inside text: the same, shortened, declared and approved with it (A-05).

Shortened means that nothing was added: :func:`must_only_shorten` finds each piece of the outside text in the inside
text, in the same order. What was left out may be marked (某, *, ×, □, …, 略).
"""

import re
from dataclasses import replace

from services.publication.domain.versions import Content, OutsideWords
from services.publication.events.parts import Attachment
from shared.decider import Refused

MARKS = "某*＊×□○…略"
_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_MARK = re.compile(f"[{MARKS}]+")


def must_only_shorten(content: Content) -> None:
    """Raises ``INVALID`` with the first piece that does not stand inside, in order."""
    outside = content.outside
    if outside is None:
        return
    for name, shorter, whole in (
        ("title", outside.title, content.title),
        ("text", outside.text, content.text),
        ("summary", outside.summary, f"{content.summary}\n{content.text}"),
    ):
        if not _is_shortened(shorter, whole):
            raise Refused(
                "INVALID",
                f"The outside {name} says something that the inside {name} does not.",
                accepted=f"the inside {name} with parts left out; what is left out may be marked with {MARKS}",
                pointer=f"/outside/{name}",
            )


def _is_shortened(shorter: str, whole: str) -> bool:
    """Each run of letters and each number is there whole, one after another.

    >>> _is_shortened("李某向村民张**捐款500元", "李明向村民张小三捐款500元，另捐粮食。")
    True
    >>> _is_shortened("捐款50元", "捐款500元")
    False
    """
    place = 0
    for piece in _pieces(shorter):
        place = _after(piece, whole, place)
        if place < 0:
            return False
    return True


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(_MARK.sub(" ", text))


def _after(piece: str, whole: str, place: int) -> int:
    """Where the next search begins; a number is found only as a whole number. -1: it is not there."""
    pattern = re.escape(piece)
    if piece[0].isdigit():
        pattern = rf"(?<![\d.,]){pattern}(?![\d]|[.,]\d)"
    found = re.compile(pattern).search(whole, place)
    return found.end() if found else -1


def as_outside(content: Content) -> Content:
    """The content as outside readers get it; the whole of it where no shortened one is declared."""
    outside = content.outside
    if outside is None:
        return content
    kept = tuple(a for a in content.attachments if a.digest in outside.attachments)
    return Content(outside.title, outside.text, outside.summary, content.led_text, kept)


def with_attachments(content: Content, attachments: tuple[Attachment, ...]) -> Content:
    """New words beside the attachments that are there; those that go outside are named by either digest."""
    outside = content.outside
    if outside is not None:
        outside = replace(outside, attachments=_resolved(outside, attachments))
    return replace(content, attachments=attachments, outside=outside)


def _resolved(outside: OutsideWords, attachments: tuple[Attachment, ...]) -> tuple[str, ...]:
    kept = {digest: a.digest for a in attachments for digest in (a.digest, a.clear) if digest}
    unknown = [digest for digest in outside.attachments if digest not in kept]
    if unknown:
        detail = "An attachment that goes outside is one of the version's own."
        raise Refused("INVALID", detail, pointer="/outside/attachments")
    return tuple(dict.fromkeys(kept[digest] for digest in outside.attachments))
