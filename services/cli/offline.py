"""A service put together for a command of the CLI: its database and log, none of its threads and no listener.

Safe beside the running service: what it writes is fenced by the same locks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from services import embedded
from services.cli.output import fail, wrong
from shared.running import Flow, LocalPlatform
from shared.service import Service
from shared.settings import Settings


@contextmanager
def offline(name: str) -> Iterator[tuple[Service, Flow]]:
    """The service and its flow, prepared but not started."""
    if name not in embedded.BUILDERS:
        wrong(f"there is no service {name}; there are: {', '.join(embedded.BUILDERS)}")
    settings = Settings.load()
    _must_be_there(settings, name)
    platform = LocalPlatform(settings)
    try:
        service = embedded.BUILDERS[name](platform)
        flow = Flow.of(service, platform)
        flow.prepare()
        yield service, flow
    finally:
        platform.close()


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
