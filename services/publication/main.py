"""Puts publication together: the only file of it that knows which parts are real."""

from collections.abc import Callable

from services.publication import procedure_ticker, ticker
from services.publication.api import Parts, routes
from services.publication.api.matters import matter_routes
from services.publication.api.notices import notice_routes
from services.publication.events import REGISTRY
from services.publication.reactions import of_duties, on_refused_for_secrecy
from services.publication.reactions.notices import Telling, mailed, on_shown_inside
from services.publication.reactions.planned import Planning, planned
from services.publication.reactions.procedures import on_opinion_on_notice, on_opinions
from services.publication.views.announcements import Announcements
from services.publication.views.approvals import Approvals
from services.publication.views.desk import DeskWork
from services.publication.views.evidence import Evidence
from services.publication.views.inbox import Inbox
from services.publication.views.items import CatalogueItems
from services.publication.views.matters import Matters
from services.publication.views.obligations import Obligations
from services.publication.views.own_channels import OwnChannels
from services.publication.views.procedures import Procedures
from services.publication.views.shown import Shown
from services.publication.views.withheld import Withheld
from shared.clock import Clock, business_day
from shared.identity.register import Register
from shared.mail import SmtpMail
from shared.service import Platform, Service
from shared.telemetry import metrics
from shared.transparency.keeping import witness_of
from shared.transparency.witness import metadata as witness_tables
from shared.transparency.witness_api import witness_routes
from shared.web import make_app

NAME = "publication"


def build(platform: Platform) -> Service:
    engine = platform.engine(NAME)
    handler = platform.handler(REGISTRY)
    register, items, obligations = Register(engine), CatalogueItems(engine), Obligations(engine)
    work, approvals, shown = DeskWork(engine), Approvals(engine), Shown(engine)
    own_channels, procedures = OwnChannels(engine), Procedures.of(engine)
    beside = (Evidence(engine), own_channels, Announcements(engine))
    inbox, withheld, matters = Inbox(engine), Withheld(engine), Matters(engine)
    views = (register, items, obligations, withheld, matters, work, approvals, shown, *beside, *procedures.views, inbox)
    parts = Parts(
        handler, register, items, obligations, work, approvals, shown, platform.documents, platform.vault,
        *beside, procedures, withheld,
    )  # fmt: skip
    telling = Telling(register, inbox, platform.vault, SmtpMail.of(platform.settings), platform.settings.public_url)
    measures = [measure_overdue(obligations, platform.clock), measure_missed(work)]
    witness = witness_of(platform.settings, NAME, engine)
    app = make_app(
        NAME,
        platform,
        [routes(parts), matter_routes(parts, matters), notice_routes(parts, inbox), witness_routes(NAME, witness)],
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
        workers=(witness,) if witness else (),
        tables=(witness_tables,),
        reactions=(
            *of_duties(items, register, obligations),
            on_refused_for_secrecy(platform.vault),
            on_opinion_on_notice(handler, register),
            on_opinions(procedures, handler, register),
            on_shown_inside(telling),
        ),
        tickers=(
            *ticker.of_duties(items, obligations, register, withheld, matters),
            planned(
                Planning(work, handler, items, register, own_channels, platform.documents, platform.vault, withheld)
            ),
            mailed(telling),
            *procedure_ticker.tickers(procedures, register),
        ),
    )


def measure_missed(work: DeskWork) -> Callable[[], None]:
    """What each town planned to show and did not, and nobody has seen to."""

    def measure() -> None:
        for town, count in work.missed_by_town().items():
            metrics.RELEASES_MISSED.labels(NAME, town).set(count)

    return measure


def measure_overdue(obligations: Obligations, clock: Clock) -> Callable[[], None]:
    """What each town has overdue, at each scrape; a town that has caught up shows 0."""

    def measure() -> None:
        for town, count in obligations.overdue_by_town(business_day(clock.now())).items():
            metrics.OVERDUE.labels(NAME, town).set(count)

    return measure
