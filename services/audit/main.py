"""Puts audit together: the only file of it that knows which parts are real."""

from services.audit.api import Parts, routes
from services.audit.events import REGISTRY
from services.audit.views.trace import Trace
from shared.identity.register import Register
from shared.service import Platform, Service
from shared.web import make_app

NAME = "audit"


def build(platform: Platform) -> Service:
    engine = platform.engine(NAME)
    handler = platform.handler(REGISTRY)
    register, trace = Register(engine), Trace(engine)
    views = (register, trace)
    app = make_app(NAME, platform, [routes(Parts(register, trace))], register=register, handler=handler, views=views)
    return Service(NAME, REGISTRY, handler, engine, app, views=views)
