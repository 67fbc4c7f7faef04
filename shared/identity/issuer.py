"""The development issuer: a small OpenID provider where one signs in as anybody, so only in development.

The process that serves the portal answers for it with ``app``; every process of the machine can check and make
its tokens. ``people`` lists whom its page offers, and may be given later, when the register stands.
"""

from functools import cached_property

from starlette.applications import Starlette

from shared.identity.issuer_pages import issuer_app
from shared.identity.issuing import Issuing, OnlyInDevelopment


class DevelopmentIssuer(Issuing):
    @cached_property
    def app(self) -> Starlette:
        """Everything below ``/dev/issuer``."""
        return issuer_app(self)


__all__ = ["DevelopmentIssuer", "OnlyInDevelopment"]
