"""What people read in place of a code: kinds, duties, states, channels, refusals, in the terms of the
project.

A code that is not here is shown as it is, so that a new one is never hidden.
"""

from typing import Any

from services.portal.clients import Refusal
from services.portal.i18n import Language
from services.portal.i18n import mark as _
from services.portal.labels_dossiers import DOSSIERS, EXPLANATIONS_DOSSIERS, PLAN_PAPER
from services.portal.labels_filed import EXPLANATIONS_MORE, EXPLANATIONS_OF, FILED
from services.portal.labels_procedures import EXPECTED, PROCEDURES, PROCEDURES_EXPLAINED
from services.portal.labels_staged import EXPLANATIONS_STAGED, STAGED
from shared.web.codes import CODES

LABELS: dict[str, dict[str, str]] = {
    "organisation": {
        "enterprise": _("enterprise"),
        "rural": _("rural"),
        "organ": _("organ"),
        "school": _("school"),
        "hospital": _("hospital"),
        "social": _("social organisation"),
        "other": _("other"),
    },
    "kind": {
        "long-term": _("long-term disclosure"),
        "periodic": _("periodic disclosure"),
        "staged": _("staged disclosure"),
        "immediate": _("immediate disclosure"),
    },
    "duty": {
        "first": _("first disclosure"),
        "republication": _("re-disclosure"),
        "replacement": _("quarterly replacement"),
        "fine-tune": _("monthly fine-tune"),
        "existence-check": _("check that it is still shown and right"),
        "stage": _("staged disclosure"),
        "summary": _("final summary disclosure"),
        "triggered": _("immediate disclosure"),
    },
    "scope": {
        "inside": _("inside the Party"),
        "inside-then-outside": _("inside before outside"),
        "outside": _("to society"),
        "named": _("named persons"),
        "members": _("members of the organisation"),
        "unit-staff": _("members and staff of the unit"),
        "town-members": _("members of the town"),
        "society": _("society"),
    },
    "channel": {
        "meeting": _("meeting of members"),
        "document": _("numbered document"),
        "briefing": _("briefing"),
        "intranet": _("office intranet"),
        "activity-room-board": _("activity-room board"),
        "reading-room": _("document reading room"),
        "public-column": _("public column"),
        "website": _("party-building website"),
        "led": _("LED screen"),
        "touch-screen": _("touch screen"),
        "news-media": _("news media"),
        "online": _("form on this site"),
        "suggestion-box": _("suggestion box"),
        "telephone": _("contact telephone"),
        "email": _("e-mail"),
        "reception-day": _("reception day"),
        "supervisor": _("supervisor"),
        "consultation": _("active consultation"),
    },
    "state": {
        "draft": _("draft"),
        "submitted": _("waiting for secrecy review"),
        "refused": _("refused in secrecy review"),
        "cleared": _("waiting for approval"),
        "approved": _("approved and registered"),
        "inside": _("disclosed inside the Party"),
        "outside": _("disclosed to society"),
        "open": _("open"),
        "overdue": _("overdue"),
        "fulfilled": _("fulfilled"),
        "suspended": _("waits while withheld"),
        "ended": _("ended with its item"),
        "received": _("received"),
        "acknowledged": _("acknowledged"),
        "assigned": _("being handled"),
        "decided": _("decided"),
        "replied": _("replied"),
        "closed": _("closed"),
    },
    "day": {
        "receipt-day": _("the day itself, not counted"),
        "weekend": _("weekend"),
        "holiday": _("public holiday"),
    },
    "disposition": {
        "adopt": _("adopted"),
        "partly": _("partly adopted"),
        "not-adopt": _("not adopted"),
    },
    "giver": {"anonymous": _("anonymous"), "member": _("Party member"), "masses": _("not a Party member")},
    "paper": {
        "version": _("version"),
        "approval": _("approval sheet"),
        "channel-evidence": _("channel evidence"),
        "opinion": _("opinion"),
        "handling": _("handling"),
        "reply": _("reply"),
    },
    "retention": {"permanent": _("permanent"), "30-years": _("30 years"), "10-years": _("10 years")},
    "ground": {
        "state-secret": _("state secret"),
        "party-secret": _("Party secret"),
        "other-regulation": _("other regulation"),
        "personal-privacy": _("personal privacy"),
        "case-under-investigation": _("case under investigation"),
        "business-secret": _("business secret of a third party"),
        "deliberation": _("draft or deliberation"),
    },
    "act": {
        "DisclosureDrafted": _("drafted"),
        "DisclosureRevised": _("revised"),
        "AttachmentAdded": _("attachment added"),
        "AttachmentRemoved": _("attachment removed"),
        "DisclosureSubmitted": _("submitted, attested as true"),
        "SecrecyCleared": _("secrecy review passed"),
        "SecrecyRefused": _("refused in secrecy review"),
        "DisclosureReturned": _("returned"),
        "DisclosureApproved": _("approved and registered"),
        "DisclosureReleasedInside": _("disclosed inside the Party"),
        "DisclosureReleasedOutside": _("disclosed to society"),
        "CorrectionOpened": _("correction opened"),
        "VersionCorrected": _("corrected"),
        "ReleaseScheduled": _("release planned"),
        "ReleaseScheduleCancelled": _("planned release called off"),
        "ScheduledReleaseMissed": _("planned release did not happen"),
        "RedisclosureOpened": _("new version opened because of opinions"),
        "VersionRedisclosed": _("disclosed anew because of opinions"),
        "EvidenceAdded": _("evidence added"),
        "proposed": _("drafted"),
        "attached": _("attachment added"),
        "detached": _("attachment removed"),
        "attested": _("attested as true"),
        "found": _("found the mistake"),
        "refused-for-secrecy": _("refused in secrecy review"),
        "correction-proposed": _("correction opened"),
        "evidence-added": _("evidence added"),
        "release-planned": _("release planned"),
        "plan-cancelled": _("planned release called off"),
        "release-missed": _("planned release did not happen"),
        "redisclosure-proposed": _("new version opened because of opinions"),
        "redisclosed": _("disclosed anew because of opinions"),
        "opinion-received": _("opinion received"),
        "opinion-acknowledged": _("receipt acknowledged"),
        "opinion-extended": _("time for the reply extended"),
        "opinion-assigned": _("opinion assigned"),
        "opinion-decided": _("opinion decided on"),
        "opinion-closed": _("opinion closed"),
        "replied": _("replied"),
        "revised": _("revised"),
        "submitted": _("submitted, attested as true"),
        "reviewed": _("secrecy review passed"),
        "returned": _("returned"),
        "approved": _("approved and registered"),
        "released-inside": _("disclosed inside the Party"),
        "released-outside": _("disclosed to society"),
        "corrected": _("corrected"),
    },
    "service": {
        "catalogue": _("catalogue"),
        "publication": _("disclosure"),
        "feedback": _("opinions"),
        "archive": _("archive"),
        "audit": _("accountability"),
        "issuer": _("sign-in"),
    },
}

