"""``gongkai erase PERSON``: what is known of a person is destroyed, by two people; and the certificate that it is.

Over the platform's public interface, as whoever signs the request: ``GONGKAI_TOKEN``, or ``--as`` in development.
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from services.cli.output import AsJson, DryRun, answer, fail, wrong
from shared import ids

GROUNDS = ("purpose-ended", "retention-ended", "consent-withdrawn", "unlawful-processing", "other-law")
DONE_SECONDS_MAX = 30.0
CATALOGUE, AUDIT = "/api/catalogue/v1", "/api/audit/v1"


def add_to(app: typer.Typer) -> None:
    app.command()(erase)


@dataclass(frozen=True)
class Caller:
    """One signed-in person at the platform's address."""

    client: httpx2.Client
    token: str

    def get(self, path: str) -> httpx2.Response:
        return self._said(self.client.get(path, headers=self._headers))

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        headers = self._headers | {"Idempotency-Key": ids.new_id()}
        done: dict[str, Any] = self._said(self.client.post(path, json=body, headers=headers)).json()
        return done

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _said(self, answer: httpx2.Response) -> httpx2.Response:
        """The answer, or the end of the command with what the platform says to it."""
        if not answer.is_success:
            with suppress(ValueError):
                problem: dict[str, str] = answer.json()
                accepted = f"; accepted: {problem['accepted']}" if problem.get("accepted") else ""
                fail(f"{problem.get('code', answer.status_code)}: {problem.get('detail', '')}{accepted}")
            fail(f"the platform answers {answer.status_code}")
        return answer


def erase(
    person: Annotated[str, typer.Argument(help="The person, by their short name in the register.")],
    ground: Annotated[str, typer.Option(help=f"Ask for it, on this ground: {', '.join(GROUNDS)}.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Confirm what another asked for; no way back.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the request back.")] = False,
    certificate: Annotated[Path | None, typer.Option(help="Write certificate and receipt into this folder.")] = None,
    url: Annotated[str, typer.Option(envvar="GONGKAI_PUBLIC_URL")] = "http://127.0.0.1:8000",
    token: Annotated[str, typer.Option(envvar="GONGKAI_TOKEN", help="Who does it: a bearer token.")] = "",
    who: Annotated[str, typer.Option("--as", help="Who does it, in development: a person's short name.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Without an option: how far it is. Two people are needed; a hold or a post held stands in the way."""
    if sum((bool(ground), confirm, withdraw, certificate is not None)) > 1:
        wrong("one thing at a time: --ground, --confirm, --withdraw or --certificate")
    if ground and ground not in GROUNDS:
        wrong(f"no such ground; there are: {', '.join(GROUNDS)}")
    with httpx2.Client(base_url=url, timeout=30) as client:
        caller = Caller(client, token or _development_token(client, who))
        path = f"{CATALOGUE}/persons/{person}/erasure"
        if certificate is not None:
            _write(caller, caller.get(path).json(), certificate, as_json)
            return
        step = "" if ground else "/confirmation" if confirm else "/withdrawal" if withdraw else None
        if step is not None and not dry_run:
            caller.post(f"{path}{step}", {"ground": ground} if ground else None)
        page = _awaited(caller, path) if confirm and not dry_run else caller.get(path).json()
    answer(page, as_json, *_lines(page, dry_run=dry_run and step is not None))


def _development_token(client: httpx2.Client, who: str) -> str:
    if not who:
        wrong("who does it? Set GONGKAI_TOKEN, or in development give --as PERSON")
    made = client.post("/dev/token", json={"person": who})
    if made.status_code != 200:
        fail("this platform gives out no tokens: set GONGKAI_TOKEN")
    return str(made.json()["access_token"])


def _awaited(caller: Caller, path: str) -> dict[str, Any]:
    """Once it is certified; what takes longer goes on by itself."""
    deadline = time.monotonic() + DONE_SECONDS_MAX
    page: dict[str, Any] = caller.get(path).json()
    while page["state"] != "erased" and time.monotonic() < deadline:
        time.sleep(0.2)
        page = caller.get(path).json()
    return page


def _write(caller: Caller, page: dict[str, Any], folder: Path, as_json: bool) -> None:
    """The certificate as the event it is, and the receipt that the transparency log gives for it."""
    if page["certificate"] is None:
        fail(f"{page['person']} has not been erased: it is {page['state']}")
    receipt = caller.get(f"{AUDIT}/proofs/{page['event_id']}").content
    folder.mkdir(parents=True, exist_ok=True)
    event, proof = folder / f"{page['person']}-erased.json", folder / f"{page['person']}-erased.tlog-proof"
    event.write_text(json.dumps(page["certificate"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    proof.write_bytes(receipt)
    lines = [
        f"certificate: {event}",
        f"receipt: {proof}",
        f"gongkai check {proof} --event {event} --vkey KEY checks it",
    ]
    answer({"certificate": str(event), "receipt": str(proof)}, as_json, *lines)


def _lines(page: dict[str, Any], *, dry_run: bool) -> list[str]:
    said = {
        "active": "nothing has been asked for",
        "restricted": "kept, and shown to nobody",
        "requested": f"asked for by {page['requested_by']} ({page['ground']}); another person confirms with --confirm",
        "confirmed": "decided; the keys are being destroyed",
        "erased": f"erased: {page['keys']} keys destroyed; confirmed by {page['confirmed_by']}",
    }
    held = [f"held as evidence: {', '.join(page['holds'])}"] if page["holds"] else []
    return [f"{page['person']}: {said[page['state']]}", *held, *(["dry run: nothing was changed"] if dry_run else [])]
