"""Puts audit together: the only file of it that knows which parts are real."""

from services.audit.api import LogParts, Parts, log_routes, routes
from services.audit.events import REGISTRY
from services.audit.tlog import writer
from services.audit.tlog.keeper import Keeper
from services.audit.tlog.keys import signer_of
from services.audit.tlog.store import Store
from services.audit.tlog.writer import Writer
from services.audit.views.entries import Entries
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
    folder = platform.settings.var / "tlog"
    entries = Entries(engine, platform.settings.county)
    signer = signer_of(platform.settings, folder)
    keeper = Keeper(engine, Writer(engine, entries, Store(folder), signer) if signer else None)
    routers = [routes(Parts(register, trace)), *log_routes(LogParts(entries, Store(folder), signer))]
    app = make_app(NAME, platform, routers, register=register, handler=handler, views=views)
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        ledgers=(entries,),
        workers=(keeper,),
        tables=(writer.metadata,),
    )
