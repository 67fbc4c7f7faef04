"""The bodies of publication's commands."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.publication.domain.versions import Content, OutsideWords
from services.publication.events import LED_TEXT_MAX, SUMMARY_MAX, TEXT_MAX, TITLE_MAX
from services.publication.events.parts import ChannelEvidence, ReadEntry
from shared.fields import Instant, VersionNumber


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutsideBody(Body):
    """What is shown outside instead: the same with parts left out (A-05). Without a title, that of the whole."""

    title: str = Field(default="", max_length=TITLE_MAX)
    text: str = Field(max_length=TEXT_MAX)
    summary: str = Field(default="", max_length=SUMMARY_MAX)
    note: str = Field(default="", max_length=1000, description="Of a correction: what was wrong, for outside readers.")
    attachments: list[str] = Field(default_factory=list, max_length=50, description="Digests of those shown there too.")

    def words(self, title: str) -> OutsideWords:
        text = (self.title.strip() or title, self.text.strip(), self.summary.strip(), self.note.strip())
        return OutsideWords(*text, tuple(self.attachments))


class Words(Body):
    title: str = Field(default="", max_length=TITLE_MAX)
    text: str = Field(default="", max_length=TEXT_MAX)
    summary: str = Field(default="", max_length=SUMMARY_MAX)
    led_text: str = Field(default="", max_length=LED_TEXT_MAX, description="What an LED screen shows of it.")

    outside: OutsideBody | None = Field(default=None, description="A shortened text for outside; else it is the same.")

    def content(self) -> Content:
        outside = self.outside.words(self.title.strip()) if self.outside else None
        words = {name: getattr(self, name).strip() for name in ("title", "text", "summary", "led_text")}
        return Content(**words, outside=outside)


class DraftBody(Words):
    """For a duty, or for an item of the catalogue beyond what is due; a duty names its item."""

    item: str = Field(default="", max_length=100, examples=["FY-R1/3.9"])
    obligation: str = Field(default="", max_length=200, examples=["FY-R1/3.9/replacement/2026-Q1"])
    announces: str = Field(default="", max_length=40, description="The change that it announces (CAT-19).")
    part_of: str = Field(default="", max_length=140, examples=["decision-<id>/result"], description="Of a procedure.")


class ReviseBody(Words):
    pass


class SubmitBody(Body):
    attested_by: list[str] = Field(
        default_factory=list, max_length=20, description="Who answers for its truth (PUB-31)."
    )


class ReviewBody(Body):
    """Clears it, or with ``ground`` and ``citation`` refuses it for secrecy."""

    cleared: bool
    confirms_scope: bool = False
    confirms_time_limit: bool = False
    ground: str = Field(default="", max_length=60)
    citation: str = Field(default="", max_length=500)


class ReturnBody(Body):
    reason: str = Field(max_length=1000)


class ReleaseInsideBody(Body):
    channels: list[ChannelEvidence] = Field(max_length=20)
    named: list[str] = Field(default_factory=list, max_length=500, description="Where the scope is named persons.")
    ground: str = Field(default="", max_length=60, description="Why for named persons alone (CAT-14).")
    citation: str = Field(default="", max_length=500)


class ReleaseOutsideBody(Body):
    channels: list[ChannelEvidence] = Field(max_length=20)
    lead_reason: str = Field(default="", max_length=500, description="Why an immediate matter does not wait (P-01).")


class ScheduleInsideBody(ReleaseInsideBody):
    at: Instant


class ScheduleOutsideBody(ReleaseOutsideBody):
    at: Instant


class EvidenceBody(Body):
    """What came of the ``place``-th channel, from 0, of a version's release; only what fits the channel."""

    version: VersionNumber
    side: Literal["inside", "outside"]
    place: int = Field(ge=0, le=99)
    removed_at: Instant | None = None
    minutes: str = Field(default="", max_length=2000)
    access_log: str = Field(default="", max_length=500)
    link: str = Field(default="", max_length=2000)
    reads: list[ReadEntry] = Field(default_factory=list, max_length=500)


class CorrectBody(Words):
    note: str = Field(default="", max_length=1000, description="What was wrong; shown beside both versions.")
    found_by: str = Field(default="", max_length=80, description="Who found it; empty: whoever corrects it.")
