"""Puts catalogue together: the only file of it that knows which parts are real."""

from services.catalogue import plan_ticker
from services.catalogue.api import Parts, routes
from services.catalogue.events import REGISTRY
from services.catalogue.reactions import on_member_transferred, on_person_decided, on_plan_refused_for_secrecy
from services.catalogue.views.catalogues import Catalogues
from services.catalogue.views.plans import Plans
from services.catalogue.views.templates import Templates
from shared.identity.register import Register
from shared.service import Platform, Service
from shared.transparency.keeping import witness_of
from shared.transparency.witness import metadata as witness_tables
from shared.transparency.witness_api import witness_routes
from shared.web import make_app

NAME = "catalogue"


def build(platform: Platform) -> Service:
    engine = platform.engine(NAME)
    handler = platform.handler(REGISTRY)
    register, catalogues, templates = Register(engine), Catalogues(engine), Templates(engine)
    plans = Plans(engine)
    views = (register, catalogues, templates, plans)
    settings = platform.settings
    parts = Parts(
        handler, register, catalogues, templates, platform.documents, settings.county, settings.founder, plans=plans
    )
    witness = witness_of(platform.settings, NAME, engine)
    app = make_app(
        NAME, platform, [routes(parts), witness_routes(NAME, witness)], register=register, handler=handler, views=views
    )
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        reactions=(
            on_member_transferred(),
            on_person_decided(platform.vault),
            on_plan_refused_for_secrecy(platform.vault),
        ),
        tickers=(plan_ticker.overdue(plans, register),),
        workers=(witness,) if witness else (),
        tables=(witness_tables,),
    )
