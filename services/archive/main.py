"""Puts the archive together: the only file of it that knows which parts are real."""

from services.archive import ticker
from services.archive.api import Parts, routes
from services.archive.events import REGISTRY
from services.archive.reactions import filing, on_matter_closed
from services.archive.views.dossiers import Dossiers
from services.archive.views.files import Files
from services.archive.views.shown_history import ShownHistory
from shared.identity.register import Register
from shared.service import Platform, Service
from shared.transparency.keeping import witness_of
from shared.transparency.witness import metadata as witness_tables
from shared.transparency.witness_api import witness_routes
from shared.web import make_app

NAME = "archive"


def build(platform: Platform) -> Service:
    engine = platform.engine(NAME)
    handler = platform.handler(REGISTRY)
    register, files, history = Register(engine), Files(engine), ShownHistory(engine)
    dossiers = Dossiers(engine)
    views = (register, files, history, dossiers)
    router = routes(Parts(handler, register, files, history, dossiers))
    witness = witness_of(platform.settings, NAME, engine)
    app = make_app(
        NAME, platform, [router, witness_routes(NAME, witness)], register=register, handler=handler, views=views
    )
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        reactions=(filing(register), on_matter_closed(register)),
        tickers=(ticker.moved(dossiers, register), ticker.overdue(dossiers)),
        workers=(witness,) if witness else (),
        tables=(witness_tables,),
    )
