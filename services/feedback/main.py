"""Puts feedback together: the only file of it that knows which parts are real."""

from services.feedback.api import Parts, SessionParts, routes, session_routes
from services.feedback.events import REGISTRY
from services.feedback.ticker import answers_moved, answers_overdue, moved, overdue
from services.feedback.views.opinions import Opinions
from services.feedback.views.sessions import Sessions
from services.feedback.views.visible_disclosures import VisibleDisclosures
from shared.identity.register import Register
from shared.service import Platform, Service
from shared.transparency.keeping import witness_of
from shared.transparency.witness import metadata as witness_tables
from shared.transparency.witness_api import witness_routes
from shared.web import make_app

NAME = "feedback"


def build(platform: Platform) -> Service:
    engine = platform.engine(NAME)
    handler = platform.handler(REGISTRY)
    register, opinions, disclosures = Register(engine), Opinions(engine), VisibleDisclosures(engine)
    sessions = Sessions(engine)
    views = (register, opinions, disclosures, sessions)
    parts = Parts(handler, register, opinions, disclosures, platform.settings.session_secret)
    witness = witness_of(platform.settings, NAME, engine)
    routers = [routes(parts), session_routes(SessionParts(handler, register, sessions)), witness_routes(NAME, witness)]
    app = make_app(NAME, platform, routers, register=register, handler=handler, views=views)
    tickers = (
        moved(opinions, register),
        overdue(opinions),
        answers_moved(sessions, register),
        answers_overdue(sessions),
    )
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        tickers=tickers,
        workers=(witness,) if witness else (),
        tables=(witness_tables,),
    )
