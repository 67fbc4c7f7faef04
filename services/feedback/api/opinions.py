"""HTTP to opinions: anyone gives one, its desk handles it, its giver reads the answer. No rules stand here.

Start at :func:`routes`. Who may know of an opinion is decided in :func:`_readable`; who gave it in
:func:`_knows_giver`.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Header
from pydantic import SecretStr

from services.feedback.domain.lookup_code import code_of, digest_of
from services.feedback.domain.opinion import OPINION
from services.feedback.domain.opinion_commands import (
    AcknowledgeOpinion,
    AssignOpinion,
    CloseOpinion,
    DecideOpinion,
    ExtendAnswer,
    OpinionCommand,
    ReceiveOpinion,
    ReplyToOpinion,
)
from services.feedback.domain.receipt_register import RECEIPTS, GiveNumber, identity_of, receipt_number
from services.feedback.events import Channel, GiverKind
from services.feedback.views.opinions import Opinions, Row
from services.feedback.views.pages import (
    AssignBody,
    Count,
    DecideBody,
    EnterBody,
    ExtendBody,
    GiveBody,
    Notice,
    OpinionPage,
    RegisterRow,
    ReplyBody,
    own_page,
    register_row,
    whole_page,
)
from services.feedback.views.visible_disclosures import Shown, VisibleDisclosures
from shared import policy
from shared.decider import Refused
from shared.handling import Do, Handler
from shared.identity import DESK, Standing
from shared.identity.register import Register
from shared.policy import Acting
from shared.scope import SOCIETY, members
from shared.web import Api, CommandDesk, Done, Page, Reader
from shared.workdays import Reckoning

NUMBER_ATTEMPTS_MAX = 20


@dataclass(frozen=True)
class Parts:
    handler: Handler
    register: Register
    opinions: Opinions
    disclosures: VisibleDisclosures
    secret: SecretStr


def routes(parts: Parts) -> Api:
    router = Api("feedback")
    for add in (_giving, _handling, _reading):
        add(router, parts)
    return router


def _giving(router: Api, parts: Parts) -> None:
    @router.post("/opinions", action="opinion.give", status_code=201)
    def give_opinion(body: GiveBody, desk: CommandDesk) -> Done:
        """On a disclosure one may see, or on an organisation; unnamed, with a look-up code."""
        about = _about(parts, body, desk.standing, body.organisation)
        giver = "" if body.anonymous else desk.standing.person
        kind = _kind(desk.standing, giver)
        if not giver:  # the envelope must not say what the opinion does not
            desk.standing = replace(desk.standing, person="")
        acting = desk.may(about.organisation, about.town)
        given = _Given("online", giver, kind, body.text, body.criticised)
        return _receive(parts, desk, acting, given, about)

    @router.post("/organisations/{organisation}/opinions", action="opinion.handle", status_code=201)
    def enter_opinion(organisation: str, body: EnterBody, desk: CommandDesk) -> Done:
        """The desk enters what came in by box, telephone, e-mail, visit, supervisor or consultation."""
        about = _about(parts, body, desk.standing, organisation)
        acting = desk.may(organisation, about.town)
        kind = _kind(parts.register.standing(body.giver, desk.now), body.giver)
        given = _Given(body.channel, body.giver, kind, body.text, body.criticised)
        return _receive(parts, desk, acting, given, about)


@dataclass(frozen=True)
class _Given:
    channel: Channel
    giver: str
    kind: GiverKind
    text: str
    criticised: str


def _kind(standing: Standing, giver: str) -> GiverKind:
    if not giver:
        return "anonymous"
    return "member" if standing.member_of else "masses"


def _about(parts: Parts, body: GiveBody | EnterBody, standing: Standing, organisation: str) -> Shown:
    """What the opinion is about, as its giver may see it: NOT_FOUND for anything else."""
    nothing = Refused("NOT_FOUND", "There is no such thing here.")
    if body.disclosure:
        shown = parts.disclosures.seen(body.disclosure, standing.audiences)
        if shown is None or (organisation and organisation != shown.organisation):
            raise nothing
        return shown
    if not organisation:
        raise Refused("MISSING_FIELD", "It is about nothing.", "a disclosure", "/disclosure")
    known = parts.register.organisation(organisation)
    if known is None:
        raise nothing
    audience = members(organisation) if organisation in standing.member_of else SOCIETY
    return Shown("", known.town, organisation, "", 0, "", audience)


def _receive(parts: Parts, desk: CommandDesk, acting: Acting, given: _Given, about: Shown) -> Done:
    opinion = desk.new_id()
    code = "" if given.giver else code_of(parts.secret.get_secret_value(), desk.key, opinion)
    command = ReceiveOpinion(
        opinion=opinion,
        receipt_number="",
        town=about.town,
        organisation=about.organisation,
        channel=given.channel,
        giver=given.giver,
        giver_kind=given.kind,
        text=given.text,
        at=desk.now,
        acknowledge_by=_reckoned(parts, desk, about.town, "P-11"),
        answer_by=_reckoned(parts, desk, about.town, "P-11.answer"),
        audience=about.audience,
        disclosure=about.disclosure,
        item=about.item,
        version=about.version,
        title=about.title,
        criticised=given.criticised,
        lookup_digest=digest_of(code),
    )
    done = desk.earlier() or _numbered(parts, desk, acting, command)
    return done.model_copy(update={"result": {**done.result, "code": code}}) if code else done


def _numbered(parts: Parts, desk: CommandDesk, acting: Acting, command: ReceiveOpinion) -> Done:
    """Receive it under the register's next number; whoever loses a race for one takes the number after."""
    year = desk.today.year
    identity = identity_of(command.organisation, year)
    organisation = parts.register.organisation(command.organisation)
    short = organisation.name_zh[:1] if organisation else command.organisation
    for attempt in range(NUMBER_ATTEMPTS_MAX):
        number = parts.handler.state(RECEIPTS, identity)[1].last + 1
        named = replace(command, receipt_number=receipt_number(short, year, number))
        give = GiveNumber(command.organisation, short, year, number, command.opinion)
        result = {"receipt_number": named.receipt_number, "due": str(command.answer_by.due)}
        try:
            return desk.handle(
                Do(OPINION, command.opinion, named),
                Do(RECEIPTS, identity, give),
                acting=acting,
                result=result,
                town=command.town,
            )
        except Refused as taken:
            if taken.code != "VERSION_CONFLICT" or attempt + 1 == NUMBER_ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable: the last attempt raises or returns")


