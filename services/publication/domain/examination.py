"""Examining: attested as true, reviewed for secrecy, approved and so registered, by three people (A-22).

Whoever wrote a version neither reviews nor approves it, and whoever reviewed it does not approve it; that is
asked before the order of the steps, so that a person learns first what they may never do (SELF_APPROVAL).
"""

from dataclasses import dataclass, field
from datetime import date

from services.publication.domain import conditions
from services.publication.domain.conditions import LookedThrough
from services.publication.domain.drafting import must_not_be_refused_words, names, open_for_writing
from services.publication.domain.outside_text import as_outside, must_only_shorten
from services.publication.domain.versions import Content, Disclosure, Stage, Version
from services.publication.events import (
    SUMMARY_MAX,
    DisclosureApproved,
    DisclosureEvent,
    DisclosureReturned,
    DisclosureSubmitted,
    SecrecyCleared,
    SecrecyRefused,
)
from shared.decider import Refused
from shared.grounds import GROUNDS


@dataclass(frozen=True)
class SummaryRule:
    """The town's policy on summaries (PUB-34): whether one is needed, and of how many characters at most."""

    needed: bool = False
    longest: int = SUMMARY_MAX


FREE = SummaryRule()


@dataclass(frozen=True)
class SubmitDisclosure:
    """``attested_by`` are those in post who answer for the truth of what it says; whoever submits it is one of them."""

    by: str
    attested_by: tuple[str, ...]
    summary: SummaryRule = FREE


@dataclass(frozen=True)
class ClearSecrecy:
    by: str
    confirms_scope: bool
    confirms_time_limit: bool


@dataclass(frozen=True)
class RefuseSecrecy:
    by: str
    ground: str
    citation: str


@dataclass(frozen=True)
class ReturnDisclosure:
    by: str
    reason: str


@dataclass(frozen=True)
class ApproveDisclosure:
    """``register_number`` is the next of the organisation's register, entered in the same breath; ``looked`` as for
    the outside release (CAT-12).
    """

    by: str
    register_number: str
    on: date
    looked: LookedThrough = field(default_factory=dict)


def submit(disclosure: Disclosure, command: SubmitDisclosure) -> list[DisclosureEvent]:
    version = open_for_writing(disclosure)
    if version.stage == "refused":
        raise Refused("SECRECY_REFUSED", "This text was refused; it must be written anew first.")
    must_not_be_refused_words(disclosure, version.content)
    if not command.attested_by:
        raise Refused("MISSING_FIELD", "Someone must attest that it is true.", pointer="/attested_by")
    _must_have_its_summary(version.content, command.summary)
    must_only_shorten(version.content)
    _must_keep_what_was_left_out(disclosure, version)
    return [
        DisclosureSubmitted(
            **names(disclosure),
            title=version.content.title,
            submitted_by=command.by,
            attested_by=tuple(dict.fromkeys((*command.attested_by, command.by))),
            content_digest=version.content.digest,
            outside_digest=_outside_digest(version),
        )
    ]


def _must_have_its_summary(content: Content, rule: SummaryRule) -> None:
    """Conciseness: a summary of the length the town has set (PUB-34)."""
    summaries = {"/summary": content.summary}
    if content.outside:
        summaries["/outside/summary"] = content.outside.summary
    for pointer, summary in summaries.items():
        if rule.needed and not summary:
            raise Refused("MISSING_FIELD", "The town asks for a summary.", pointer=pointer)
        if len(summary) > rule.longest:
            detail, accepted = "The summary is too long.", f"at most {rule.longest} characters"
            raise Refused("OUT_OF_RANGE", detail, accepted=accepted, pointer=pointer)


def _must_keep_what_was_left_out(disclosure: Disclosure, version: Version) -> None:
    """What outside readers were not told, a correction does not tell them by omission; and it says what was wrong."""
    outside = version.content.outside
    if not version.replaces:
        return
    if disclosure.version(version.replaces).content.outside and outside is None:
        detail = "The version it corrects was shortened outside; say what is shown there now."
        raise Refused("MISSING_FIELD", detail, accepted="an outside text, be it the whole", pointer="/outside")
    if outside and not outside.note:
        raise Refused("REASON_REQUIRED", "A correction says outside what was wrong.", pointer="/outside/note")


