"""``gongkai contracts``: write the contracts anew, check them, or write the OpenAPI documents of every service."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.cli import contracts
from services.cli.output import AsJson, answer, fail

app = typer.Typer(help="What each service promises of its events and its HTTP interface.", no_args_is_help=True)


@app.command()
def write(
    accept_breaking: Annotated[bool, typer.Option(help="Write even what breaks readers of the old contract.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write shared/contracts as the code says; a breaking change is refused."""
    found = contracts.write(accept_breaking=accept_breaking)
    breaking = [reason for difference in found for reason in difference.breaking]
    if breaking and not accept_breaking:
        fail("not written, readers would break; raise VERSION and add an upcaster:\n" + "\n".join(breaking))
    answer({"written": [d.path for d in found]}, as_json, f"{len(found)} contracts written")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Fail if a contract is not what the code says."""
    found = list(contracts.differences())
    if found:
        fail(
            "\n".join(f"{d.path}: {d.what}" + "".join(f"\n  breaks: {reason}" for reason in d.breaking) for d in found)
            + "\nrun `make contracts` and look at the difference"
        )
    answer({"differences": []}, as_json, f"{len(contracts.contracts())} contracts are those of the code")


@app.command()
def openapi(
    folder: Annotated[Path, typer.Option(help="Where to write <service>.json.")] = Path("var/openapi"),
    as_json: AsJson = False,
) -> None:
    """Write the OpenAPI document of every service."""
    from services import embedded

    folder.mkdir(parents=True, exist_ok=True)
    documents = embedded.openapi_documents()
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False, indent=2))
    answer({"folder": str(folder), "written": sorted(documents)}, as_json, f"{len(documents)} documents in {folder}")
