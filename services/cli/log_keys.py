"""``gongkai keys``: make the keys of the transparency log and of its witnesses; the secret goes into a file of its own.

Only the public key is printed. A file that is there is never written over.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AsJson, answer, fail, wrong
from shared.settings import Settings
from shared.transparency.keeping import origin_of, witness_name
from shared.transparency.keys import NoteWrong, Signer, known_kind
from shared.transparency.schemes import COSIGNATURE, ED25519, ML_DSA_44

Into = Annotated[Path, typer.Argument(help="The file to make; readable by you alone.")]


def add_to(app: typer.Typer) -> None:
    app.command("make-log-key")(make_log_key)
    app.command("make-witness-key")(make_witness_key)
    app.command("make-log-salt")(make_log_salt)


def make_log_key(
    file: Into,
    name: Annotated[str, typer.Option(help="The log's name; without it, the public address without https://.")] = "",
    ml_dsa: Annotated[bool, typer.Option("--ml-dsa", help="A second one, against quantum computers.")] = False,
    as_json: AsJson = False,
) -> None:
    """A key for GONGKAI_LOG_KEY; prints the public key that readers and witnesses need."""
    kind = ML_DSA_44 if ml_dsa else ED25519
    if not known_kind(kind):
        fail("the installed cryptography has no ML-DSA-44")
    _make(file, name or origin_of(Settings.load()), kind, as_json)


def make_witness_key(
    service: Annotated[str, typer.Argument(help="The service that witnesses, such as archive.")],
    file: Into,
    name: Annotated[str, typer.Option(help="The witness's name; it ends with / and the service.")] = "",
    as_json: AsJson = False,
) -> None:
    """A key for GONGKAI_WITNESS_KEY of one service; prints the public key for the policy."""
    named = name or witness_name(Settings.load(), service)
    if named.rsplit("/", 1)[-1] != service:
        wrong(f"the name of a witness ends with its service: .../{service}")
    _make(file, named, COSIGNATURE, as_json)


def make_log_salt(file: Into, as_json: AsJson = False) -> None:
    """A secret for GONGKAI_LOG_SALT. Keep a copy apart from audit's database: receipts are made from it again."""
    _write(file, secrets.token_hex(32))
    answer({"file": str(file)}, as_json, f"written to {file}")


def _make(file: Path, name: str, kind: int, as_json: bool) -> None:
    try:
        signer = Signer.generate(name, kind)
    except NoteWrong as fault:
        wrong(str(fault))
    _write(file, signer.encoded)
    answer({"vkey": signer.verifier.vkey, "file": str(file)}, as_json, signer.verifier.vkey)


def _write(file: Path, secret: str) -> None:
    """Made with its final rights, so that nobody reads it in between."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        fail(f"{file} is there already and is not written over: a lost key cannot be made again")
    except OSError as fault:
        fail(f"{file} cannot be made: {fault.strerror}")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
