"""HTTP to audit: the accountability traces (``traces``), the town's audits (``cases``), filings for the record
(``filings``), the transparency log as its readers want it (``log``), and the receipts of what happened (``receipts``).
"""

from services.audit.api import cases, filings
from services.audit.api.appraisals import AppraisalParts, appraisal_routes
from services.audit.api.casework import Casework
from services.audit.api.log import LogParts, log_routes
from services.audit.api.receipts import receipt_routes
from services.audit.api.traces import Parts, routes
from shared.web import Api

__all__ = [
    "AppraisalParts",
    "Casework",
    "LogParts",
    "Parts",
    "appraisal_routes",
    "casework_routes",
    "log_routes",
    "receipt_routes",
    "routes",
]


def casework_routes(parts: Casework) -> Api:
    router = Api("audit")
    cases.add(router, parts)
    filings.add(router, parts)
    return router
