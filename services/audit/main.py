"""Puts audit together: the only file of it that knows which parts are real."""

from services.audit import procedure_ticker, reactions, ticker
from services.audit.api import (
    AppraisalParts,
    Casework,
    LogParts,
    Parts,
    appraisal_routes,
    casework_routes,
    log_routes,
    receipt_routes,
    routes,
)
from services.audit.events import REGISTRY
from services.audit.tlog import writer
from services.audit.tlog.keeper import Keeper
from services.audit.tlog.salts import Salts
from services.audit.tlog.setup import Log
from services.audit.views.appraisals import Appraisals
from services.audit.views.cases import Cases
from services.audit.views.deeds import Deeds
from services.audit.views.entries import Entries
from services.audit.views.filings import Filings
from services.audit.views.owed import Owed
from services.audit.views.releases import Releases
from services.audit.views.trace import Trace
from shared.identity.register import Register
from shared.service import Platform, Service
from shared.transparency.keeping import salt_secrets
from shared.web import make_app

NAME = "audit"


def build(platform: Platform) -> Service:
    """``extras['log']`` is the transparency log, for whoever knows of witnesses in this process."""
    engine, settings = platform.engine(NAME), platform.settings
    handler = platform.handler(REGISTRY)
    register, trace, releases = Register(engine), Trace(engine), Releases(engine)
    cases, filings, appraisals = Cases(engine), Filings(engine), Appraisals(engine)
    owed = Owed(engine)
    deeds = Deeds(engine)
    views = (register, trace, deeds, releases, cases, filings, appraisals, owed)
    entries = Entries(engine, settings.county, Salts(salt_secrets(settings)))
    log = Log.of(settings, engine, entries)
    keeper = Keeper(engine, log.writer)
    parts = LogParts(settings.county, entries, releases, log)
    casework = casework_routes(Casework(handler, register, cases, filings))
    appraised = appraisal_routes(AppraisalParts(handler, register, appraisals, releases))
    routers = [routes(Parts(register, trace, deeds)), casework, appraised, log_routes(parts), receipt_routes(parts)]
    measures = [keeper.measure]
    app = make_app(NAME, platform, routers, register=register, handler=handler, views=views, measures=measures)
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        ledgers=(entries,),
        reactions=(
            reactions.on_change_approved(handler, register),
            reactions.on_change_audited(handler, register),
            reactions.on_withholding_filed(handler, register),
        ),
        tickers=(
            ticker.moved(cases, filings, register),
            ticker.overdue(cases),
            ticker.deemed(filings),
            ticker.owed_asked_again(owed, handler, register),
            procedure_ticker.appraisals_moved(appraisals, register),
            procedure_ticker.appraisals_overdue(appraisals, register),
        ),
        workers=(keeper,),
        tables=(writer.metadata,),
        extras={"log": log},
    )
