"""Documents on their way to readers: sealed with their draft until they are shown, kept in clear from then on."""

from collections.abc import Iterable

from services.publication.events.parts import Attachment
from shared.documents import Documents, NoSuchDocument
from shared.personal_data.vault import Vault


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