OWN_TITLES: dict[str, str] = {
    "FORM_NOT_OURS": _("The form has expired"),
    "SIGN_IN_FAILED": _("Sign-in did not succeed"),
    "COMMAND_REUSED": _("Already sent"),
}
EXPLANATIONS: dict[str, str] = {
    "PERSONAL_DATA_FOUND": _("It holds personal information. Mask it (de-identify), or take it out."),
    "SELF_APPROVAL": _(
        "Whoever drafted it may neither review nor approve it, and whoever reviewed it may not approve it."
    ),
    "INSIDE_FIRST": _("It must be disclosed inside the Party before it is disclosed to society."),
    "LEAD_TOO_SHORT": _("The lead of the inside disclosure is not over yet."),
    "CHANNEL_NOT_FOR_SCOPE": _("This channel reaches people outside the scope of the disclosure."),
    "SUMMARY_MISSING": _("The LED screen needs a short text of 1 to 60 characters."),
    "MISSING_FIELD": _("Fill in the marked fields."),
    "INVALID": _("The marked fields do not have the right form."),
    "REASON_REQUIRED": _("Say why."),
    "NOT_YOUR_REMIT": _("None of your posts permits this here."),
    "WITHHELD": _("It is on file that this item is withheld; it can be made public once the filing has ended."),
    "NOT_IN_FORCE": _("No catalogue of the organisation that is in force on that day holds this item."),
    "OFF_CATALOGUE": _("A matter outside the catalogue needs an approved work plan first."),
    "STEP_OUT_OF_ORDER": _("Draft, secrecy review, approval, inside, outside: the steps go in this order."),
    "SECRECY_REFUSED": _("This version was refused in secrecy review and goes no further."),
    "REPLY_MISSING": _("An opinion is closed only after its reply."),
    "VERSION_CONFLICT": _(
        "Somebody changed this after you opened the page. It is shown below as it is now; look, then send again."
    ),
    "IDEMPOTENCY_KEY_REUSED": _("This form was sent before with other content. Open the page anew."),
    "FORM_NOT_OURS": _("Open the page anew and send the form again."),
    "TOO_LARGE": _("The file is larger than what is accepted."),
    "SIGN_IN_FAILED": _("The answer of the sign-in service did not fit. Try again."),
    "TOO_MANY_REQUESTS": _("Wait a little and try again."),
}


