"""Where the keys of log and witnesses come from: given as secrets; in development made once, each in a file of its own.

Start at :func:`log_signers`, :func:`log_verifiers` and :func:`witness_of`.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from shared.settings import Settings
from shared.transparency.keys import NoteWrong, Signer, Verifier, known_kind
from shared.transparency.schemes import COSIGNATURE, ED25519, ML_DSA_44
from shared.transparency.trust import Policy, PolicyWrong
from shared.transparency.witness import Witness

SALT_BYTES_MIN = 16


def log_signers(settings: Settings) -> tuple[Signer, ...]:
    """The log's keys, the Ed25519 one that every reader knows first; () where none is given outside development.

    Raises :class:`NoteWrong` for malformed keys, or if they are not of one name.
    """
    given = settings.log_key.get_secret_value()
    if given:
        signers = sorted((Signer.parse(word) for word in given.split()), key=lambda signer: signer.kind != ED25519)
        if signers[0].kind != ED25519 or len({signer.name for signer in signers}) > 1:
            raise NoteWrong("GONGKAI_LOG_KEY: an Ed25519 key, and others only of the same name")
        return tuple(signers)
    if not settings.development:
        return ()
    kinds = [(ED25519, "log-key"), (ML_DSA_44, "log-key-ml-dsa-44")]
    return tuple(_made(settings, file, origin_of(settings), kind) for kind, file in kinds if known_kind(kind))


def log_verifiers(settings: Settings) -> tuple[Verifier, ...]:
    """The logs that the witnesses of this process watch. Raises :class:`NoteWrong`."""
    if settings.log_vkey:
        return tuple(Verifier.parse(word) for word in settings.log_vkey.split())
    if settings.log_policy:
        return tuple(known.verifier for known in policy_file(settings.log_policy).logs)
    return tuple(signer.verifier for signer in log_signers(settings))


def witness_signer(settings: Settings, service: str) -> Signer | None:
    """The service's own key: of those given, the one whose name ends with it. Raises :class:`NoteWrong`."""
    given = settings.witness_key.get_secret_value()
    if given:
        signers = [Signer.parse(word) for word in given.split()]
        return next((signer for signer in signers if signer.name.rsplit("/", 1)[-1] == service), None)
    if not settings.development:
        return None
    return _made(settings, f"witness-{service}-key", witness_name(settings, service), COSIGNATURE)


def witness_of(settings: Settings, service: str, engine: Engine) -> Witness | None:
    """The witness this service is; None without a key, or without a log to watch."""
    signer, logs = witness_signer(settings, service), log_verifiers(settings)
    return Witness(service, engine, signer, logs) if signer and logs else None


def policy_file(path: str) -> Policy:
    """Raises :class:`NoteWrong`; the message is for operators."""
    try:
        return Policy.parse(Path(path).read_bytes())
    except (OSError, PolicyWrong) as fault:
        raise NoteWrong(f"GONGKAI_LOG_POLICY {path}: {fault}") from fault


def salt_secrets(settings: Settings) -> tuple[bytes, ...]:
    """What the salts of entries are derived from, the present one first; () where none is given outside development."""
    given = settings.log_salt.get_secret_value()
    if not given and settings.development:
        given = kept(settings.var / "tlog" / "salt-key", lambda: secrets.token_hex(32))
    if any(len(word) < SALT_BYTES_MIN for word in given.split()):
        raise NoteWrong(f"GONGKAI_LOG_SALT: at least {SALT_BYTES_MIN} characters")
    return tuple(word.encode() for word in given.split())


def origin_of(settings: Settings) -> str:
    """The name of a log at the public address."""
    return _host(settings) + "/log"


def witness_name(settings: Settings, service: str) -> str:
    return f"{_host(settings)}/witness/{service}"


def kept(file: Path, make: Callable[[], str]) -> str:
    """What the file holds; made once, readable by its owner alone. The first of two that start at once wins."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f".{file.name}.{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(make(), encoding="utf-8")
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return file.read_text(encoding="utf-8")


def _made(settings: Settings, file: str, name: str, kind: int) -> Signer:
    return Signer.parse(kept(settings.var / "tlog" / file, lambda: Signer.generate(name, kind).encoded))


def _host(settings: Settings) -> str:
    return settings.public_url.split("://", 1)[-1].rstrip("/")
