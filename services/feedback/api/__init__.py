"""HTTP to feedback: opinions on what is shown (``opinions``), and sessions on inner-Party affairs (``sessions``)."""

from services.feedback.api.opinions import Parts, routes
from services.feedback.api.sessions import SessionParts, session_routes

__all__ = ["Parts", "SessionParts", "routes", "session_routes"]
