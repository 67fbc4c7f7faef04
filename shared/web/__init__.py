"""The HTTP face of every service: an action per route, desks for commands, readers for questions.

Start at ``api`` (how routes are written), then ``desk`` and ``reader`` (what they are given), then ``app``.
"""

from shared.web.api import Api
from shared.web.app import make_app
from shared.web.desk import CommandDesk, Done
from shared.web.paging import Page
from shared.web.reader import Reader

__all__ = ["Api", "CommandDesk", "Done", "Page", "Reader", "make_app"]
