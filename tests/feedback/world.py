"""A town for tests of one service over HTTP: Liushu's branch, its desk, members and a villager, on given days.

Others' events are handed straight to the service's views and reactions, its own are read from its journal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from services.catalogue import events as c
from services.publication import events as p
from services.publication.events.parts import Meeting, Website
from shared import ids
from shared.clock import Clock, FixedClock
from shared.database import sqlite_engine
from shared.documents import Documents
from shared.events import Context, Event, Recorded, Registry
from shared.handling import Handler
from shared.identity import PostKind, TokenVerifier
from shared.journal.sql import SqlJournal, create_schema
from shared.personal_data.sealing import Sealing
from shared.reacting import town_of
from shared.service import Platform, Service
from shared.settings import Settings
from tests.vaults import vault_in

DAY = date(2026, 1, 1)
POSTS = (
    ("FY-R1", PostKind.SECRETARY, "wang-jianjun"),
    ("FY-R1", PostKind.CLERK, "ma-xiaoyan"),
    ("FY-R1", PostKind.SECRECY_REVIEWER, "he-tao"),
    ("FY-R1", PostKind.SUPERVISOR, "guo-changfu"),
    ("FY-E1", PostKind.SECRETARY, "wu-gang"),
    ("FY", PostKind.CDI_SECRETARY, "li-min"),
)
MEMBERS = ("wang-jianjun", "ma-xiaoyan", "he-tao", "guo-changfu", "chen-xiuying", "hu-ping")


class TokenIsName:
    """A verifier for tests: the bearer token is the person's name."""

    def remembered(self, token: str) -> str:  # noqa: ARG002 - nothing is remembered
        return ""

    def subject(self, token: str) -> str:
        return token


