"""Commands to the register: county, towns, organisations, persons, posts, rolls, division, parameters, calendars."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.catalogue.api.bodies import (
    CalendarBody,
    DivisionBody,
    FoundBody,
    OrganisationBody,
    OrganisationsBody,
    ParametersBody,
    PersonBody,
    PersonsBody,
    PlacementBody,
    PostBody,
    PostLeftBody,
    PostsBody,
    TownBody,
)
from services.catalogue.api.homes import must_be_of_town
from services.catalogue.api.parts import Parts
from services.catalogue.api.supervisors import appointment
from services.catalogue.domain.calendar import CALENDAR, PublishCalendar
from services.catalogue.domain.county import COUNTY, FoundCounty
from services.catalogue.domain.organisation import ORGANISATION, Organisation, RegisterOrganisation
from services.catalogue.domain.tenure import LeavePost, TakePost, TakePosts
from services.catalogue.domain.town import TOWN, RegisterTown, SetDivision, SetParameters
from services.catalogue.domain.tree import KeepPlace, PlaceOrganisation, Upper, above_from
from shared.calendars import load_calendar
from shared.decider import Refused
from shared.handling import Do
from shared.identity import PostKind
from shared.web import Api, CommandDesk, Done

UNIT_LEVELS = frozenset({"unit", "organ", "town-committee"})
COUNTY_OFFICE_TITLE = ("县党务公开工作领导小组办公室", "County leading group office")


def add(router: Api, parts: Parts) -> None:
    for more in (_county, _organisations, _posts, _division):
        more(router, parts)
    _calendars(router)


def _county(router: Api, parts: Parts) -> None:
    @router.post("/county", action="register.found", status_code=201)
    def found_county(body: FoundBody, desk: CommandDesk) -> Done:
        """Once, while the register is empty, by the founder named in the settings."""
        acting = desk.may()
        by_founder = bool(parts.founder) and acting.person == parts.founder and body.county == parts.county
        found = FoundCounty(body.county, body.name_zh, body.name_en, body.office_person, by_founder)
        dos = [Do(ORGANISATION, body.organisation, _top(body, desk.today)), *_office_person(parts, body, desk)]
        return desk.handle(Do(COUNTY, body.county, found), *dos, acting=acting)

    @router.post("/towns", action="register.keep", status_code=201)
    def register_town(body: TownBody, desk: CommandDesk) -> Done:
        """A town joins the deployment, the first as the last of them (ORG-16)."""
        command = RegisterTown(body.town, body.name_zh, body.name_en, body.on or desk.today)
        return desk.handle(Do(TOWN, body.town, command), acting=desk.may(), town=body.town)

    @router.post("/persons", action="register.keep", status_code=201)
    def register_persons(body: PersonsBody, desk: CommandDesk) -> Done:
        acting = desk.may(town=body.town)
        nameless = [number for number, person in enumerate(body.persons) if not person.name_zh]
        if nameless:
            raise Refused(
                "MISSING_FIELD", "A person is registered with a name.", pointer=f"/persons/{nameless[0]}/name_zh"
            )
        return desk.handle(*parts.registering(body.persons, body.on), acting=acting, town=body.town)


def _top(body: FoundBody, on: date) -> RegisterOrganisation:
    """The county's top organisation with the office that keeps the register."""
    post = f"{body.organisation}/{PostKind.COUNTY_OFFICE}"
    office = TakePost(body.organisation, post, PostKind.COUNTY_OFFICE, *COUNTY_OFFICE_TITLE, body.office_person, on)
    return RegisterOrganisation(
        organisation=body.organisation,
        town="",
        type="organ",
        level="county",
        name_zh=body.organisation_name_zh,
        name_en=body.organisation_name_en,
        on=on,
        posts=(office,),
    )


def _office_person(parts: Parts, body: FoundBody, desk: CommandDesk) -> list[Do]:
    person = PersonBody(
        person=body.office_person, name_zh=body.office_person_name_zh, name_en=body.office_person_name_en
    )
    return parts.registering([person], desk.today)


def _organisations(router: Api, parts: Parts) -> None:
    @router.post("/organisations", action="register.keep", status_code=201)
    def register_organisations(body: OrganisationsBody, desk: CommandDesk) -> Done:
        """One or many as one: all are registered, with their places in the tree and their posts, or none."""
        acting = desk.may(town=body.town)
        if body.town:
            parts.town(body.town)
        planned = _planned(body)
        taking = {
            post.person: (f"/organisations/{n}/posts/{m}/person", post.on)
            for n, o in enumerate(body.organisations)
            for m, post in enumerate(o.posts)
        }
        must_be_of_town(parts, desk.standing, body.town, taking)
        persons: dict[str, Do] = {}
        for number, organisation in enumerate(body.organisations):
            at = f"/organisations/{number}/posts"
            persons |= {do.identity: do for do in parts.registering([*organisation.posts], organisation.on, at)}
        dos = [
            Do(ORGANISATION, o.organisation, _registration(body.town, o, above_of(parts, o.superior, o.on, planned)))
            for o in body.organisations
        ]
        return desk.handle(*dos, *persons.values(), acting=acting, town=body.town)

    @router.post("/organisations/{organisation}/placements", action="register.keep", status_code=201)
    def place_organisation(organisation: str, body: PlacementBody, desk: CommandDesk) -> Done:
        """Under another superior from a day on; those above it confirm that they stand where they did (ORG-02)."""
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        above = above_of(parts, body.superior, body.on, {})
        command = PlaceOrganisation(organisation, body.superior, body.on, above)
        uppers = [Do(ORGANISATION, o, KeepPlace(u.placements)) for o, u in above.items() if o != organisation]
        return desk.handle(Do(ORGANISATION, organisation, command), *uppers, acting=acting, town=state.town)


