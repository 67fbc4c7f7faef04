"""Words for staged work and what happens in it, and what a refusal means there (PUB-26 to PUB-30)."""

from services.portal.i18n import mark as _

STAGED: dict[str, dict[str, str]] = {
    "matter": {"open": _("under way"), "ended": _("ended, not yet closed"), "closed": _("closed")},
    "redisclosure": {
        "pending": _("decision pending"),
        "re-disclose": _("to be disclosed anew"),
        "not-necessary": _("not necessary"),
        "begun": _("a new version is being written"),
    },
}
EXPLANATIONS_STAGED: dict[str, dict[str, str]] = {
    "matter": {
        "SUMMARY_MISSING": _(
            "The closing summary has not been made public in all its scope. Publishing it closes the work by itself."
        ),
        "STEP_OUT_OF_ORDER": _("The work has moved on since: that milestone was reached, or the work ended or closed."),
        "INVALID": _(
            "A day does not fit: milestones lie between the beginning and the end, what happened lies before tomorrow, "
            "and a plan is changed for days to come."
        ),
        "PERSONAL_DATA_FOUND": _("It holds personal information. Leave it out."),
        "OFF_CATALOGUE": _("The organisation's catalogue has no such item."),
    },
    "trigger": {
        "INVALID": _("What is told has happened already, of an item of that kind; hours go from 1 to 72."),
        "PERSONAL_DATA_FOUND": _("It holds personal information. Leave it out."),
        "OFF_CATALOGUE": _("The organisation's catalogue has no such item."),
    },
    "release-plan": {
        "INVALID": _(
            "A plan is for later, and its channels begin with it; who was present at a meeting is not foretold."
        ),
        "INSIDE_FIRST": _("Plan or make the disclosure inside the Party first."),
        "LEAD_TOO_SHORT": _("Between the disclosure inside the Party and that to society the lead must pass."),
        "STEP_OUT_OF_ORDER": _("It has been disclosed there already, or is planned to be, or is not approved yet."),
    },
    "redisclosure": {
        "STEP_OUT_OF_ORDER": _(
            "No such question is open, nobody has decided that it is disclosed anew, or it is being written already."
        ),
        "REASON_REQUIRED": _("Say why nothing is made public again."),
        "PERSONAL_DATA_FOUND": _("It holds personal information. Leave it out."),
    },
}
