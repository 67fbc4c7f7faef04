"""The facts of the archive: the running file of a year and its papers, and the dossiers of staged matters."""

from typing import get_args

from services.archive.events.dossiers import (
    DossierConsulted,
    DossierDueMoved,
    DossierEvent,
    DossierFact,
    DossierFellOverdue,
    DossierFiled,
    DossierNumberGiven,
    DossierOwed,
    DossierPaper,
)
from services.archive.events.files import DocumentFiled, FileEvent, FileOpened, Kind, Retention
from shared.events import Registry

REGISTRY = Registry("archive", [*get_args(FileEvent), *get_args(DossierEvent), DossierNumberGiven])

__all__ = [
    "REGISTRY",
    "DocumentFiled",
    "DossierConsulted",
    "DossierDueMoved",
    "DossierEvent",
    "DossierFact",
    "DossierFellOverdue",
    "DossierFiled",
    "DossierNumberGiven",
    "DossierOwed",
    "DossierPaper",
    "FileEvent",
    "FileOpened",
    "Kind",
    "Retention",
]
