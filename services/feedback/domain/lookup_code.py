"""The code by which an anonymous giver finds opinion and answer again; only its digest is kept."""

import base64
import hashlib

CHARACTERS = 20  # of 32 kinds: a hundred bits


def code_of(secret: str, key: str, opinion: str) -> str:
    """The same again for a retry of the same command; not to be guessed without key and secret."""
    seed = f"{secret}\n{key}\n{opinion}".encode()
    text = base64.b32encode(hashlib.sha256(seed).digest()).decode().lower()[:CHARACTERS]
    return "-".join(text[i : i + 5] for i in range(0, CHARACTERS, 5))


def digest_of(code: str) -> str:
    tidy = code.strip().lower()
    return f"sha256:{hashlib.sha256(tidy.encode()).hexdigest()}" if tidy else ""
