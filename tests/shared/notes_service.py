"""A service as small as can be, over the real journal: people keep notes for an organisation. For tests of the web."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Form, UploadFile
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import Column, Connection, Engine, String, create_engine

from shared.clock import Clock, FixedClock
from shared.decider import Decider, Refused
from shared.documents import Documents
from shared.events import Event, Recorded, Registry
from shared.follow import TableMaker, View
from shared.handling import Do, Handler
from shared.identity import PostHeld, PostKind, Standing, TokenVerifier
from shared.journal.sql import SqlJournal, create_schema
from shared.personal_data.sealing import Sealing
from shared.personal_data.vault import Vault
from shared.settings import Environment, Settings
from shared.web import Api, CommandDesk, Done, Page, Reader, make_app
from tests.vaults import vault_in

SECRET = "a text that must appear in no log and no problem"
CLERK = PostHeld("FY-R1/clerk", PostKind.CLERK, "", "", "FY-R1", "fengyang")
SCHOOL_CLERK = PostHeld("FY-S1/clerk", PostKind.CLERK, "", "", "FY-S1", "fengyang")
POSTS = {"ma": (CLERK, SCHOOL_CLERK), "bai": (SCHOOL_CLERK,)}


class NoteKept(Event):
    text: str


@dataclass(frozen=True)
class Keep:
    text: str


def decide(kept: int, command: Keep) -> list[NoteKept]:
    if command.text == "early":
        raise Refused("INSIDE_FIRST", "Not inside yet.", "after the inside release", "/text", {"earliest": "10:00"})
    if kept and command.text == "first":
        raise Refused("STEP_OUT_OF_ORDER", "There is a first note.")
    return [NoteKept(text=command.text)]


NOTE: Decider[int, Keep, NoteKept] = Decider("note", 0, decide, lambda kept, _: kept + 1)
REGISTRY = Registry("notes", [NoteKept])


class Body(BaseModel):
    text: str


class Row(BaseModel):
    number: int


class Notes(View):
    name = "notes"
    hears = ("notes",)

    def define(self, table: TableMaker) -> None:
        self.notes = table("notes", Column("note", String, primary_key=True), Column("town", String))

    def apply(self, tx: Connection, event: Recorded) -> None:
        raise NotImplementedError


class Verifier:
    """Takes the token for the person's name; ``old`` has expired, ``forged`` is none of ours."""

    def remembered(self, token: str) -> str:  # noqa: ARG002 - nothing is remembered
        return ""

    def subject(self, token: str) -> str:
        if token in {"old", "forged"}:
            raise Refused({"old": "TOKEN_EXPIRED", "forged": "TOKEN_INVALID"}[token], "Not valid.")
        return token


class Register:
    """Knows ``ma`` and ``bai``; asks ``failing`` first, so that a test can take the database away."""

    failing: Callable[[], None] = staticmethod(lambda: None)

    def remembered(self, person: str, at: datetime) -> Standing | None:  # noqa: ARG002 - nothing is remembered
        return None

    def standing(self, person: str, at: datetime) -> Standing:
        self.failing()
        return Standing(person, at, posts=POSTS.get(person, ()), town="fengyang")


@dataclass
class NotesPlatform:
    """What a process hands to the service."""

    settings: Settings
    clock: Clock
    documents: Documents
    verifier: TokenVerifier
    database: Engine
    vault: Vault

    def engine(self, _service: str) -> Engine:
        return self.database

    def handler(self, registry: Registry) -> Handler:
        return Handler(SqlJournal(self.database, registry.service, self.clock), registry, sealing=Sealing(self.vault))


