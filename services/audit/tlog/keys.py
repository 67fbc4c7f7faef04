"""The key the log signs with: given as a secret, or in development made once and kept beside the log."""

import os
from pathlib import Path

from shared.settings import Settings
from shared.transparency.keys import Signer

FILE = "log-key"


def signer_of(settings: Settings, folder: Path) -> Signer | None:
    """None where no key is given outside development. Raises :class:`NoteWrong` for a malformed key."""
    given = settings.log_key.get_secret_value()
    if given:
        return Signer.parse(given.strip())
    return _development(settings, folder / FILE) if settings.development else None


def _development(settings: Settings, file: Path) -> Signer:
    try:
        return Signer.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        origin = settings.public_url.split("://", 1)[-1].rstrip("/") + "/log"
        file.parent.mkdir(parents=True, exist_ok=True)
        made = file.with_name(f".{FILE}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(Signer.generate(origin).encoded, encoding="utf-8")
        try:
            os.link(made, file)  # the first of two that start at once wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return Signer.parse(file.read_text(encoding="utf-8"))
