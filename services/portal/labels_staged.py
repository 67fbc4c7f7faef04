"""Words for staged work and what happens in it, and what a refusal means there (PUB-26 to PUB-30)."""

from services.portal.i18n import mark as _

STAGED: dict[str, dict[str, str]] = {
    "matter": {"open": _("under way"), "ended": _("ended, not yet closed"), "closed": _("closed")},
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
}
