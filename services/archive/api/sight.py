"""What of a dossier exists for whoever asks: all of it for those who keep or oversee the files, else what they were
shown; and what its papers say only once the consultation of the day is in the log (ARC-06, design 1.5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import RowMapping

from services.archive.api.papers import Parts, as_read_by
from services.archive.domain.dossier import PaperFound
from services.archive.domain.papers import digest_of
from services.archive.events import DossierPaper
from services.archive.views.dossiers import FILED
from services.archive.views.files import Row, plain
from shared.identity import Standing
from shared.policy import permits

OUTSIDE = "/outside"  # ends the ref of a version that was told shortened


@dataclass(frozen=True)
class Sight:
    """One person's view of one dossier; ``keeps``: it is theirs to keep or oversee."""

    parts: Parts
    who: Standing
    today: date
    dossier: RowMapping
    keeps: bool
    shown: frozenset[tuple[str, int, bool]]  # versions that their audiences were ever shown

    @property
    def exists(self) -> bool:
        return self.keeps or (self.dossier["stage"] == FILED and bool(self.papers))

    @cached_property
    def papers(self) -> list[Row]:
        """Those the reader may know of, in order; ``place`` is 0 for what came after the filing, or before there was
        one.
        """
        found = papers_of(self.parts, self.dossier)
        places = self.parts.dossiers.places(self.dossier["matter"]) if self.dossier["stage"] == FILED else {}
        placed = [paper | {"place": places.get((paper["file"], paper["serial"]), 0)} for paper in found]
        return [paper for paper in placed if self.keeps or self._was_shown(paper)]

    @property
    def title(self) -> str:
        """A matter is called by its name among those who keep it, by what was made public of it among others."""
        if self.keeps:
            return str(self.dossier["title"])
        return next((paper["title"] for paper in reversed(self.papers) if paper["kind"] == "version"), "")

    @cached_property
    def opens(self) -> bool:
        """Whether what the papers say is open to the reader now."""
        place = self.dossier["organisation"], self.dossier["town"]
        if self.dossier["stage"] != FILED or permits("dossier.file", self.who, *place):
            return self.keeps
        person = self.who.person
        return self.parts.dossiers.consulted(self.dossier["matter"], person, self.today)

    def read(self) -> list[Row]:
        """The papers as this reader has them now."""
        place = self.dossier["organisation"], self.dossier["town"]
        papers = [paper if self.opens else paper | {"content": {}} for paper in self.papers]
        return [as_read_by(self.who, paper, *place) for paper in papers]

    def says(self, words: str, hits: Iterable[Row]) -> bool:
        """Whether number, title or a version that exists for the reader has the words."""
        head = plain(f"{self.dossier['number']} {self.title}")
        if all(word in head for word in plain(words).split()):
            return True
        own = set(self.dossier["disclosures"])
        return any(hit["disclosure"] in own and (self.keeps or self._version_shown(hit)) for hit in hits)

    def _was_shown(self, paper: Row) -> bool:
        if paper["kind"] == "version":
            return self._version_shown(paper)
        reached = paper["content"].get("audiences", ())
        return paper["kind"] == "channel-evidence" and not self.who.audiences.isdisjoint(reached)

    def _version_shown(self, paper: Row) -> bool:
        return (paper["disclosure"], paper["version"], paper["ref"].endswith(OUTSIDE)) in self.shown


def sights(parts: Parts, who: Standing, today: date, rows: Sequence[RowMapping]) -> list[Sight]:
    """Of those dossiers that exist for them."""
    keeps = [permits("file.read", who, row["organisation"], row["town"]) for row in rows]
    others = {d for row, kept in zip(rows, keeps, strict=True) if not kept for d in row["disclosures"]}
    shown = frozenset(parts.history.ever_shown(others, who.audiences)) if others else frozenset()
    found = [Sight(parts, who, today, row, kept, shown) for row, kept in zip(rows, keeps, strict=True)]
    return [sight for sight in found if sight.exists]


def papers_of(parts: Parts, dossier: RowMapping) -> list[Row]:
    return parts.files.of_matter(dossier["matter"], dossier["disclosures"])


def checked(papers: Iterable[Row]) -> tuple[PaperFound, ...]:
    """Each as the check at filing finds it (ARC-05)."""
    found = []
    for paper in papers:
        content, kept = paper["content"], {name: paper[name] for name in ("file", "serial", "kind", "ref", "digest")}
        intact = not content or digest_of(paper["kind"], content) in ("", paper["digest"])
        found.append(PaperFound(DossierPaper(**kept), paper["disclosure"], intact, bool(content)))
    return tuple(found)