def _planned(body: OrganisationsBody) -> dict[str, Upper]:
    """The organisations of the list as each other's superiors."""
    planned = {o.organisation: Upper(body.town, o.level, o.on, ((o.on, o.superior),)) for o in body.organisations}
    if len(planned) < len(body.organisations):
        raise Refused("ALREADY_REGISTERED", "An organisation stands twice in the list.", pointer="/organisations")
    return planned


def above_of(parts: Parts, superior: str, on: date, planned: Mapping[str, Upper]) -> dict[str, Upper]:
    """The superior and everything that stands above it on the day or, as recorded, on a later one."""
    above: dict[str, Upper] = {}
    waiting = [superior]
    while waiting:
        name = waiting.pop()
        upper = planned.get(name) or _upper(parts.handler.state(ORGANISATION, name)[1])
        if upper is not None and name not in above:
            above[name] = upper
            waiting += above_from(upper.placements, on)
    return above


def _upper(state: Organisation) -> Upper | None:
    return Upper(state.town, state.level, state.since, state.placements) if state.registered else None


def _registration(town: str, body: OrganisationBody, above: Mapping[str, Upper]) -> RegisterOrganisation:
    return RegisterOrganisation(
        organisation=body.organisation,
        town=town,
        type=body.type,
        level=body.level,
        name_zh=body.name_zh,
        name_en=body.name_en,
        on=body.on,
        superior=body.superior,
        above=above,
        posts=_takings(body.organisation, body.posts),
    )


def _takings(organisation: str, posts: Iterable[PostBody]) -> tuple[TakePost, ...]:
    return tuple(
        TakePost(
            organisation,
            post.post or f"{organisation}/{post.kind}",
            post.kind,
            post.title_zh,
            post.title_en,
            post.person,
            post.on,
            post.succeeds,
        )
        for post in posts
    )


def _posts(router: Api, parts: Parts) -> None:
    @router.post("/organisations/{organisation}/posts", action="register.keep", status_code=201)
    def take_posts(organisation: str, body: PostsBody, desk: CommandDesk) -> Done:
        """A later person takes a post when the earlier has left it, or names whom they succeed (ORG-07).

        A supervisor is appointed for the town's term, as under ``supervisors`` (ORG-14).
        """
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        taking = {post.person: (f"/posts/{n}/person", post.on) for n, post in enumerate(body.posts)}
        must_be_of_town(parts, desk.standing, state.town, taking)
        persons = parts.registering([*body.posts], desk.today, "/posts")
        plain = _takings(organisation, [p for p in body.posts if p.kind != PostKind.SUPERVISOR])
        hired = [appointment(parts, organisation, state.town, p) for p in body.posts if p.kind == PostKind.SUPERVISOR]
        do = Do(ORGANISATION, organisation, TakePosts(plain, desk.today))
        return desk.handle(do, *hired, *persons, acting=acting, town=state.town)

    @router.post("/organisations/{organisation}/posts/left", action="register.keep", status_code=201)
    def leave_post(organisation: str, body: PostLeftBody, desk: CommandDesk) -> Done:
        state = parts.organisation(organisation)
        acting = desk.may(organisation, state.town)
        command = LeavePost(organisation, body.post, body.person, body.on, desk.today)
        return desk.handle(Do(ORGANISATION, organisation, command), acting=acting, town=state.town)


def _division(router: Api, parts: Parts) -> None:
    @router.post("/towns/{town}/division", action="division.keep", status_code=201)
    def set_division(town: str, body: DivisionBody, desk: CommandDesk) -> Done:
        """Which member unit is in charge of which category, from a day on (ORG-08)."""
        acting = desk.may(town=town)
        parts.town(town)
        for category, unit in body.units.items():
            must_be_unit(parts, unit, town, category)
        return desk.handle(Do(TOWN, town, SetDivision(town, body.units, body.on)), acting=acting, town=town)

    @router.post("/towns/{town}/parameters", action="parameters.keep", status_code=201)
    def set_parameters(town: str, body: ParametersBody, desk: CommandDesk) -> Done:
        acting = desk.may(town=town)
        return desk.handle(Do(TOWN, town, SetParameters(town, body.values, body.on)), acting=acting, town=town)


def must_be_unit(parts: Parts, unit: str, town: str, category: str) -> None:  # ORG-08
    """A category is given to a body of the town that has officers for it; a branch has none."""
    state: Organisation = parts.handler.state(ORGANISATION, unit)[1]
    if state.town != town:
        raise Refused("NOT_FOUND", f"{unit} is no unit of the town.", pointer=f"/units/{category}")
    if state.level not in UNIT_LEVELS:
        detail = f"{unit} is a {state.level}: nobody there writes the items of others."
        raise Refused("NOT_ELIGIBLE", detail, "a unit, an organ or the committee", f"/units/{category}")


def _calendars(router: Api) -> None:
    @router.post("/calendars", action="calendar.keep", status_code=201)
    def publish_calendar(body: CalendarBody, desk: CommandDesk) -> Done:
        """A year's holidays: as sent, or as the notice that comes with the program."""
        command = PublishCalendar(body.year, body.source, frozenset(body.holidays), frozenset(body.make_up_workdays))
        if not body.holidays:
            command = _as_shipped(body.year)
        return desk.handle(Do(CALENDAR, str(body.year), command), acting=desk.may())


def _as_shipped(year: int) -> PublishCalendar:
    try:
        known = load_calendar(year)
    except FileNotFoundError as absent:
        raise Refused("MISSING_FIELD", f"No notice for {year} is at hand.", "holidays", "/holidays") from absent
    return PublishCalendar(known.year, known.source, known.holidays, known.make_up_workdays)