@dataclass
class World:
    """The service as a client sees it, and what lies behind it."""

    app: FastAPI
    client: TestClient
    handler: Handler
    register: Register
    platform: NotesPlatform
    numbers: "Iterator[int]" = field(default_factory=lambda: iter(range(10_000)))

    def keep(self, text: str = "a", *, key: str = "", **headers: str) -> Any:
        """POST a new note; headers by name with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Idempotency-Key"] = key or f"key-{next(self.numbers)}"
        return self.client.post("/api/notes/v1/notes", json={"text": text}, headers=sent)

    def add(self, note: str, text: str = "b", *, key: str = "", version: int = 1) -> Any:
        """POST to an existing note as Ma, who is clerk of FY-R1."""
        sent = {"Authorization": "Bearer ma", "If-Match": f'"{version}"'}
        sent["Idempotency-Key"] = key or f"key-{next(self.numbers)}"
        return self.client.post(f"/api/notes/v1/notes/{note}/more", json={"text": text}, headers=sent)


def routes() -> Api:
    router = Api("notes")

    @router.post("/notes", action="opinion.give", status_code=201)
    def keep_note(body: Body, desk: CommandDesk) -> Done:
        """Keep a note."""
        acting = desk.may()
        return desk.handle(Do(NOTE, desk.new_id(), Keep(body.text)), acting=acting, result={"long": len(body.text)})

    @router.post("/notes/{note}/more", action="opinion.handle", versioned=True)
    def add_note(note: str, body: Body, desk: CommandDesk) -> Done:
        """Add to a note."""
        return desk.handle(Do(NOTE, note, Keep(body.text)), acting=desk.may("FY-R1"))

    @router.post("/files", action="opinion.give")
    def keep_file(file: UploadFile, text: Annotated[str, Form()], desk: CommandDesk) -> Done:
        """Keep a file."""
        return desk.handle(Do(NOTE, desk.new_id(), Keep(f"{text}{len(file.file.read())}")), acting=desk.may())

    @router.post("/unasked", action="opinion.give")
    def unasked(desk: CommandDesk) -> Done:
        """Forgets to ask."""
        return desk.handle(Do(NOTE, desk.new_id(), Keep("x")), acting=None)  # type: ignore[arg-type]  # the mistake

    _reads(router)
    return router


def _reads(router: Api) -> None:
    @router.get("/numbers", action="disclosure.read")
    def numbers(reader: Reader, below: int = 10) -> Page[Row]:
        """Numbers, a page at a time."""
        rows = [Row(number=n) for n in range(below)] if "society" in reader.audiences else []
        return reader.page(rows, key=lambda row: row.number)

    @router.get("/numbers/{number}", action="disclosure.read")
    def number(number: int, reader: Reader) -> Row:
        """One number, which is its own version."""
        reader.may()
        reader.etag(number)
        return Row(number=number)

    @router.get("/desk", action="opinion.register")
    def desk(reader: Reader) -> Row:
        """Only for clerks of FY-R1."""
        reader.may("FY-R1")
        return Row(number=len(reader.standing.posts))

    @router.get("/leak", action="opinion.register")
    def leak(reader: Reader) -> Row:
        """Forgets to ask what the reader may."""
        return Row(number=1)

    @router.get("/bare", action="opinion.register")
    def bare() -> Row:
        """Has neither desk nor reader."""
        return Row(number=1)

    @router.get("/broken", action="disclosure.read")
    def broken(reader: Reader) -> Row:
        """Fails."""
        raise ZeroDivisionError(f"{reader.audiences and SECRET}")


@contextmanager
def notes_world(folder: Path, *, clock: Clock | None = None, **settings: Any) -> Iterator[World]:
    """The service over its own SQLite database; development unless told otherwise."""
    engine = create_engine(f"sqlite:///{folder / 'notes.db'}")
    create_schema(engine)
    platform = NotesPlatform(
        Settings(**{"environment": Environment.DEVELOPMENT, **settings}),
        clock or FixedClock(datetime(2026, 4, 8, 1, 0, tzinfo=UTC)),
        Documents.in_memory(),
        Verifier(),
        engine,
        vault_in(folder),
    )
    handler, register = platform.handler(REGISTRY), Register()
    view = Notes(engine)
    view.metadata.create_all(engine)
    app = make_app("notes", platform, [routes()], register=register, handler=handler, views=[view])
    with TestClient(app) as client:
        yield World(app, client, handler, register, platform)
    handler.journal.close()
    engine.dispose()
