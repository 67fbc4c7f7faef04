"""Where the parts of a split platform on one machine live: ports, folders, and the environment each process gets."""

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SERVICES = ("catalogue", "publication", "feedback", "archive", "audit")
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Plan:
    """One split platform. ``development`` mounts the demo issuer in the portal and the clock that can be set."""

    var: Path
    ports: Mapping[str, int]
    county: str = "qingshan"
    founder: str = "jiang-ping"
    prometheus: bool = True
    traces: bool = True  # every process sends its spans to the portal, which shows them at /dev/traces
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def usual(cls, var: Path) -> "Plan":
        """The ports that docs and deploy/prometheus name."""
        services = {name: 8001 + i for i, name in enumerate(SERVICES)}
        return cls(var, {"portal": 8000, **services, "postgres": 25432, "kafka": 29092, "prometheus": 9090})

    @classmethod
    def apart(cls, var: Path) -> "Plan":
        """Free ports, so that several can stand side by side: for tests."""
        names = ("portal", *SERVICES, "postgres", "kafka", "controller")
        return cls(var, dict(zip(names, _free_ports(len(names)), strict=True)), prometheus=False, traces=False)

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def portal_url(self) -> str:
        return f"http://{HOST}:{self.ports['portal']}"

    @property
    def kafka(self) -> str:
        return f"{HOST}:{self.ports['kafka']}"

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    def environment(self, name: str, database_url: str) -> dict[str, str]:
        """What a service's process is told; portal and audit besides know where the services are."""
        told = {
            "GONGKAI_ENVIRONMENT": "development",
            "GONGKAI_COUNTY": self.county,
            "GONGKAI_FOUNDER": self.founder,
            "GONGKAI_VAR": str(self.var),
            "GONGKAI_HOST": HOST,
            "GONGKAI_PORT": str(self.ports[name]),
            "GONGKAI_PUBLIC_URL": self.portal_url,
            "GONGKAI_KAFKA": self.kafka,
            "GONGKAI_DATABASE_URL": database_url,
            **(self._tracing if self.traces and name != "portal" else {}),
            **self.extra,
        }
        if name in ("portal", "audit"):
            told["GONGKAI_SERVICES"] = json.dumps({service: self.url(service) for service in SERVICES})
        return told

    @property
    def _tracing(self) -> dict[str, str]:
        return {"GONGKAI_OTLP_ENDPOINT": f"{self.portal_url}/dev/traces", "OTEL_BSP_SCHEDULE_DELAY": "1000"}

    def password(self, role: str) -> str:
        """A role's database password on this machine, made once and readable only by its owner."""
        file = self.var / "secrets" / f"{role}_password"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text().strip()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
