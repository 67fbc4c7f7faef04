"""Puts catalogue together: the only file of it that knows which parts are real."""

from services.catalogue import plan_ticker, ticker, vacancy_ticker
from services.catalogue.api import Parts, routes
from services.catalogue.api.affairs import Views, affairs
from services.catalogue.events import REGISTRY
from services.catalogue.reactions import (
    of_changes,
    on_member_transferred,
    on_person_decided,
    on_plan_refused_for_secrecy,
)
from services.catalogue.views.catalogues import Catalogues
from services.catalogue.views.changes import Changes
from services.catalogue.views.open_dues import OpenDues
from services.catalogue.views.plans import Plans
from services.catalogue.views.templates import Templates
from services.catalogue.views.told import Told
from services.catalogue.views.withholdings import Withholdings
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
    changes, withholdings, dues = Changes(engine), Withholdings(engine), OpenDues(engine)
    plans, told = Plans(engine), Told(engine)
    affairs_views = Views.over(engine)
    views = (register, catalogues, templates, changes, withholdings, dues, plans, told, *affairs_views.all)
    settings = platform.settings
    place = (platform.documents, settings.county, settings.founder)
    parts = Parts(handler, register, catalogues, templates, *place, changes, withholdings, dues, plans)
    witness = witness_of(platform.settings, NAME, engine)
    measures = [
        vacancy_ticker.measure_vacancies(NAME, affairs_views.vacancies),
        ticker.measure_stalled(NAME, told, handler, register, platform.clock),
    ]
    app = make_app(
        NAME,
        platform,
        [routes(parts), affairs(parts, affairs_views), witness_routes(NAME, witness)],
        register=register,
        handler=handler,
        views=views,
        measures=measures,
    )
    return Service(
        NAME,
        REGISTRY,
        handler,
        engine,
        app,
        views=views,
        reactions=(
            *of_changes(register),
            on_person_decided(platform.vault),
            on_member_transferred(),
            on_plan_refused_for_secrecy(platform.vault),
        ),
        tickers=(
            vacancy_ticker.vacancies_noted(register, affairs_views.vacancies),
            ticker.withholdings_expired(withholdings),
            ticker.announcements_moved(changes, register),
            ticker.announcements_overdue(changes),
            plan_ticker.overdue(plans, register),
            ticker.untaken_asked_again(told, handler, register),
        ),
        workers=(witness,) if witness else (),
        tables=(witness_tables,),
    )
