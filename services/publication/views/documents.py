"""Documents on their way to readers: sealed with their draft until they are shown, kept in clear from then on."""

from collections.abc import Iterable

from services.publication.domain.conditions import NOT_LOOKED, LookedThrough, names_of
from services.publication.domain.outside_text import as_outside
from services.publication.domain.reading import places_of, read
from services.publication.domain.versions import Disclosure
from services.publication.events.parts import Attachment
from shared.decider import Refused
from shared.documents import Documents, NoSuchDocument
from shared.personal_data.vault import Vault

Places = tuple[str, ...]


def opened(documents: Documents, vault: Vault, digest: str) -> bytes:
    """A kept document in clear. Raises :class:`NoSuchDocument` too if its draft was refused for secrecy."""
    content = vault.opened_bytes(documents.get(digest))
    if content is None:
        raise NoSuchDocument(digest)
    return content


def keep_in_clear(documents: Documents, vault: Vault, attachments: Iterable[Attachment]) -> None:
    """What is about to be shown is kept in clear first, so that readers find it."""
    for attachment in attachments:
        if attachment.clear:
            documents.put(opened(documents, vault, attachment.digest))


def looked_through(documents: Documents, vault: Vault, disclosure: Disclosure) -> LookedThrough:
    """What the version at hand shows outside, searched for the names that its plan's approval masks (CAT-12)."""
    drafted = disclosure.drafted
    names = names_of(drafted.conditions) if drafted else frozenset()
    if not names:
        return NOT_LOOKED
    attached = as_outside(disclosure.current.content).attachments
    return {a.digest: places for a in attached if (places := _named_in(documents, vault, a, names)) is not None}


def _named_in(documents: Documents, vault: Vault, attachment: Attachment, names: Iterable[str]) -> Places | None:
    """None for what cannot be looked through, which the rules then keep inside."""
    try:
        return places_of(names, read(attachment.name, opened(documents, vault, attachment.digest)))
    except (NoSuchDocument, Refused):
        return None