def _reckoned(parts: Parts, desk: CommandDesk, town: str, parameter: str) -> Reckoning:
    workdays = parts.register.parameter(town, parameter, desk.now)
    return parts.register.calendar().add(desk.today, workdays)


def _handling(router: Api, parts: Parts) -> None:
    path = "/opinions/{opinion}"

    def done(desk: CommandDesk, opinion: str, command: OpinionCommand) -> Done:
        _, state = parts.handler.state(OPINION, opinion)
        acting = desk.may(state.organisation, state.town, hidden=True)
        return desk.handle(Do(OPINION, opinion, command), acting=acting, town=state.town)

    @router.post(f"{path}/acknowledgement", action="opinion.handle", versioned=True)
    def acknowledge_opinion(opinion: str, desk: CommandDesk) -> Done:
        return done(desk, opinion, AcknowledgeOpinion(desk.standing.person, desk.now))

    @router.post(f"{path}/assignment", action="opinion.handle", versioned=True)
    def assign_opinion(opinion: str, body: AssignBody, desk: CommandDesk) -> Done:
        """To someone with a post in the organisation or above it, never to the one it criticises (FBK-11)."""
        _, state = parts.handler.state(OPINION, opinion)
        desk.may(state.organisation, state.town, hidden=True)
        _must_be_officer(parts.register.standing(body.handler, desk.now), state.organisation)
        return done(desk, opinion, AssignOpinion(body.handler, desk.standing.person, desk.now))

    @router.post(f"{path}/decision", action="opinion.decide", versioned=True)
    def decide_opinion(opinion: str, body: DecideBody, desk: CommandDesk) -> Done:
        said = (body.disposition, body.reason, desk.standing.person, desk.now)
        return done(desk, opinion, DecideOpinion(*said, _giver_erased(parts, opinion)))

    @router.post(f"{path}/extension", action="opinion.decide", versioned=True)
    def extend_opinion(opinion: str, body: ExtendBody, desk: CommandDesk) -> Done:
        """The answer's one extension, reckoned from the present due date (P-11)."""
        _, state = parts.handler.state(OPINION, opinion)
        desk.may(state.organisation, state.town, hidden=True)
        workdays = parts.register.parameter(state.town, "P-11.extension", desk.now)
        due = parts.register.calendar().add(state.due, workdays)
        said = (body.reason, due, desk.standing.person, desk.now)
        return done(desk, opinion, ExtendAnswer(*said, _is_erased(parts, state.giver)))

    @router.post(f"{path}/reply", action="opinion.handle", versioned=True)
    def reply_to_opinion(opinion: str, body: ReplyBody, desk: CommandDesk) -> Done:
        """To its giver; where there is none to be told, beside what it was about (FBK-09)."""
        said = (body.text, desk.standing.person, desk.now)
        return done(desk, opinion, ReplyToOpinion(*said, _giver_erased(parts, opinion)))

    @router.post(f"{path}/closing", action="opinion.handle", versioned=True)
    def close_opinion(opinion: str, desk: CommandDesk) -> Done:
        return done(desk, opinion, CloseOpinion(desk.standing.person, desk.now))


