"""The conditions under which a matter outside the catalogue was approved bind what is shown outside (CAT-12).

``no-names-outside``: none of the names may stand in it, nor in what is attached; ``inside-only``: nothing is shown
outside; ``as-stated`` is for people to hold. They come with the item when a disclosure is drafted, and stay with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from services.publication.domain.reading import nameless, plain
from services.publication.domain.versions import Content
from services.publication.events.parts import Condition
from shared.decider import Refused

LookedThrough = Mapping[str, tuple[str, ...]]
"""By an attachment's digest, where in it a name of the conditions stands, or what of it nobody can read."""
Words = Iterable[tuple[str, str]]
"""Texts by where they stand."""
NOT_LOOKED: LookedThrough = MappingProxyType({})
UNSEEN = ("(not looked through)",)


def names_of(conditions: Iterable[Condition]) -> frozenset[str]:
    """The names that must not stand in what is shown outside."""
    return frozenset(name for c in conditions if c.kind == "no-names-outside" for name in c.names if plain(name))


def must_be_met(
    conditions: Iterable[Condition],
    shown_outside: Content,
    looked: LookedThrough = NOT_LOOKED,
    note: str = "",
    evidence: Words = (),
) -> None:
    """Of the content that is to be shown outside; the refusal says where a name stands, and never the name.

    An attachment that was not looked through, or not to the end, counts as if a name stood there.
    """
    conditions = tuple(conditions)
    if any(condition.kind == "inside-only" for condition in conditions):
        detail = "It was approved on condition that it stays inside the Party."
        raise Refused("CONDITION_NOT_MET", detail, "inside channels", facts={"condition": "inside-only"})
    names = names_of(conditions)
    beside = (("note", note), *evidence)
    if names:
        _must_be_nowhere([*_in_words(names, shown_outside, beside), *_in_attachments(names, shown_outside, looked)])


def must_hold_for(conditions: Iterable[Condition], evidence: Words) -> None:
    """The same of what is said of a channel after it was shown outside."""
    names = [plain(name) for name in names_of(conditions)]
    _must_be_nowhere([place for place, text in evidence if any(name in plain(text) for name in names)])


def _must_be_nowhere(places: list[str]) -> None:
    if places:
        raise Refused(
            "CONDITION_NOT_MET",
            f"It was approved on condition that names are masked outside; they stand in {', '.join(places)}.",
            accepted="an outside text without them, and attachments that can be read and have none",
            facts={"condition": "no-names-outside", "places": places},
        )


def _in_words(names: Iterable[str], content: Content, beside: Words) -> Iterator[str]:
    sought = [plain(name) for name in names]
    fields = [(name, getattr(content, name)) for name in ("title", "text", "summary", "led_text")]
    attached = (("attachments", attachment.name) for attachment in content.attachments)
    for field, text in (*fields, *beside, *attached):
        if any(name in plain(text) for name in sought):
            yield field


def _in_attachments(names: frozenset[str], content: Content, looked: LookedThrough) -> Iterator[str]:
    for number, attachment in enumerate(content.attachments, start=1):
        label = nameless(attachment.name, names, f"attachment {number}")
        yield from (f"{label} {place}" for place in looked.get(attachment.digest, UNSEEN))
