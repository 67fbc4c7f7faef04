"""Words for the codes of catalogues, their changes in four steps, work plans, withholdings and filings.

``EXPLANATIONS_OF`` holds what a refusal means in one of these matters where it reads otherwise than for a disclosure.
"""

from services.portal.i18n import mark as _

FILED: dict[str, dict[str, str]] = {
    "change": {
        "add": _("new item"),
        "change": _("change of the item"),
        "revoke": _("revocation"),
        "terminate": _("termination"),
    },
    "change-stage": {
        "requested": _("waits for approval"),
        "refused": _("not approved"),
        "approved": _("waits for the town's audit"),
        "returned": _("returned by the audit"),
        "audited": _("waits for the county's receipt"),
        "filed": _("waits for its announcement"),
        "announced": _("announced and in force"),
    },
    "change-step": {
        "approval": _("Request and approval"),
        "audit": _("Audit by the town leading group"),
        "filing": _("Filing with the county for the record"),
        "announcement": _("Announcement and explanation"),
    },
    "step-state": {"done": _("done"), "waiting": _("now its turn"), "to come": _("to come")},
    "chain": {
        "requested": _("requested"),
        "approved": _("approved"),
        "refused": _("refused"),
        "audited": _("audited and passed"),
        "returned": _("returned"),
        "submitted": _("submitted for the record"),
        "received": _("received under a number"),
        "deemed-received": _("deemed received, no receipt in time"),
        "returned-for-completion": _("returned for completion"),
        "announced-inside": _("announced inside the Party"),
        "announced-outside": _("announced to society"),
        "bound": _("the change came into force"),
    },
    "filing-stage": {
        "submitted": _("waits for its receipt"),
        "returned": _("returned for completion"),
        "received": _("received"),
    },
    "filing-about": {"change": _("change of a catalogue"), "withholding": _("withholding")},
    "plan-stage": {
        "submitted": _("waits for the decision"),
        "approved": _("approved"),
        "refused": _("refused"),
        "secrecy-refused": _("refused in secrecy review"),
    },
    "condition": {
        "no-names-outside": _("no names outside the Party"),
        "inside-only": _("inside the Party only"),
        "as-stated": _("as stated"),
    },
    "withholding": {
        "not-suitable": _("not suitable for disclosure"),
        "temporarily-not": _("temporarily not disclosed"),
    },
    "withholding-end": {
        "expired": _("expired"),
        "withdrawn": _("withdrawn"),
        "replaced": _("replaced by a new filing"),
    },
    "withholding-stage": {
        "proposed": _("waits for the secrecy reviewer"),
        "refused": _("not confirmed by the reviewer"),
        "taken-back": _("taken back"),
        "filed": _("stands"),
    },
    "review-ground": {
        "ground-does-not-apply": _("The ground does not apply."),
        "rule-does-not-say-so": _("The rule does not say so."),
        "shorter-time-suffices": _("A shorter time suffices."),
        "part-may-be-made-public": _("A part of it may be made public."),
    },
    "cycle": {
        "monthly": _("every month"),
        "quarterly": _("every quarter"),
        "half-yearly": _("every half-year"),
        "yearly": _("every year"),
    },
    "post": {
        "county-office": _("office of the county leading group"),
        "county-cdi": _("county commission for discipline inspection"),
        "committee-secretary": _("secretary of the committee"),
        "leading-group-head": _("head of the town leading group"),
        "leading-group-office": _("office of the leading group"),
        "cdi-secretary": _("secretary of the town commission for discipline inspection"),
        "unit-officer": _("officer of the unit in charge"),
        "secretary": _("secretary"),
        "clerk": _("clerk"),
        "secrecy-reviewer": _("secrecy reviewer"),
        "supervisor": _("supervisor"),
    },
    "field": {
        "id": _("No."),
        "sub_item": _("No."),
        "title_zh": _("Title in Chinese"),
        "title_en": _("Title in English"),
        "content": _("Content"),
        "basis": _("Legal or regulatory basis"),
        "scope": _("Scope"),
        "audience_inside": _("Readers inside the Party"),
        "audience_outside": _("Readers outside the Party"),
        "methods": _("Methods"),
        "kind": _("Time limit"),
        "cycle": _("Cycle"),
        "fine_tune": _("Monthly fine-tune"),
        "limit_days": _("Limit in working days"),
        "limit_hours": _("Limit in hours"),
        "unit": _("Responsible unit"),
        "major": _("Major decision"),
    },
}

