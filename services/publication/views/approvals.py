"""The register of approvals: every version that was approved, by its number (先审核、后登记、再公开)."""

from typing import ClassVar

from sqlalchemy import Column, Connection, Date, Integer, RowMapping, String, Text, select

from services.publication.events import REGISTRY, RegisterEntered
from shared.events import Recorded
from shared.follow import TableMaker, View, upsert


class Approvals(View):
    name: ClassVar[str] = "approvals"
    hears: ClassVar[tuple[str, ...]] = ("publication",)

    def define(self, table: TableMaker) -> None:
        self.entries = table(
            "approvals",
            Column("register_name", String(60), primary_key=True),
            Column("number", Integer, primary_key=True),
            *(Column(name, String(100), nullable=False) for name in ("town", "organisation", "item", "disclosure")),
            Column("version", Integer, nullable=False),
            Column("title", Text, nullable=False),
            Column("register_number", String(80), nullable=False),
            Column("approver", String(100), nullable=False),
            Column("on", Date, nullable=False),
        )

    def apply(self, tx: Connection, event: Recorded) -> None:
        if event.name == RegisterEntered.__name__ and event.service == REGISTRY.service:
            entry = REGISTRY.read(event).model_dump(exclude={"draft"})
            key = {name: entry.pop(name) for name in ("register_name", "number")}
            upsert(tx, self.entries, key, entry)

    def of(self, organisation: str, year: int) -> list[RowMapping]:
        """Newest first."""
        entries = self.entries
        query = select(entries).where(entries.c.register_name == f"{organisation}/{year}")
        with self.reading() as connection:
            return list(connection.execute(query.order_by(entries.c.number.desc())).mappings())
