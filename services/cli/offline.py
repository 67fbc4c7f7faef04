"""A service put together for a command of the CLI: its database and log, none of its threads and no listener.

Safe beside the running service: what it writes is fenced by the same locks.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from services import embedded
from services.cli.output import fail
from shared.running import Flow, LocalPlatform
from shared.service import Service
from shared.settings import Settings


@contextmanager
def offline(name: str) -> Iterator[tuple[Service, Flow]]:
    """The service and its flow, prepared but not started."""
    if name not in embedded.BUILDERS:
        fail(f"there is no service {name}; there are: {', '.join(embedded.BUILDERS)}")
    platform = LocalPlatform(Settings.load())
    try:
        service = embedded.BUILDERS[name](platform)
        flow = Flow.of(service, platform)
        flow.prepare()
        yield service, flow
    finally:
        platform.close()
