"""The files: what lies in each, in order, with what every paper says."""

import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Column, Integer, String, Text, func, or_, select

from services.archive.domain.papers import PAPERS_COME_WITH, papers_of
from services.archive.events import REGISTRY, DocumentFiled, FileOpened
from shared.columns import Instant
from shared.events import Recorded
from shared.follow import GatheredView, Store, TableMaker

Row = dict[str, Any]


class Files(GatheredView):
    name: ClassVar[str] = "files"
    hears: ClassVar[tuple[str, ...]] = ("archive", "publication", "feedback")
    heeds: ClassVar[Mapping[str, frozenset[str]]] = PAPERS_COME_WITH

    def define(self, table: TableMaker) -> None:
        self.files = table(
            "files",
            Column("file", String(60), primary_key=True),
            Column("organisation", String(40), nullable=False),
            Column("town", String(40), nullable=False),
            Column("year", Integer, nullable=False),
            Column("number", String(80), nullable=False),
            index=(("organisation",),),
        )
        self.papers = table(
            "papers",
            Column("file", String(60), primary_key=True),
            Column("serial", Integer, primary_key=True),
            Column("town", String(40), nullable=False),
            Column("kind", String(40), nullable=False),
            Column("ref", String(160), nullable=False),
            Column("title", Text, nullable=False),
            Column("digest", String(80), nullable=False),
            Column("retention", String(20), nullable=False),
            Column("at", Instant(), nullable=False),
            Column("filed_at", Instant(), nullable=False),
            Column("disclosure", String(80), nullable=False),
            Column("version", Integer, nullable=False),
            Column("matter", String(100), nullable=False),
            Column("source_event", String(40), nullable=False),
            index=(("disclosure",), ("matter",)),
        )
        self.contents = table(
            "contents",
            Column("ref", String(160), primary_key=True),
            Column("town", String(40), nullable=False),
            Column("content", Text, nullable=False),
        )

    def change(self, rows: Store, event: Recorded) -> None:
        for paper in papers_of(event):
            content = json.dumps(paper.content, ensure_ascii=False, sort_keys=True, default=str)
            rows[self.contents].put({"ref": paper.ref, "town": paper.town, "content": content})
        if event.service != "archive":
            return
        match REGISTRY.read(event):
            case FileOpened() as opened:
                rows[self.files].put(opened.model_dump())
            case DocumentFiled() as filed:
                row = filed.model_dump(exclude={"organisation"})
                rows[self.papers].put({**row, "filed_at": event.recorded_at})
            case _:
                pass

    def of_organisation(self, organisation: str) -> Sequence[Row]:
        """An organisation's files by year, with how many papers lie in each."""
        papers = select(func.count()).where(self.papers.c.file == self.files.c.file).scalar_subquery()
        question = select(self.files, papers.label("papers")).where(self.files.c.organisation == organisation)
        with self.reading() as connection:
            rows = connection.execute(question.order_by(self.files.c.year)).mappings()
            return [dict(row) for row in rows]

    def one(self, file: str) -> Row | None:
        """A file with its papers in order, each with its content."""
        p, contents = self.papers.c, self.contents.c
        joined = self.papers.outerjoin(self.contents, p.ref == contents.ref)
        question = select(self.papers, contents.content).select_from(joined).where(p.file == file)
        with self.reading() as connection:
            head = connection.execute(select(self.files).where(self.files.c.file == file)).mappings().first()
            rows = connection.execute(question.order_by(p.serial)).mappings().all()
        return None if head is None else {**head, "papers": [_opened(row) for row in rows]}

    def of_matter(self, matter: str, disclosures: Collection[str]) -> list[Row]:
        """Every paper of staged work and of the disclosures that showed it, from the files of all years, in the order
        in which things happened; one without content cannot be read.
        """
        p, contents = self.papers.c, self.contents.c
        joined = self.papers.outerjoin(self.contents, p.ref == contents.ref)
        belongs = or_(p.matter == matter, p.disclosure.in_(sorted(disclosures)))
        question = select(self.papers, contents.content).select_from(joined).where(belongs)
        with self.reading() as connection:
            rows = connection.execute(question.order_by(p.at, p.file, p.serial)).mappings().all()
        return [_opened(row) for row in rows]

    def saying(self, disclosures: Collection[str], words: str) -> list[Row]:
        """Their versions in whose title, text or summary all the words occur: disclosure, version, ``ref``.

        Full-width and capital letters make no difference.
        """
        p, contents = self.papers.c, self.contents.c
        joined = self.papers.join(self.contents, p.ref == contents.ref)
        columns = (p.disclosure, p.version, p.ref, contents.content)
        question = select(*columns).select_from(joined).where(p.disclosure.in_(sorted(disclosures)))
        wanted = plain(words).split()
        with self.reading() as connection:
            rows = connection.execute(question.where(p.kind == "version")).mappings().all()
        return [row for row in map(_opened, rows) if all(word in _words_of(row["content"]) for word in wanted)]


def _opened(row: Mapping[Any, Any]) -> Row:
    return {**row, "content": json.loads(row["content"] or "{}")}


def _words_of(content: Mapping[str, Any]) -> str:
    return plain(" ".join(str(content.get(part, "")) for part in ("title", "text", "summary")))


def plain(text: str) -> str:
    """As it is searched for."""
    return unicodedata.normalize("NFKC", text).casefold()