EXPLANATIONS_MORE: dict[str, str] = {
    "UNKNOWN_CODE": _("The marked field takes another kind of value."),
    "OUT_OF_RANGE": _("The value lies outside what is allowed."),
    "CATEGORY_UNASSIGNED": _(
        "No unit is in charge of that category in the town; the leading group's office divides it."
    ),
    "WRONG_SUPERIOR": _("It is filed with the organisation that is next higher today."),
    "FILING_REQUIRED": _("The county must have received the change for the record before it is announced."),
    "NOT_ELIGIBLE": _("The person does not hold the post that this needs."),
    "CONDITION_NOT_MET": _("A name that is to be masked outside the Party stands in the title."),
    "ALREADY_REGISTERED": _("It is there already."),
}

EXPLANATIONS_OF: dict[str, dict[str, str]] = {
    "change": {
        "SELF_APPROVAL": _("Each step of a change is taken by another person."),
        "STEP_OUT_OF_ORDER": _("Request and approval, audit, filing, announcement: the steps go in this order."),
        "NOT_YOUR_REMIT": _("This is for the unit in charge of all these items, or for another post than yours."),
        "VERSION_CONFLICT": _(
            "An item of the request was changed meanwhile, or another change of it is under way. The wording in force "
            "stands below; look, then send again."
        ),
        "OFF_CATALOGUE": _("The catalogue in force does not have this item."),
        "NOT_IN_FORCE": _("There is no catalogue yet that could be changed."),
        "INVALID": _("Something in the marked line does not go together."),
    },
    "audit": {
        "SELF_APPROVAL": _("Whoever asked for the change or approved it does not audit it."),
        "STEP_OUT_OF_ORDER": _("The change does not wait for the audit any more, or not yet."),
        "NOT_YOUR_REMIT": _("The town has its audits done by persons outside the approving unit."),
    },
    "filing": {
        "SELF_APPROVAL": _("Nobody receipts a filing in which they had a part."),
        "STEP_OUT_OF_ORDER": _("The filing does not wait for this step any more, or not yet."),
    },
    "plan": {
        "SELF_APPROVAL": _("Whoever submitted a plan does not decide on it."),
        "STEP_OUT_OF_ORDER": _("The plan has been decided already."),
        "NOT_YOUR_REMIT": _("The unit in charge of the plan's category decides on it."),
        "SECRECY_REFUSED": _("The plan was refused for secrecy; its words are not kept."),
    },
    "withholding": {
        "SELF_APPROVAL": _("The reviewer who confirms the ground is another person than who proposes it."),
        "STEP_OUT_OF_ORDER": _("It does not wait for this step, or another for this item waits for its reviewer."),
        "NOT_ELIGIBLE": _("Choose a secrecy reviewer of the organisation or of one above it."),
        "OUT_OF_RANGE": _("A temporary withholding must end within the days that the town allows; then file anew."),
        "OFF_CATALOGUE": _("The catalogue in force does not have this item."),
        "REASON_REQUIRED": _("Name the ground, and the rule on which it rests."),
        "VERSION_CONFLICT": _("Another filing for this item came in meanwhile. Look at it, then send again."),
    },
    "channel": {
        "UNKNOWN_CODE": _("A code has small letters, digits and hyphens, and is none of the 11 usual channels."),
        "ALREADY_REGISTERED": _("Whom a channel reaches is settled once and for all; take another code."),
        "NOT_IN_FORCE": _("The town has no such channel on that day."),
    },
}
