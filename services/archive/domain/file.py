"""A file: one per organisation and year, numbered, each paper in it once and in the order it came (ARC-01).

It opens with its first paper. Filing the same paper again changes nothing: reactions may repeat themselves.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from services.archive.domain.papers import RETENTION, Paper
from services.archive.events import DocumentFiled, FileEvent, FileOpened
from shared.decider import Decider

RUNNING = 1  # of the files of a year the first is the running one; dossiers follow
_ENDINGS = ("党支部", "党总支", "党委", "村", "社区", "有限公司")


@dataclass(frozen=True)
class File:
    opened: bool = False
    serial: int = 0
    refs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FileDocument:
    """``short`` is the organisation's short name (柳树); ``source_event`` the event that gave the paper."""

    year: int
    short: str
    paper: Paper
    source_event: str


def file_id(organisation: str, year: int) -> str:
    return f"{organisation}/{year}"


def short_name(name_zh: str) -> str:
    """柳树村党支部 is 柳树."""
    for ending in _ENDINGS:
        name_zh = name_zh.removesuffix(ending) or name_zh
    return name_zh


def file_number(short: str, year: int, number: int) -> str:
    """
    >>> file_number("柳树", 2026, 1)
    '柳树-2026-001'
    """
    return f"{short}-{year}-{number:03d}"


def decide(file: File, command: FileDocument) -> list[FileEvent]:
    paper = command.paper
    if paper.ref in file.refs:
        return []
    identity = file_id(paper.organisation, command.year)
    opening: list[FileEvent] = [] if file.opened else [_opened(identity, command)]
    filed = DocumentFiled(
        file=identity,
        town=paper.town,
        organisation=paper.organisation,
        serial=file.serial + 1,
        kind=paper.kind,
        ref=paper.ref,
        title=paper.title,
        digest=paper.digest,
        retention=RETENTION[paper.kind],
        at=paper.at,
        disclosure=paper.disclosure,
        version=paper.version,
        matter=paper.matter,
        source_event=command.source_event,
    )
    return [*opening, filed]


def _opened(identity: str, command: FileDocument) -> FileOpened:
    return FileOpened(
        file=identity,
        organisation=command.paper.organisation,
        town=command.paper.town,
        year=command.year,
        number=file_number(command.short, command.year, RUNNING),
    )


def evolve(file: File, event: FileEvent) -> File:
    match event:
        case FileOpened():
            return replace(file, opened=True)
        case DocumentFiled():
            return replace(file, serial=event.serial, refs=file.refs | {event.ref})
        case _:
            assert_never(event)


FILE: Decider[File, FileDocument, FileEvent] = Decider("file", File(), decide, evolve)
