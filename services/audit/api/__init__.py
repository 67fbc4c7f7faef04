"""HTTP to audit: the accountability traces (``traces``), the transparency log as its readers want it (``log``), and the
receipts of what happened (``receipts``).
"""

from services.audit.api.log import LogParts, log_routes
from services.audit.api.receipts import receipt_routes
from services.audit.api.traces import Parts, routes

__all__ = ["LogParts", "Parts", "log_routes", "receipt_routes", "routes"]
