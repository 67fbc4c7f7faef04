"""A file opens with its first paper; every paper lies in it once, in the order in which it came."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.archive.domain.file import FILE, FileDocument, short_name
from services.archive.domain.papers import Paper, papers_of
from services.archive.events import DocumentFiled, FileEvent, FileOpened
from shared.testing import recorded, scenario
from tests.feedback.world import noon, released

AT = datetime(2026, 4, 10, 6, tzinfo=UTC)


def paper(ref: str) -> Paper:
    place = {"town": "fengyang", "organisation": "FY-R1", "disclosure": "d1"}
    return Paper("version", ref, "Dues", "sha256:00", AT, version=1, content={}, **place)


def filed(ref: str, serial: int) -> DocumentFiled:
    return DocumentFiled(
        file="FY-R1/2026", town="fengyang", organisation="FY-R1", serial=serial, kind="version", ref=ref,
        title="Dues", digest="sha256:00", retention="permanent", at=AT, disclosure="d1", version=1, source_event="e1",
    )  # fmt: skip


def file(*, given: Sequence[FileEvent], when: FileDocument, then: Sequence[FileEvent]) -> None:
    scenario(FILE, given=given, when=when, then=then)


OPENED = FileOpened(file="FY-R1/2026", organisation="FY-R1", town="fengyang", year=2026, number="柳树-2026-001")


def test_the_first_paper_opens_the_file_of_its_year() -> None:  # ARC-01
    command = FileDocument(2026, "柳树", paper("d1/v1"), "e1")
    file(given=[], when=command, then=[OPENED, filed("d1/v1", 1)])


def test_a_further_paper_takes_the_next_place() -> None:  # ARC-01, ARC-02
    command = FileDocument(2026, "柳树", paper("d1/v2"), "e1")
    file(given=[OPENED, filed("d1/v1", 1)], when=command, then=[filed("d1/v2", 2)])


def test_a_paper_is_filed_once() -> None:  # ARC-02
    command = FileDocument(2026, "柳树", paper("d1/v1"), "e2")
    file(given=[OPENED, filed("d1/v1", 1)], when=command, then=[])


def test_the_file_bears_the_organisations_short_name() -> None:  # ARC-01
    names = ["柳树村党支部", "东坪村党支部", "凤阳棉纺有限公司党支部", "凤阳商会党支部", "镇机关党支部"]
    assert [short_name(name) for name in names] == ["柳树", "东坪", "凤阳棉纺", "凤阳商会", "镇机关"]


def test_a_release_gives_its_version_and_the_evidence_of_each_channel() -> None:  # ARC-02
    registry, stream, fact = released(True, ["members:FY-R1"], at=noon(4, 10))
    papers = papers_of(recorded(registry, stream, fact, 7))
    assert [(p.kind, p.ref) for p in papers] == [
        ("version", "dues-q1/v1"),
        ("channel-evidence", "dues-q1/v1/inside/1-meeting"),
    ]
    assert papers[1].content["present"] == 38
