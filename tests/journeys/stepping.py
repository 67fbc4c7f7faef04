"""Carrying a disclosure of Liushu's through its steps in a story: drafted, attested, reviewed, approved, released."""

from dataclasses import dataclass
from typing import Any

from tests.journeys.people import World

PUBLICATION = "/api/publication/v1"
INTRANET = [{"channel": "intranet", "url": "http://intranet.fengyang.example/1"}]
WEBSITE = [{"channel": "website", "url": "https://fengyang.example/1"}]


@dataclass
class Stepping:
    """One disclosure, as far as it has come; ``approver`` is the first person responsible at that time."""

    world: World
    id: str
    version: int
    approver: str

    @classmethod
    def approved(cls, world: World, body: dict[str, Any], approver: str) -> "Stepping":
        done = world("ma-xiaoyan").does(f"{PUBLICATION}/disclosures", body)
        made = cls(world, done["id"], done["version"], approver)
        made.examined()
        return made

    def examined(self) -> None:
        self.moves("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]})
        self.moves("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True})
        self.moves(self.approver, "approve")

    def moves(self, name: str, step: str, body: Any = None) -> dict[str, Any]:
        path = f"{PUBLICATION}/disclosures/{self.id}/{step}"
        done = self.world(name).does(path, body, version=self.version)
        self.version = done["version"]
        return done

    def stays(self, step: str, code: str, body: Any = None) -> dict[str, Any]:
        path = f"{PUBLICATION}/disclosures/{self.id}/{step}"
        problem = self.world("ma-xiaoyan").is_refused(path, body, version=self.version)
        assert problem["code"] == code, problem
        return problem

    def inside(self) -> None:
        self.moves("ma-xiaoyan", "release-inside", {"channels": INTRANET})

    def outside(self) -> None:
        self.moves("ma-xiaoyan", "release-outside", {"channels": WEBSITE})
