"""The way of a disclosure: drafted, examined by two others, registered, shown inside, then outside.

``decide`` is the table of contents: writing is in ``drafting``, review and approval in ``examination``, the
two releases in ``release``, planned ones in ``planning``, what comes of them later in ``evidence``; what a disclosure
is, in ``versions``.
"""

from typing import assert_never

from services.publication.domain import drafting, evidence, examination, planning, release
from services.publication.domain.versions import Disclosure, evolve
from services.publication.events import DisclosureEvent
from shared.decider import Decider

Writing = (
    drafting.DraftDisclosure
    | drafting.ReviseDisclosure
    | drafting.AddAttachment
    | drafting.RemoveAttachment
    | drafting.OpenCorrection
)
Examining = (
    examination.SubmitDisclosure
    | examination.ClearSecrecy
    | examination.RefuseSecrecy
    | examination.ReturnDisclosure
    | examination.ApproveDisclosure
)
Releasing = (
    release.ReleaseInside
    | release.ReleaseOutside
    | planning.ScheduleRelease
    | planning.CancelSchedule
    | planning.RunSchedule
    | evidence.AddEvidence
)
DisclosureCommand = Writing | Examining | Releasing


def decide(disclosure: Disclosure, command: DisclosureCommand) -> list[DisclosureEvent]:
    if isinstance(command, Writing):
        return write(disclosure, command)
    if isinstance(command, Examining):
        return examine(disclosure, command)
    return show(disclosure, command)


def write(disclosure: Disclosure, command: Writing) -> list[DisclosureEvent]:
    match command:
        case drafting.DraftDisclosure():
            return drafting.draft(disclosure, command)
        case drafting.ReviseDisclosure():
            return drafting.revise(disclosure, command)
        case drafting.AddAttachment():
            return drafting.add_attachment(disclosure, command)
        case drafting.RemoveAttachment():
            return drafting.remove_attachment(disclosure, command)
        case drafting.OpenCorrection():
            return drafting.open_correction(disclosure, command)
        case _:
            assert_never(command)


def examine(disclosure: Disclosure, command: Examining) -> list[DisclosureEvent]:
    match command:
        case examination.SubmitDisclosure():
            return examination.submit(disclosure, command)
        case examination.ClearSecrecy():
            return examination.clear_secrecy(disclosure, command)
        case examination.RefuseSecrecy():
            return examination.refuse_secrecy(disclosure, command)
        case examination.ReturnDisclosure():
            return examination.return_for_revision(disclosure, command)
        case examination.ApproveDisclosure():
            return examination.approve(disclosure, command)
        case _:
            assert_never(command)


def show(disclosure: Disclosure, command: Releasing) -> list[DisclosureEvent]:
    match command:
        case release.ReleaseInside():
            return release.release_inside(disclosure, command)
        case release.ReleaseOutside():
            return release.release_outside(disclosure, command)
        case planning.ScheduleRelease():
            return planning.schedule(disclosure, command)
        case planning.CancelSchedule():
            return planning.cancel(disclosure, command)
        case planning.RunSchedule():
            return planning.run(disclosure, command)
        case evidence.AddEvidence():
            return evidence.add_evidence(disclosure, command)
        case _:
            assert_never(command)


DISCLOSURE: Decider[Disclosure, DisclosureCommand, DisclosureEvent] = Decider(
    "disclosure", Disclosure(), decide, evolve
)
