"""What the register view reads of catalogue's events: of each, the fields it needs."""

from datetime import date
from typing import ClassVar

from shared.events import Heard


class _OfCatalogue(Heard):
    SERVICE: ClassVar[str] = "catalogue"


class TownRegistered(_OfCatalogue):
    EVENT = "TownRegistered"
    town: str
    name_zh: str
    name_en: str


class OrganisationRegistered(_OfCatalogue):
    EVENT = "OrganisationRegistered"
    organisation: str
    town: str
    type: str
    level: str
    name_zh: str
    name_en: str
    on: date


class OrganisationPlaced(_OfCatalogue):
    EVENT = "OrganisationPlaced"
    organisation: str
    superior: str
    on: date


class PersonRegistered(_OfCatalogue):
    EVENT = "PersonRegistered"
    person: str
    name_zh: str
    name_en: str


class ErasureConfirmed(_OfCatalogue):
    EVENT = "ErasureConfirmed"
    person: str


class PostTaken(_OfCatalogue):
    EVENT = "PostTaken"
    organisation: str
    post: str
    kind: str
    title_zh: str
    title_en: str
    person: str
    on: date
    term: date | None = None


class PostLeft(_OfCatalogue):
    EVENT = "PostLeft"
    organisation: str
    post: str
    person: str
    on: date


class MemberAdmitted(_OfCatalogue):
    EVENT = "MemberAdmitted"
    organisation: str
    person: str
    on: date


class MemberLeft(_OfCatalogue):
    EVENT = "MemberLeft"
    organisation: str
    person: str
    on: date


class MemberTransferred(_OfCatalogue):
    EVENT = "MemberTransferred"
    organisation: str
    to_organisation: str
    to_town: str
    person: str
    on: date


class StaffRecorded(_OfCatalogue):
    EVENT = "StaffRecorded"
    organisation: str
    person: str
    on: date


class StaffLeft(_OfCatalogue):
    EVENT = "StaffLeft"
    organisation: str
    person: str
    on: date


class DivisionSet(_OfCatalogue):
    EVENT = "DivisionSet"
    town: str
    category: str
    unit: str
    on: date


class ParameterSet(_OfCatalogue):
    EVENT = "ParameterSet"
    town: str
    parameter: str
    value: str
    on: date


class CalendarPublished(_OfCatalogue):
    EVENT = "CalendarPublished"
    year: int
    version: int
    source: str
    holidays: tuple[date, ...]
    make_up_workdays: tuple[date, ...]
