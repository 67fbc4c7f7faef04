"""The conditions under which a matter outside the catalogue was approved bind what is shown outside (CAT-12).

``no-names-outside``: none of the names may stand in it; ``inside-only``: nothing is shown outside; ``as-stated`` is for
people to hold. They come with the item when a disclosure is drafted, and stay with it.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from services.publication.domain.versions import Content
from services.publication.events.parts import Condition
from shared.decider import Refused


def must_be_met(conditions: Iterable[Condition], shown_outside: Content) -> None:
    """Of the content that is to be shown outside; the refusal says where a name stands, and never the name."""
    for condition in conditions:
        if condition.kind == "inside-only":
            detail = "It was approved on condition that it stays inside the Party."
            raise Refused("CONDITION_NOT_MET", detail, "inside channels", facts={"condition": condition.kind})
        if condition.kind == "no-names-outside":
            places = list(_named_at(condition.names, shown_outside))
            if places:
                raise Refused(
                    "CONDITION_NOT_MET",
                    f"It was approved on condition that names are masked outside; they stand in {', '.join(places)}.",
                    accepted="an outside text without them",
                    facts={"condition": condition.kind, "places": places},
                )


def _named_at(names: Iterable[str], content: Content) -> Iterator[str]:
    sought = [plain for name in names if (plain := _plain(name))]
    fields = [(name, getattr(content, name)) for name in ("title", "text", "summary", "led_text")]
    for field, text in (*fields, *(("attachments", attachment.name) for attachment in content.attachments)):
        if any(name in _plain(text) for name in sought):
            yield field


def _plain(text: str) -> str:
    """However it is spaced or typed: 陈 秀英 is 陈秀英.

    >>> _plain(" 陈 秀英 "), _plain("ＣＨＥＮ Xiuying")
    ('陈秀英', 'chenxiuying')
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
