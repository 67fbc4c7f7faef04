"""Words for the codes of procedures: major decisions, cadre matters, sessions in which members ask, appraisals.

``EXPLANATIONS`` holds what a refusal means in one of these matters, ``EXPECTED`` what a service says must come first.
"""

from services.portal.i18n import mark as _

PROCEDURES: dict[str, dict[str, str]] = {
    "round": {"inside": _("opinions inside the Party"), "society": _("opinions of society")},
    "decision-stage": {
        "opened": _("opened"),
        "notified": _("members notified"),
        "soliciting-inside": _("opinions inside the Party"),
        "soliciting-society": _("opinions of society"),
        "summarised": _("opinions weighed"),
        "published": _("result published"),
        "dropped": _("given up"),
    },
    "part": {
        "solicitation": _("text for opinions"),
        "result": _("result"),
        "follow-up": _("follow-up"),
        "inspection-notice": _("inspection notice"),
        "publicity": _("pre-appointment publicity"),
        "appointment": _("appointment and dismissal"),
    },
    "cadre-kind": {"appointment": _("appointment"), "dismissal": _("dismissal")},
    "cadre-stage": {
        "opened": _("opened"),
        "noticed": _("inspection announced"),
        "inspected": _("inspection held"),
        "publicity": _("pre-appointment publicity"),
        "decided": _("decided"),
        "ended": _("ended without an appointment"),
    },
    "cadre-step": {
        "inspection": _("Record the inspection"),
        "appointment": _("Decide the appointment"),
        "objections": _("Record an objection"),
        "taking-down": _("The notice came down"),
        "putting-up": _("The notice is up again"),
        "withdrawal": _("Withdraw a candidate"),
    },
    "outcome": {
        "not-established": _("not established"),
        "established-no-bar": _("established, no bar to the appointment"),
        "established-bars": _("established, bars the appointment"),
    },
    "moved-by": {
        "calendar": _("the calendar was issued anew"),
        "parameter": _("the town prescribed another number of days"),
    },
    "session": {"hearing": _("hearing"), "consultation": _("consultation"), "inquiry": _("inquiry")},
    "session-stage": {
        "scheduled": _("announced"),
        "cancelled": _("called off"),
        "published": _("record published"),
    },
    "appraisal-state": {
        "overdue": _("overdue"),
        "owed": _("still to be scheduled"),
        "scheduled": _("scheduled"),
        "held": _("held"),
    },
    "procedure-act": {
        "MajorDecisionOpened": _("decision opened"),
        "MajorDecisionNotified": _("notification inside the Party recorded"),
        "SolicitingOpened": _("round of opinions opened"),
        "SolicitingProlonged": _("round of opinions prolonged"),
        "SolicitingClosed": _("round of opinions closed and counted"),
        "OpinionsSummarised": _("opinions weighed"),
        "DecisionResultPublished": _("result published"),
        "MajorDecisionDropped": _("decision given up"),
        "CadreMatterOpened": _("matter opened"),
        "CadreStageShown": _("notice shown to all whom it is for"),
        "InspectionHeld": _("inspection held"),
        "PublicityBegan": _("publicity began"),
        "PublicityMoved": _("last day of the publicity moved"),
        "PublicityTakenDown": _("notice came down"),
        "PublicityEnded": _("publicity over"),
        "ObjectionReceived": _("objection received"),
        "ObjectionSettled": _("objection settled"),
        "CandidateWithdrawn": _("candidate withdrawn"),
        "AppointmentDecided": _("appointment decided"),
        "CadreMatterEnded": _("ended without an appointment"),
    },
    "evidence": {
        "on": _("Date"),
        "present": _("Present"),
        "of": _("Of all members"),
        "minutes": _("Minutes"),
        "place": _("Place"),
        "posted_at": _("Posted at"),
        "url": _("Address"),
        "number": _("Document number"),
        "distribution": _("Distributed to"),
        "issue": _("Issue"),
        "recipients": _("Recipients"),
    },
}

PROCEDURES_EXPLAINED: dict[str, dict[str, str]] = {
    "decision": {
        "STEP_OUT_OF_ORDER": _(
            "Notification inside the Party, opinions inside, opinions of society, weighing, result: in this order."
        ),
        "PERIOD_TOO_SHORT": _("Opinions must be solicited for all the days prescribed."),
        "MISSING_FIELD": _(
            "Fill in the marked fields. Where opinions came in, the weighing must say what became of them."
        ),
        "REASON_REQUIRED": _("Say why: of what was not taken, or why it is given up."),
        "WRONG_DATE": _("The day lies between the opening and today."),
        "CHANNEL_NOT_FOR_SCOPE": _("What is for inside the Party is not told or asked outside it."),
        "OUT_OF_RANGE": _("That is more days than the platform takes."),
        "OFF_CATALOGUE": _("The organisation's catalogue has no such item in force."),
    },
    "cadre": {
        "STEP_OUT_OF_ORDER": _(
            "Inspection notice, inspection, publicity, every objection settled, appointment: in this order."
        ),
        "PERIOD_TOO_SHORT": _("The days prescribed are counted in whole working days and are not over."),
        "MISSING_FIELD": _("Fill in the marked fields. Whom an objection bars must be named."),
        "WRONG_DATE": _("It was not held or taken down in the future, nor before it was put up."),
        "NOT_YOUR_REMIT": _("Cadre matters are kept by the unit that is in charge of them in the town."),
        "CATEGORY_UNASSIGNED": _("No unit is in charge of cadre matters in the town yet."),
    },
    "session": {
        "STEP_OUT_OF_ORDER": _(
            "Answers are given once, from the day of the session on; what was held or published is not called off."
        ),
        "REPLY_MISSING": _("A question has neither an answer nor the promise of one."),
        "NOT_A_MEMBER": _("Party members of the organisation ask here. Anyone may give an opinion instead."),
        "NOT_YOUR_REMIT": _("Only the organisation's own desk keeps its sessions."),
        "MISSING_FIELD": _("Fill in the marked fields."),
    },
    "appraisal": {
        "WRONG_DATE": _("It lies within the year, from today on, and not while another is open."),
        "STEP_OUT_OF_ORDER": _(
            "It is called off before it opens. Results are those shown to the members after it closed, and of no other."
        ),
    },
}

EXPECTED: dict[str, str] = {  # what the services say in English must come first
    "the intra-Party notification": _("the notification inside the Party"),
    "the summary of the opinions": _("the weighing of the opinions"),
    "the inside round": _("the round inside the Party"),
    "the society round": _("the round in society"),
    "the round's closing, which follows by itself": _("the round's closing, which follows by itself"),
    "the result first": _("the result first"),
    "the inspection notice (5.4)": _("the inspection notice (5.4)"),
    "the inspection, after its notice (5.4)": _("the inspection, after its notice (5.4)"),
    "the publicity (5.5)": _("the publicity (5.5)"),
    "putting it up again": _("putting it up again"),
    "the withdrawal of the candidate": _("the withdrawal of the candidate"),
    "the decision on the appointment": _("the decision on the appointment"),
    "appointment and dismissal (5.6)": _("appointment and dismissal (5.6)"),
}