def _giver_erased(parts: Parts, opinion: str) -> bool:
    return _is_erased(parts, parts.handler.state(OPINION, opinion)[1].giver)


def _is_erased(parts: Parts, giver: str) -> bool:
    """As the register knows: nothing more may be kept for them, and nobody is there to be told."""
    known = parts.register.person(giver) if giver else None
    return known is not None and known.erased


def _must_be_officer(handler: Standing, organisation: str) -> None:
    places = {organisation, *handler.superiors_of(organisation)}
    if not any(post.kind in DESK and post.organisation in places for post in handler.posts):
        raise Refused("NOT_ELIGIBLE", "The handler has no post there.", "an officer of it", "/handler")


def _reading(router: Api, parts: Parts) -> None:
    @router.get("/opinions", action="opinion.register")
    def register(organisation: str, reader: Reader, overdue: bool = False) -> Page[RegisterRow]:
        """An organisation's register, latest first; who gave what is not in it."""
        reader.may(organisation, _town(parts, organisation), hidden=True)
        rows = parts.opinions.register(organisation, overdue=overdue)
        return reader.page([register_row(r) for r in rows], lambda r: (r.at, r.opinion), descending=True)

    @router.get("/organisations/{organisation}/counts", action="opinion.register")
    def counts(organisation: str, reader: Reader) -> list[Count]:
        reader.may(organisation, _town(parts, organisation), hidden=True)
        return [Count(**row) for row in parts.opinions.counts(organisation)]

    @router.get("/mine", action="opinion.read")
    def mine(reader: Reader) -> Page[OpinionPage]:
        """One's own named opinions with their answers."""
        reader.may()
        rows = parts.opinions.of_giver(reader.standing.person)
        return reader.page([own_page(r) for r in rows], lambda r: (r.at, r.opinion), descending=True)

    @router.get("/lookup", action="opinion.give")
    def lookup(look_up_code: Annotated[str, Header(max_length=80)], reader: Reader) -> OpinionPage:
        """The anonymous giver's own opinion and its answer, by the code handed out when it was given."""
        reader.may()
        row = parts.opinions.by_lookup(digest_of(look_up_code))
        if row is None:
            raise Refused("NOT_FOUND", "No opinion has this code.")
        return own_page(row)

    @router.get("/notices", action="opinion.give")
    def notices(disclosure: str, reader: Reader) -> list[Notice]:
        """General replies about a disclosure, for those who may see it (FBK-09)."""
        return [Notice(**row) for row in parts.opinions.notices(disclosure, reader.audiences)]

    @router.get("/opinions/{opinion}", action="opinion.read")
    def one(opinion: str, reader: Reader) -> OpinionPage:
        reader.may()
        row = _readable(parts, opinion, reader.standing)
        reader.etag(row["version"])
        if row["giver"] == reader.standing.person:
            return own_page(row)
        known = _giver(parts, row, reader.standing) | {"giver_erased": _is_erased(parts, row["giver"])}
        return whole_page(row, parts.opinions.steps_of(opinion), known)


def _town(parts: Parts, organisation: str) -> str:
    known = parts.register.organisation(organisation)
    return known.town if known else ""


def _readable(parts: Parts, opinion: str, standing: Standing) -> Row:
    """The row for its giver, its desk and those who oversee it; for everyone else there is none."""
    row = parts.opinions.one(opinion)
    if row is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if row["giver"] != standing.person:
        place = {"organisation": row["organisation"], "town": row["town"]}
        policy.authorize("opinion.register", standing, **place, hidden=True)
    return row


def _giver(parts: Parts, row: Row, standing: Standing) -> Row:
    if not _knows_giver(row, standing):
        return {}
    person = parts.register.person(row["giver"]) if row["giver"] else None
    names = {"giver_zh": person.name_zh, "giver_en": person.name_en} if person else {}
    return {"giver": row["giver"], **names}


def _knows_giver(row: Row, standing: Standing) -> bool:
    """The handler alone, or until there is one the desk, but never the one whom it criticises (FBK-11)."""
    if standing.person == row["criticised"]:
        return False
    if row["handler"]:
        return bool(standing.person == row["handler"])
    return any(post.kind in DESK and post.organisation == row["organisation"] for post in standing.posts)
