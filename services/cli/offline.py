"""A service put together for a command of the CLI: its database and log, none of its threads and no listener.

Safe beside the running service: what it writes is fenced by the same locks.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from services import embedded
from services.cli.output import fail, wrong
from shared import reach
from shared.running import Flow, LocalPlatform
from shared.service import Service
from shared.settings import Settings


@dataclass(frozen=True)
class Opened:
    """Services on one platform."""

    platform: LocalPlatform
    flows: dict[str, Flow]


@contextmanager
def offline(name: str, *, lost: bool = False) -> Iterator[tuple[Service, Flow]]:
    """The service and its flow, prepared but not started. ``lost``: its database may have to be made."""
    with opened(name, lost=lost) as found:
        yield found.flows[name].service, found.flows[name]


@contextmanager
def opened(*names: str, prepare: bool = True, lost: bool = False) -> Iterator[Opened]:
    """Several services; not prepared, nothing is written to their databases."""
    for name in names:
        if name not in embedded.BUILDERS:
            wrong(f"there is no service {name}; there are: {', '.join(embedded.BUILDERS)}")
    settings = Settings.load()
    for name in names if not lost else ():
        _must_be_there(settings, name)
    platform = LocalPlatform(settings, owner=True)  # where the owner's address is given
    with reach.service(), closing(platform):
        flows = {name: Flow.of(embedded.BUILDERS[name](platform), platform) for name in names}
        for flow in flows.values() if prepare else ():
            flow.prepare()
        yield Opened(platform, flows)


def _must_be_there(settings: Settings, name: str) -> None:
    """A mistyped folder must not look like a service in which all is well."""
    url = settings.database_url.get_secret_value().replace("{service}", name)
    if url and not url.startswith("sqlite"):
        return
    file = Path(make_url(url).database or "") if url else settings.var / f"{name}.sqlite"
    if not file.exists():
        fail(
            f"there is no database of {name} at {file}; are GONGKAI_VAR and GONGKAI_DATABASE_URL those of the service?"
        )