LABELS.update(FILED)
LABELS.update(STAGED)
EXPLANATIONS_OF.update(EXPLANATIONS_STAGED)
LABELS.update(DOSSIERS)
LABELS["paper"]["plan"] = PLAN_PAPER
EXPLANATIONS_OF.update(EXPLANATIONS_DOSSIERS)
LABELS.update(PROCEDURES)
EXPLANATIONS_OF.update(PROCEDURES_EXPLAINED)


def label(language: Language, vocabulary: str, code: Any) -> str:
    return language.text(LABELS[vocabulary].get(str(code or ""), str(code or "")))


def refusal_title(language: Language, code: str) -> str:
    known = CODES.get(code)
    title = (known.zh if language.code == "zh" else known.en) if known else ""
    return title or language.text(OWN_TITLES.get(code, _("This was refused")))


def refusal_texts(language: Language, refusal: Refusal) -> dict[str, str]:
    """Title, explanation and what would be accepted; the service's own English words only where we have none."""
    earliest = language.not_before(_fact(refusal, "earliest", "earliest_at", "not_before"))
    words = says_more(language, refusal) and not earliest
    return {
        "title": refusal_title(language, refusal.code),
        "explanation": language.text(_explanation(refusal)),
        "detail": refusal.detail if words else "",
        "accepted": refusal.accepted if words else "",
        "earliest": earliest,
        "expected": language.text(EXPECTED.get(_fact(refusal, "expected"), "")),
        "place": _places(refusal),
        "left_out": ", ".join(label(language, "channel", channel) for channel in refusal.facts.get("left_out", [])),
    }


def _explanation(refusal: Refusal) -> str:
    """As it reads in the matter that the form is about, if that has words of its own."""
    own = EXPLANATIONS_OF.get(refusal.about, {}).get(refusal.code, "")
    return own or EXPLANATIONS.get(refusal.code, "") or EXPLANATIONS_MORE.get(refusal.code, "")


def says_more(language: Language, refusal: Refusal) -> bool:
    """Services speak English: their own words are shown on English pages, or where we have none in Chinese."""
    return language.code == "en" or not _explanation(refusal)


def _fact(refusal: Refusal, *names: str) -> str:
    return next((str(refusal.facts[n]) for n in names if refusal.facts.get(n)), "")


def _places(refusal: Refusal) -> str:
    """Where in a sheet personal data stands: ``Sheet1!C7``."""
    found = refusal.facts.get("found") or refusal.facts.get("places") or refusal.facts.get("cells") or []
    if isinstance(found, str):
        return found
    places = [str(f.get("place") or f.get("cell") or "") if isinstance(f, dict) else str(f) for f in found]
    return ", ".join(p for p in places if p) or _fact(refusal, "place", "cell")
