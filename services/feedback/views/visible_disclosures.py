"""Which audience may see which disclosure: an opinion on what its giver may not see finds nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Column, Connection, Integer, String, select

from services.feedback.heard import DisclosureReleasedInside, DisclosureReleasedOutside
from shared import walls
from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert
from shared.scope import SOCIETY

WIDTHS = ("oversight", "desk", "person", "members", "staff", "town-members", SOCIETY)


@dataclass(frozen=True)
class Shown:
    """The newest version its asker may see; ``audience`` is the widest through which they see that one."""

    disclosure: str
    town: str
    organisation: str
    item: str
    version: int
    title: str
    audience: str


class VisibleDisclosures(View):
    name: ClassVar[str] = "visible_disclosures"
    hears: ClassVar[tuple[str, ...]] = ("publication",)

    def define(self, table: TableMaker) -> None:
        self.shown = table(
            "visible_disclosures",
            Column("disclosure", String(80), primary_key=True),
            Column("audience", String(120), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("organisation", String(40), nullable=False),
            Column("item", String(80), nullable=False),
            Column("version", Integer, nullable=False),
            Column("title", String(400), nullable=False),
            open_to=walls.seen_by("audience"),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        released = hear(event, DisclosureReleasedInside, DisclosureReleasedOutside)
        if released is None:
            return
        row = released.model_dump(include={"town", "organisation", "item", "version", "title"})
        for audience in released.audiences:
            upsert(tx, self.shown, {"disclosure": released.disclosure, "audience": audience}, row)

    def seen(self, disclosure: str, audiences: Iterable[str]) -> Shown | None:
        """The disclosure for someone with these audiences, or None: then it does not exist for them."""
        of_viewer = self.shown.c.audience.in_(sorted(audiences))
        question = select(self.shown).where(self.shown.c.disclosure == disclosure, of_viewer)
        with self.reading() as connection:
            rows = connection.execute(question.order_by(self.shown.c.audience)).mappings().all()
        if not rows:
            return None
        return Shown(**max(rows, key=lambda row: (row["version"], _width(row["audience"]))))


def _width(audience: str) -> int:
    """From narrow to wide: an officer answers those who were meant to read it, not only the desk."""
    return WIDTHS.index(audience.partition(":")[0]) if audience.partition(":")[0] in WIDTHS else 0
