"""What came later of each release's channels: taken down, photographed, minuted, read (A-29, PUB-05 to PUB-16).

For those who work on an organisation's disclosures and those who inspect them; readers are not shown who has read.
"""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Column, Connection, Integer, RowMapping, String, select

from services.publication.events import REGISTRY, EvidenceAdded
from services.publication.events.parts import Attachment
from shared.columns import Instant
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert

FIELDS = ("removed_at", "minutes", "access_log", "link", "reads", "document")


class Evidence(View):
    name: ClassVar[str] = "evidence"
    hears: ClassVar[tuple[str, ...]] = ("publication",)
    heeds: ClassVar[Mapping[str, frozenset[str]]] = {"publication": frozenset({EvidenceAdded.__name__})}

    def define(self, table: TableMaker) -> None:
        self.rows = table(
            "evidence",
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            *(Column(name, String(100), nullable=False) for name in ("disclosure", "town", "organisation")),
            Column("version", Integer, nullable=False),
            Column("side", String(20), nullable=False),
            Column("place", Integer, nullable=False),
            Column("channel", String(80), nullable=False),
            Column("said", JSON, nullable=False),
            Column("by", String(100), nullable=False),
            Column("at", Instant, nullable=False),
            index=(("disclosure",),),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.service != REGISTRY.service or event.name != EvidenceAdded.__name__:
            return
        added = REGISTRY.read(event)
        assert isinstance(added, EvidenceAdded)  # noqa: S101 - its name says so
        names = {"disclosure", "town", "organisation", "version", "side", "place", "channel", "by", "at"}
        said = {name: value for name, value in added.model_dump(mode="json", include=set(FIELDS)).items() if value}
        upsert(tx, self.rows, {"position": event.position}, added.model_dump(include=names) | {"said": said})

    def of(self, disclosure: str) -> list[RowMapping]:
        """In the order in which it was added."""
        query = select(self.rows).where(self.rows.c.disclosure == disclosure).order_by(self.rows.c.position)
        with self.reading() as connection:
            return list(connection.execute(query).mappings())

    def document(self, disclosure: str, digest: str) -> Attachment | None:
        documents = (row["said"].get("document") for row in self.of(disclosure))
        found = next((d for d in documents if d and d["digest"] == digest), None)
        return Attachment.model_validate(found) if found else None
