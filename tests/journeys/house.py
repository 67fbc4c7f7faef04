"""Several services in one process, on the clock of the test: what one writes the others hear, as soon as it is written.

For chains that run through catalogue, audit and publication; start at :class:`House`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from services.audit.main import build as build_audit
from services.catalogue.main import build as build_catalogue
from services.publication.main import build as build_publication
from shared import ids
from shared.clock import FixedClock
from shared.events import Recorded
from shared.reacting import Reactor
from shared.service import Platform, Service
from shared.settings import Settings
from tests.feedback.world import TestPlatform

BUILDERS: dict[str, Callable[[Platform], Service]] = {
    "catalogue": build_catalogue,
    "publication": build_publication,
    "audit": build_audit,
}
COUNTY, FOUNDER = "qingshan", "jiang-ping"


class House:
    """``names`` says which services stand in it, in the order in which they hear."""

    def __init__(self, folder: Path, now: datetime, names: Sequence[str] = tuple(BUILDERS)) -> None:
        self.clock = FixedClock(now)
        settings = Settings(county=COUNTY, founder=FOUNDER, var=folder)
        self.platform = TestPlatform(folder, self.clock, settings)
        self.services = {name: BUILDERS[name](self.platform) for name in names}
        self.reactors = {name: Reactor(name, service.handler) for name, service in self.services.items()}
        for service in self.services.values():
            for view in service.views:
                view.metadata.create_all(service.engine)
        self.clients = {name: TestClient(service.app) for name, service in self.services.items()}
        self.read = dict.fromkeys(names, 0)

    def settle(self) -> None:
        """Everyone hears everything, until nothing new is written."""
        heard = True
        while heard:
            heard = False
            for name, service in self.services.items():
                for event in service.handler.journal.read(self.read[name]):
                    self.read[name], heard = event.position, True
                    self._tell(event)

    def _tell(self, event: Recorded) -> None:
        for name, service in self.services.items():
            with service.engine.begin() as tx:
                for view in service.views:
                    if event.service in view.hears:
                        view.apply(tx, event)
            for reaction in service.reactions:
                if event.service in reaction.hears:
                    self.reactors[name].react(reaction, event)

    def hear_again(self, service: str) -> None:
        """Everything of one service is delivered a second time to the others' reactions, and changes nothing."""
        for event in self.services[service].handler.journal.read(0):
            for name, other in self.services.items():
                for reaction in other.reactions:
                    if event.service in reaction.hears:
                        self.reactors[name].react(reaction, event)

    def go_to(self, when: datetime) -> list[str]:
        """It is then; what falls due by then falls due. The names of the facts that this brought."""
        self.clock.instant = when
        before = dict(self.read)
        while self._tick():
            self.settle()
        return [e.name for n, s in self.services.items() for e in s.handler.journal.read(before[n])]

    def _tick(self) -> int:
        now, done = self.clock.now(), 0
        for name, service in self.services.items():
            for ticker in service.tickers:
                done += self.reactors[name].tick(ticker.name, ticker.due(now))
        return done

    def ask(self, person: str, path: str, /, **params: Any) -> Response:
        return self.clients[_service(path)].get(f"/api{path}", params=params, headers=_bearer(person))

    def get(self, person: str, path: str, /, **params: Any) -> Any:
        answer = self.ask(person, path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def command(
        self, person: str, path: str, body: Any = None, *, version: int | None = None, key: str = "", post: str = ""
    ) -> Response:
        headers = _bearer(person) | {"Idempotency-Key": key or ids.new_id()}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        headers |= {"Gongkai-Acting-As": post} if post else {}
        answer = self.clients[_service(path)].post(f"/api{path}", json=body, headers=headers)
        self.settle()
        return answer

    def do(self, person: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = self.command(person, path, body, **more)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        done: dict[str, Any] = answer.json()
        return done

    def refused(self, person: str, path: str, body: Any = None, **more: Any) -> str:
        """The refusal's code; nothing was written."""
        before = {name: service.handler.journal.head() for name, service in self.services.items()}
        answer = self.command(person, path, body, **more)
        assert answer.status_code >= 400, f"{path} was accepted: {answer.text}"
        assert before == {name: service.handler.journal.head() for name, service in self.services.items()}
        return str(answer.json()["code"])

    def facts(self, service: str, category: str) -> list[str]:
        """The names of the facts in streams of a category, in the order of the journal."""
        journal = self.services[service].handler.journal
        return [e.name for e in journal.read(0) if e.stream.startswith(f"{category}-")]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
        for reactor in self.reactors.values():
            reactor.close()
        for journal in self.platform.journals.values():
            journal.close()
        for engine in self.platform.engines.values():
            engine.dispose()


def _service(path: str) -> str:
    return path.split("/")[1]


def _bearer(person: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {person}"} if person else {}