@dataclass
class TestPlatform:
    """One service's parts on SQLite in a folder."""

    __test__ = False
    folder: Path
    clock: Clock
    settings: Settings = field(default_factory=Settings)
    documents: Documents = field(default_factory=Documents.in_memory)
    verifier: TokenVerifier = field(default_factory=TokenIsName)
    journals: dict[str, SqlJournal] = field(default_factory=dict)
    engines: dict[str, Engine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vault = vault_in(self.folder)

    def engine(self, service: str) -> Engine:
        if service not in self.engines:
            self.engines[service] = sqlite_engine(self.folder / f"{service}.sqlite")
        return self.engines[service]

    def handler(self, registry: Registry) -> Handler:
        engine = self.engine(registry.service)
        create_schema(engine)
        journal = SqlJournal(engine, registry.service, self.clock)
        self.journals[registry.service] = journal
        return Handler(journal, registry, sealing=Sealing(self.vault))


class World:
    """One service over HTTP. ``tell`` lets it hear others; ``ask`` and ``do`` speak to it as a person."""

    def __init__(self, build: Callable[[Platform], Service], folder: Path, now: datetime) -> None:
        self.clock = FixedClock(now)
        self.platform = TestPlatform(folder, self.clock)
        self.service = build(self.platform)
        for view in self.service.views:
            view.metadata.create_all(self.service.engine)
        self.client = TestClient(self.service.app, raise_server_exceptions=True)
        self.own = 0
        self.positions: dict[str, int] = {}
        for stream, fact in TOWN:
            self.tell(c.REGISTRY, stream, fact)

    def tell(self, registry: Registry, stream: str, fact: Event, who: Mapping[str, str] | None = None) -> Recorded:
        """Let the service hear a fact of another, recorded now."""
        position = self.positions[registry.service] = self.positions.get(registry.service, 0) + 1
        event = Recorded(
            service=registry.service,
            position=position,
            stream=stream,
            version=position,
            event_id=ids.derived(registry.service, str(position)),
            type=registry.type_of(fact),
            recorded_at=self.clock.now(),
            data=fact.model_dump(mode="json"),
            context=Context(town="fengyang", command_id=f"command-{position}", **(who or {"actor": ""})),
        )
        self.hear(event)
        return event

    def hear(self, event: Recorded) -> None:
        """Views first, then reactions, then what the service wrote because of them."""
        with self.service.engine.begin() as tx:
            for view in self.service.views:
                if event.service in view.hears:
                    view.apply(tx, event)
        for reaction in self.service.reactions:
            if event.service in reaction.hears:
                for number, do in enumerate(reaction.commands(event)):
                    command = ids.derived(reaction.name, event.event_id, str(number))
                    context = Context(town=town_of(do, event.context.town), actor="", command_id=command)
                    self.service.handler.handle(do, context=context)
        if event.service != self.service.name:
            self.catch_up()

    def catch_up(self) -> None:
        for event in self.service.handler.journal.read(self.own):
            self.own = event.position
            self.hear(event)

    def tick(self) -> list[str]:
        """What the tickers find due now; the names of the new facts."""
        before = self.own
        for ticker in self.service.tickers:
            for do in ticker.due(self.clock.now()):
                town = town_of(do, "")
                assert town, f"{ticker.name} says of no town that it is theirs"  # design 8
                context = Context(town=town, actor="", command_id=ids.derived(ticker.name, do.key))
                self.service.handler.handle(do, context=context)
        names = [event.name for event in self.service.handler.journal.read(before)]
        self.catch_up()
        return names

    def ask(self, asker: str, path: str, /, **params: Any) -> Response:
        url = f"/api/{self.service.name}/v1{path}"
        return self.client.get(url, params=params, headers=_bearer(asker))

    def do(
        self, person: str, path: str, body: dict[str, Any] | None = None, *, version: int = 0, key: str = ""
    ) -> Response:
        """A command; ``version`` goes into If-Match when it is not 0."""
        headers = _bearer(person) | {"Idempotency-Key": key or ids.new_id()}
        if version:
            headers["If-Match"] = f'"{version}"'
        url = f"/api/{self.service.name}/v1{path}"
        answer = self.client.post(url, json=body, headers=headers)
        self.catch_up()
        return answer

    def close(self) -> None:
        self.client.close()
        for journal in self.platform.journals.values():
            journal.close()
        for engine in self.platform.engines.values():
            engine.dispose()


def _bearer(person: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {person}"} if person else {}


def released(
    inside: bool,
    audiences: Sequence[str],
    *,
    disclosure: str = "dues-q1",
    version: int = 1,
    at: datetime,
    title: str = "Dues Q1",
    text: str = "6120",
    replaces: int = 0,
) -> tuple[Registry, str, Event]:
    """A disclosure of Liushu's was shown to these audiences."""
    event = p.DisclosureReleasedInside if inside else p.DisclosureReleasedOutside
    channel = Meeting(on=at.date(), present=38, of=43) if inside else Website(url="https://fengyang.example/1")
    fact = event(
        disclosure=disclosure,
        town="fengyang",
        organisation="FY-R1",
        item="FY-R1/3.9",
        version=version,
        title=title,
        text=text,
        at=at,
        on=at.date(),
        audiences=tuple(audiences),
        channels=(channel,),
        content_digest=f"sha256:{version:064d}",
        register_number="FY-R1-2026-0001",
        replaces=replaces,
        released_by="ma-xiaoyan",
    )
    return p.REGISTRY, f"disclosure-{disclosure}", fact


def corrected(
    audiences: Sequence[str], *, at: datetime, version: int = 2, disclosure: str = "dues-q1"
) -> tuple[Registry, str, Event]:
    fact = p.VersionCorrected(
        disclosure=disclosure,
        town="fengyang",
        organisation="FY-R1",
        item="FY-R1/3.9",
        version=version,
        title="Dues Q1",
        replaces=version - 1,
        note="6,120 should be 6,210",
        at=at,
        audiences=tuple(audiences),
    )
    return p.REGISTRY, f"disclosure-{disclosure}", fact


def _town() -> list[tuple[str, Event]]:
    organisations = [("FY", "town-committee", "凤阳镇党委"), ("FY-R1", "branch", "柳树村党支部")]
    organisations.append(("FY-E1", "branch", "凤阳棉纺有限公司党支部"))
    facts: list[tuple[str, Event]] = []
    for name, level, name_zh in organisations:
        fields: dict[str, Any] = {"type": "rural", "level": level, "name_zh": name_zh, "name_en": name}
        made = c.OrganisationRegistered(organisation=name, town="fengyang", on=DAY, **fields)
        facts.append((f"organisation-{name}", made))
        if name != "FY":
            placed = c.OrganisationPlaced(organisation=name, superior="FY", on=DAY)
            facts.append((f"organisation-{name}", placed))
    for org, kind, person in POSTS:
        post = {"post": f"{org}/{kind.value}", "kind": kind, "title_zh": kind.name, "title_en": kind.name}
        facts.append((f"organisation-{org}", c.PostTaken(organisation=org, person=person, on=DAY, **post)))
    for person in MEMBERS:
        facts.append(("organisation-FY-R1", c.MemberAdmitted(organisation="FY-R1", person=person, on=DAY)))
        named = c.PersonRegistered(person=person, name_zh=person, name_en=person.title(), on=DAY)
        facts.append((f"person-{person}", named))
    facts.append(("organisation-FY-R1", c.StaffRecorded(organisation="FY-R1", person="zhou-dahai", on=DAY)))
    return [*facts, ("calendar-2026", CALENDAR)]


CALENDAR = c.CalendarPublished(
    year=2026,
    version=1,
    source="State Council",
    holidays=(*(date(2026, 4, d) for d in (4, 5, 6)), *(date(2026, 5, d) for d in range(1, 6))),
    make_up_workdays=(date(2026, 5, 9),),
)
TOWN = _town()


def noon(month: int, day: int, hour: int = 12) -> datetime:
    """An hour of a day of 2026 in Shanghai, in UTC."""
    return datetime(2026, month, day, hour - 8, tzinfo=UTC)
