"""What procedures there are, and what else is asked of them when a disclosure of theirs is drafted or released."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine

from services.publication.domain.cadre import CADRE
from services.publication.domain.cadre_commands import Count, DraftStage, ShowStage
from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import DraftPart, MakePartPublic
from services.publication.domain.procedure import PartOf
from services.publication.domain.release import ReleaseInside, ReleaseOutside, inside_audiences, outside_audiences
from services.publication.domain.versions import Disclosure
from services.publication.events import DisclosureDrafted
from services.publication.views.almanac import Almanac
from services.publication.views.cadre_matters import CadreMatters
from services.publication.views.decisions import Decisions
from services.publication.views.heard_opinions import HeardOpinions
from services.publication.views.redisclosures import Redisclosures
from shared.decider import Refused
from shared.follow import View
from shared.handling import Do


@dataclass(frozen=True)
class Procedures:
    """Their views, together."""

    decisions: Decisions
    cadre: CadreMatters
    opinions: HeardOpinions
    redisclosures: Redisclosures

    @classmethod
    def of(cls, engine: Engine) -> "Procedures":
        return cls(Decisions(engine), CadreMatters(engine), HeardOpinions(engine), Redisclosures(engine))

    @property
    def views(self) -> tuple[View, ...]:
        return (self.decisions, self.cadre, self.opinions, self.redisclosures)

    def printed_days(self, disclosure: str) -> dict[str, date]:
        """The first and last day that stand on a notice before an appointment; on others, none (A-26)."""
        notice = self.cadre.notice(disclosure)
        return {name: notice[name] for name in ("first_day", "last_day")} if notice else {}


def to_draft(part_of: str, item: str, disclosure: str) -> tuple[Do, ...]:
    """What is asked in the same transaction as the draft of a part; nothing for a disclosure that is no part."""
    if not part_of:
        return ()
    part = PartOf.read(part_of)
    match part.kind:
        case "decision":
            return (Do(DECISION, part.identity, DraftPart(part.part, item, disclosure)),)
        case "cadre":
            return (Do(CADRE, part.identity, DraftStage(part.part, item)),)
        case _:
            raise Refused("NOT_FOUND", "There is no such procedure.", pointer="/part_of")


def to_release(disclosure: Disclosure, command: ReleaseInside | ReleaseOutside, almanac: Almanac) -> tuple[Do, ...]:
    """The same for a release: none of both happens unless both may."""
    drafted = disclosure.drafted
    if drafted is None or not drafted.part_of:
        return ()
    part, version = PartOf.read(drafted.part_of), disclosure.current.number
    if part.kind == "decision":
        known: Any = part.part
        public = MakePartPublic(known, drafted.disclosure, version, command.by, command.on)
        return (Do(DECISION, part.identity, public),)
    widest = isinstance(command, ReleaseOutside) or drafted.item_scope == "inside"
    shown = ShowStage(
        stage=part.part,
        disclosure=drafted.disclosure,
        version=version,
        audience=_audience(drafted, command),
        complete=widest,
        at=command.at,
        on=command.on,
        by=command.by,
        count=Count(almanac.parameters(drafted.town).publicity_workdays, almanac.calendar),
    )
    return (Do(CADRE, part.identity, shown),)


def _audience(drafted: DisclosureDrafted, command: ReleaseInside | ReleaseOutside) -> str:
    if isinstance(command, ReleaseOutside):
        return outside_audiences(drafted)[0]
    return inside_audiences(drafted, command.named)[0]
