"""The bodies of publication's commands."""

from pydantic import BaseModel, ConfigDict, Field

from services.publication.domain.versions import Content
from services.publication.events import LED_TEXT_MAX, SUMMARY_MAX, TEXT_MAX, TITLE_MAX
from services.publication.events.parts import ChannelEvidence


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(Body):
    title: str = Field(default="", max_length=TITLE_MAX)
    text: str = Field(default="", max_length=TEXT_MAX)
    summary: str = Field(default="", max_length=SUMMARY_MAX)
    led_text: str = Field(default="", max_length=LED_TEXT_MAX, description="What an LED screen shows of it.")

    def content(self) -> Content:
        return Content(*(getattr(self, name).strip() for name in ("title", "text", "summary", "led_text")))


class DraftBody(Words):
    """For a duty, or for an item of the catalogue beyond what is due; a duty names its item."""

    item: str = Field(default="", max_length=100, examples=["FY-R1/3.9"])
    obligation: str = Field(default="", max_length=200, examples=["FY-R1/3.9/replacement/2026-Q1"])


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


class ReleaseOutsideBody(Body):
    channels: list[ChannelEvidence] = Field(max_length=20)


class CorrectBody(Words):
    note: str = Field(default="", max_length=1000, description="What was wrong; shown beside both versions.")
    found_by: str = Field(default="", max_length=80, description="Who found it; empty: whoever corrects it.")
