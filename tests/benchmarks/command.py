"""One full command over HTTP, beside a bare FastAPI route that takes the same body, in turns with the same clients.

Start at :func:`rows`. A clerk's revision of a draft: token, register, policy, idempotency, decider, sealing, journal.
The service runs as people start it; the word `alone` means a process for publication only, over PostgreSQL.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from services.catalogue.events import REGISTRY
from services.catalogue.main import build
from services.split.plan import HOST, Plan
from services.split.postgres import PostgresServer, owner_of
from services.split.processes import Child
from shared.events import Context
from shared.identity.issuing import Issuing
from shared.ids import new_id
from shared.journal import Append, NewEvent, Write
from shared.running import Flow, LocalPlatform
from shared.settings import Environment, Settings
from tests.benchmarks import load
from tests.benchmarks.web import Client
from tests.feedback.world import TOWN
from tests.publication.liushu import WORDS, adopted

CLIENTS = 32
ROUNDS = 3
CLERK = "ma-xiaoyan"
ITEM = "FY-R1/4.2"
TEXT = "柳树村党支部议事规则，第" + load.MARK + "稿。"
BODY = json.dumps({**WORDS, "text": TEXT + "凡属重大事项，先由党员大会讨论。" * 12}, ensure_ascii=False)


@dataclass(frozen=True)
class Compared:
    """Medians of interleaved rounds: ours, the peer's, and microseconds of the server's own time for each request."""

    what: str
    ours: float
    peer: float
    note: str


@dataclass(frozen=True)
class Server:
    """A process that answers, and how to put a load on it."""

    port: int
    child: Child
    apply: Callable[[float], load.Found]

    def measured(self, seconds: float) -> tuple[load.Found, float]:
        """What the clients found, and the server's processor time for each answer (microseconds)."""
        before = self._spent()
        found = self.apply(seconds)
        return found, 1e6 * (self._spent() - before) / sum(found.statuses.values())

    def _spent(self) -> float:
        assert self.child.process is not None
        fields = Path(f"/proc/{self.child.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rows(seconds: float = 2.0, rounds: int = ROUNDS) -> Iterator[Compared]:
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-bench-")))
        base.chmod(0o755)
        peer = stack.enter_context(bare(base / "bare"))
        for what, standing in (("alone, PostgreSQL", alone), ("embedded", embedded)):
            with standing(base / what.partition(",")[0]) as server:
                yield compared(what, server, peer, seconds, rounds)


def compared(what: str, server: Server, peer: Server, seconds: float, rounds: int) -> Compared:
    ours, theirs = list[tuple[load.Found, float]](), list[tuple[load.Found, float]]()
    for _ in range(rounds):
        ours.append(server.measured(seconds))
        theirs.append(peer.measured(seconds))
    assert all(set(found.statuses) == {"200"} for found, _ in (*ours, *theirs)), [f.statuses for f, _ in ours]
    said = []
    for measured in (ours, theirs):
        p99, spent = median(f.p99_ms for f, _ in measured), round(median(us for _, us in measured))
        said.append(f"p99 {p99} ms, {spent} µs of its processor each")
    busy = max(found.busy for found, _ in (*ours, *theirs))
    rates = [median(found.per_second for found, _ in measured) for measured in (ours, theirs)]
    return Compared(what, rates[0], rates[1], f"{said[0]}; peer {said[1]}; clients used {busy} of a core")


@contextmanager
def bare(var: Path) -> Iterator[Server]:
    plan = Plan.apart(var)
    port = plan.ports["portal"]
    child = Child("bare", [sys.executable, "-m", "tests.benchmarks.bare_server", str(port)], {}, var / "bare.log")
    with started(child, plan.portal_url):
        asked = partial(load.Load, HOST, port, [f"/disclosures/{n}/revise" for n in range(CLIENTS)], BODY, "x" * 600)
        yield Server(port, child, lambda seconds: load.applied(asked(seconds=seconds)))


@contextmanager
def embedded(var: Path) -> Iterator[Server]:
    plan = Plan.apart(var)
    seeded(var)
    with served("all", plan, plan.ports["portal"], "") as server:
        yield server


@contextmanager
def alone(var: Path) -> Iterator[Server]:
    """Publication only: its PostgreSQL with its two roles, and a log in a file where the register's facts lie."""
    var.mkdir(parents=True)
    var.chmod(0o755)
    plan = Plan.apart(var)
    seeded(var)
    with PostgresServer(var / "postgres", port=plan.ports["postgres"]) as server:
        server.create_service("publication", "application", "owner")
        as_owner = server.url("publication", user=owner_of("publication"), password="owner")
        keys = {"GONGKAI_KEYS_URL": server.create_database("keys", "keys", "keys")}
        told = plan.environment("publication", "") | {"GONGKAI_OWNER_URL": as_owner, "GONGKAI_KAFKA": ""} | keys
        migrating = Child("migrate", [sys.executable, "-m", "services", "migrate", "publication"], told, var / "log")
        migrating.start()
        assert migrating.process is not None
        assert migrating.process.wait() == 0, (var / "log").read_text()
        url = server.url("publication", user="publication", password="application")
        with served("publication", plan, plan.ports["publication"], url, **keys) as standing:
            yield standing


@contextmanager
def served(name: str, plan: Plan, port: int, database: str, **extra: str) -> Iterator[Server]:
    """A service in a process of its own, with a draft for each client to revise."""
    told = plan.environment("publication" if database else "portal", database)
    told |= {"GONGKAI_KAFKA": "", "GONGKAI_SERVICES": "{}", **extra}
    child = Child(name, [sys.executable, "-m", "services", "serve", name], told, plan.logs / f"{name}.log")
    url = f"http://{HOST}:{port}"
    with started(child, url):
        token = Issuing(settings(plan.var, plan.portal_url)).token(CLERK)
        made = [drafted(url, token, n) for n in range(CLIENTS)]
        versions = dict(made)

        def apply(seconds: float) -> load.Found:
            paths = [f"/api/publication/v1/disclosures/{id_}/revise" for id_ in versions]
            for id_ in versions:
                versions[id_] = standing_at(url, token, id_)
            asked = load.Load(HOST, port, paths, BODY, token, list(versions.values()), seconds, run=new_id())
            return load.applied(asked)

        yield Server(port, child, apply)


@contextmanager
def started(child: Child, url: str) -> Iterator[None]:
    child.start()
    try:
        child.await_ready(f"{url}/readyz")
        yield
    finally:
        child.stop()


def drafted(url: str, token: str, number: int) -> tuple[str, int]:
    client, path, body = Client(url, token), "/api/publication/v1/disclosures", {"item": ITEM, **WORDS}
    headers = {"Idempotency_Key": f"draft-{number}", "Wait_For": f"catalogue:{len(FACTS)}"}
    status, done = client.ask("POST", path, body, **headers)
    assert status == 201, done
    return done["id"], done["version"]


def standing_at(url: str, token: str, disclosure: str) -> int:
    """The version a draft has now: what a refusal says of it costs no knowledge of the views."""
    client, path = Client(url, token), f"/api/publication/v1/disclosures/{disclosure}/revise"
    status, said = client.ask("POST", path, json.loads(BODY), Idempotency_Key=new_id(), If_Match='"999999"')
    assert status == 412, said
    return int(said["facts"]["version"])


FACTS = [*TOWN, ("catalogue-FY-R1", adopted())]


def settings(var: Path, public_url: str = "http://127.0.0.1:8000") -> Settings:
    return Settings(environment=Environment.DEVELOPMENT, var=var, public_url=public_url)


def seeded(var: Path) -> None:
    """Catalogue's journal and the log under ``var`` hold a town, its people with their posts, a catalogue in force."""
    platform = LocalPlatform(settings(var))
    flow = Flow.of(build(platform), platform)
    flow.prepare()
    versions: dict[str, int] = {}
    for number, (stream, fact) in enumerate(FACTS):
        version = versions.get(stream, 0)
        versions[stream] = version + 1
        event = NewEvent(new_id(), REGISTRY.type_of(fact), fact.model_dump_json())
        write = Write(stream, version, (event,))
        platform.journals["catalogue"].append(Append(f"seed-{number}", "", Context("fengyang", ""), (write,)))
    while not flow.relay.caught_up():
        flow.relay.step(0.01)
    flow.relay.stop()
    platform.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    for row in rows(asked.seconds, asked.rounds):
        ratio = f"{row.ours / row.peer:.3f}"
        sys.stdout.write(f"{row.what:<20}{row.ours:>9}{row.peer:>9}{ratio:>8}  {row.note}\n")
        sys.stdout.flush()