def _outside_digest(version: Version) -> str:
    return as_outside(version.content).digest if version.content.outside else ""


def clear_secrecy(disclosure: Disclosure, command: ClearSecrecy) -> list[DisclosureEvent]:
    version = _under_review(disclosure, command.by)
    for pointer, confirmed in (
        ("scope", command.confirms_scope),
        ("time_limit", command.confirms_time_limit),
    ):
        if not confirmed:
            detail = "The reviewer confirms scope and time limit, or returns it."
            raise Refused("MISSING_FIELD", detail, pointer=f"/confirms_{pointer}")
    drafted = disclosure.drafted
    return [
        SecrecyCleared(
            **names(disclosure),
            title=version.content.title,
            reviewer=command.by,
            confirmed_scope=drafted.item_scope if drafted else "",
            confirmed_time_limit=drafted.time_limit if drafted else "",
            content_digest=version.digest,
        )
    ]


def refuse_secrecy(disclosure: Disclosure, command: RefuseSecrecy) -> list[DisclosureEvent]:
    version = _under_review(disclosure, command.by)
    must_have_ground(command.ground, command.citation)
    return [
        SecrecyRefused(
            **names(disclosure),
            ground=command.ground,
            citation=command.citation.strip(),
            reviewer=command.by,
            digest=version.digest,
        )
    ]


def must_have_ground(ground: str, citation: str) -> None:
    """Whatever is kept from members is kept on a ground of the list, with the rule it stands on (A-11, CAT-14)."""
    if ground not in GROUNDS:
        raise Refused("REASON_REQUIRED", "Name a ground.", accepted=", ".join(GROUNDS), pointer="/ground")
    if not citation.strip():
        raise Refused("REASON_REQUIRED", "Cite the rule that the ground stands on.", pointer="/citation")


def return_for_revision(disclosure: Disclosure, command: ReturnDisclosure) -> list[DisclosureEvent]:
    """By reviewer or approver, as long as nobody was shown it: a mistake seen in time goes no further."""
    version = _standing(disclosure)
    _must_be_another(command.by, version.authors, "wrote")
    _must_stand(version, "submitted", "cleared", "approved")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Say what is to be changed.", pointer="/reason")
    title, reason = version.content.title, command.reason.strip()
    return [DisclosureReturned(**names(disclosure), title=title, by=command.by, reason=reason)]


def approve(disclosure: Disclosure, command: ApproveDisclosure) -> list[DisclosureEvent]:
    """Whoever approves answers for its truth too, and so joins those who attested it (PUB-31)."""
    version = _standing(disclosure)
    _must_be_another(command.by, version.authors, "wrote")
    _must_be_another(command.by, (version.reviewer,), "reviewed")
    _must_stand(version, "cleared")
    if version.content.outside and disclosure.drafted:  # what is shown outside is approved with it
        shown, note = as_outside(version.content), version.content.outside.note
        conditions.must_be_met(disclosure.drafted.conditions, shown, command.looked, note)
    return [
        DisclosureApproved(
            **names(disclosure),
            title=version.content.title,
            approver=command.by,
            author=version.authors[0],
            reviewer=version.reviewer,
            attested_by=tuple(dict.fromkeys((*version.attested_by, command.by))),
            register_number=command.register_number,
            content_digest=version.digest,
            outside_digest=_outside_digest(version),
            on=command.on,
        )
    ]


def _under_review(disclosure: Disclosure, reviewer: str) -> Version:
    version = _standing(disclosure)
    _must_be_another(reviewer, version.authors, "wrote")
    _must_stand(version, "submitted")
    return version


def _standing(disclosure: Disclosure) -> Version:
    if disclosure.drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return disclosure.current


def _must_be_another(person: str, others: tuple[str, ...], did: str) -> None:
    if person in others:
        raise Refused(
            "SELF_APPROVAL",
            f"Whoever {did} it does not decide on it.",
            accepted="author, secrecy reviewer and approver are three persons",
        )


def _must_stand(version: Version, *stages: Stage) -> None:
    if version.stage not in stages:
        raise Refused(
            "STEP_OUT_OF_ORDER",
            f"The version is {version.stage}.",
            accepted=" or ".join(stages),
            facts={"stage": version.stage, "expected": list(stages)},
        )
