"""The facts of a leading group: formed by a body with a head, members and an office, changed, and dissolved.

Stream ``group-<body>``, where the body is a town's committee or one of its organisations (ORG-05). What held
on a past day stays told. Start at :class:`LeadingGroupFormed`.
"""

from datetime import date

from shared.events import Event


class OfLeadingGroup(Event):
    body: str
    town: str
    on: date


class LeadingGroupFormed(OfLeadingGroup):
    """``head`` is the body's principal person on that day; ``office`` is the organisation that does its work (A-18)."""

    head: str
    members: tuple[str, ...]
    office: str


class LeadingGroupHeadChanged(OfLeadingGroup):
    head: str


class LeadingGroupMembersChanged(OfLeadingGroup):
    joined: tuple[str, ...]
    left: tuple[str, ...]


class LeadingGroupOfficeSet(OfLeadingGroup):
    office: str


class LeadingGroupDissolved(OfLeadingGroup):
    pass


LeadingGroupEvent = (
    LeadingGroupFormed
    | LeadingGroupHeadChanged
    | LeadingGroupMembersChanged
    | LeadingGroupOfficeSet
    | LeadingGroupDissolved
)
