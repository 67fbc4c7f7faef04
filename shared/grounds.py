"""On which grounds something is kept from those it would usually reach: the code list of A-11."""

GROUNDS = (
    "state-secret",
    "party-secret",
    "other-regulation",
    "personal-privacy",
    "case-under-investigation",
    "business-secret",
    "deliberation",
)
