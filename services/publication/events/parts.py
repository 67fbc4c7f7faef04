"""The parts of publication's facts: documents, the days of a reckoning, and channels, each with its own evidence."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import Day, Instant


class Value(BaseModel):
    """A part of an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attachment(Value):
    """A document kept under its digest. ``scan`` says how the personal-data gate let it pass.

    Until it is shown it lies there sealed, and its digest is that of the sealed bytes, from which nothing can be
    guessed; ``clear`` is then the digest of the document itself, under which it is kept once it is shown.
    """

    name: str
    digest: str
    clear: str = ""
    media_type: str
    bytes: int
    scan: Literal["clean", "masked", "not-readable"] = "clean"


class Mask(Value):
    """Personal data that was covered: what kind, and where (``Sheet1!C7``); never the data."""

    place: str
    kind: str


class CountedDay(Value):
    """One day of a reckoning: its kind (shared.workdays) and how many working days it makes so far."""

    day: date
    kind: str
    count: int


class Condition(Value):
    """Under which a matter outside the catalogue was approved (CAT-12); ``names`` must not be shown outside."""

    kind: str
    text: str = ""
    names: tuple[str, ...] = ()


# --- channels, each with its own evidence (PUB-05 to PUB-16) ---


class Meeting(Value):
    channel: Literal["meeting"] = "meeting"
    on: Day
    present: int = Field(ge=0)
    of: int = Field(ge=1)
    minutes: str = ""


class NumberedDocument(Value):
    channel: Literal["document"] = "document"
    number: str = Field(min_length=1)
    distribution: tuple[str, ...] = Field(min_length=1)


class Briefing(Value):
    channel: Literal["briefing"] = "briefing"
    issue: str = Field(min_length=1)
    recipients: tuple[str, ...] = Field(min_length=1)


class Intranet(Value):
    """``access_log`` says where the log of who opened it is kept."""

    channel: Literal["intranet"] = "intranet"
    url: str = Field(min_length=1)
    access_log: str = ""


class ActivityRoomBoard(Value):
    channel: Literal["activity-room-board"] = "activity-room-board"
    place: str = Field(min_length=1)
    posted_at: Instant
    removed_at: Instant | None = None


class ReadingRoom(Value):
    """Who has read it there is entered afterwards (:class:`ReadEntry`)."""

    channel: Literal["reading-room"] = "reading-room"
    place: str = Field(min_length=1)
    shelf: str = ""


class PublicColumn(Value):
    channel: Literal["public-column"] = "public-column"
    place: str = Field(min_length=1)
    sheet: Literal["A3", "A4"] = "A3"
    posted_at: Instant
    removed_at: Instant | None = None


class Website(Value):
    """``rendered`` is the digest of the content that the page renders; the release puts it in."""

    channel: Literal["website"] = "website"
    url: str = Field(min_length=1)
    rendered: str = ""


class LedScreen(Value):
    """The screen plays the disclosure's own short text from ``shown_from`` to ``shown_to``."""

    channel: Literal["led"] = "led"
    screen: str = Field(min_length=1)
    play_list: str = ""
    shown_from: Instant
    shown_to: Instant


class TouchScreen(Value):
    """``feed`` is what the device reads; the release puts it in."""

    channel: Literal["touch-screen"] = "touch-screen"
    device: str = Field(min_length=1)
    feed: str = ""


class NewsMedia(Value):
    """With a link, or with the digest of a clipping that is attached; either may also be added afterwards."""

    channel: Literal["news-media"] = "news-media"
    outlet: str = Field(min_length=1)
    on: Day
    link: str = ""
    clipping: str = ""


class OtherChannel(Value):
    """A channel of the town's own (PUB-16): ``details`` are the fields of evidence that the town asks for."""

    channel: Literal["other"] = "other"
    code: str = Field(min_length=1, max_length=60)
    details: dict[str, str] = Field(default_factory=dict, max_length=20)


ChannelEvidence = Annotated[
    Meeting
    | NumberedDocument
    | Briefing
    | Intranet
    | ActivityRoomBoard
    | ReadingRoom
    | PublicColumn
    | Website
    | LedScreen
    | TouchScreen
    | NewsMedia
    | OtherChannel,
    Field(discriminator="channel"),
]


class ReadEntry(Value):
    """A line of a reading room's register: somebody of the register has read it there (PUB-10)."""

    on: Day
    reader: str
