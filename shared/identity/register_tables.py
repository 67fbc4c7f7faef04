"""How the register's rows follow from catalogue's events: tables and ``apply`` of :class:`Register`."""

from datetime import date
from typing import ClassVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    String,
    and_,
    or_,
)

from shared.events import Recorded, hear
from shared.follow import TableMaker, View, upsert
from shared.identity import register_events as heard
from shared.parameters import PARAMETERS, value_of

Gone = heard.MemberLeft | heard.MemberTransferred | heard.StaffLeft
Belongs = heard.MemberAdmitted | heard.StaffRecorded | Gone
ABOUT_PEOPLE = (
    heard.PersonRegistered,
    heard.ErasureConfirmed,
    heard.MemberAdmitted,
    heard.MemberLeft,
    heard.MemberTransferred,
    heard.StaffRecorded,
    heard.StaffLeft,
)
HEARD = (
    heard.TownRegistered,
    heard.OrganisationRegistered,
    heard.OrganisationPlaced,
    heard.PersonRegistered,
    heard.ErasureConfirmed,
    heard.PostTaken,
    heard.PostLeft,
    heard.MemberAdmitted,
    heard.MemberLeft,
    heard.MemberTransferred,
    heard.StaffRecorded,
    heard.StaffLeft,
    heard.DivisionSet,
    heard.ParameterSet,
    heard.CalendarPublished,
)


class RegisterTables(View):
    name = "register"
    hears = ("catalogue",)
    for_all = True  # who somebody is decides what they see, so it is asked before anything is known of them
    STRUCTURE: ClassVar[str] = "structure"
    PEOPLE: ClassVar[str] = "people"

    def define(self, table: TableMaker) -> None:
        def key(name: str) -> "Column[str]":
            return Column(name, String(200), primary_key=True)

        def since() -> "Column[date]":
            return Column("since", Date, primary_key=True)

        def text(name: str) -> "Column[str]":
            return Column(name, String, nullable=False)

        def names() -> tuple["Column[str]", "Column[str]"]:
            return text("name_zh"), text("name_en")

        def town() -> "Column[str]":
            return Column("town", String(200), nullable=False)

        self.changes = table("changes", key("topic"), Column("position", Integer, nullable=False), town())
        self.towns = table("towns", key("town"), *names())
        self.orgs = table(
            "organisations",
            key("organisation"),
            town(),
            text("type"),
            text("level"),
            *names(),
            Column("since", Date),
        )
        self.placements = table("placements", key("organisation"), since(), text("superior"), town())
        erased = Column("erased", Boolean, nullable=False, default=False)
        self.people = table("persons", key("person"), *names(), erased, town())
        self.tenures = table(
            "posts", key("organisation"), key("post"), key("person"), since(), Column("until", Date),
            Column("term", Date), text("kind"), text("title_zh"), text("title_en"), town(),
        )  # fmt: skip
        self.belongings = table(
            "belongings", key("organisation"), key("person"), Column("member", Boolean, primary_key=True),
            since(), Column("until", Date), town(), index=(("person",),),
        )  # fmt: skip
        self.divisions = table("divisions", key("town"), key("category"), since(), text("unit"))
        self.parameters = table("parameters", key("town"), key("parameter"), since(), text("value"))
        self.calendars = table(
            "calendars", Column("year", Integer, primary_key=True),
            Column("version", Integer, primary_key=True), text("source"), text("holidays"),
            text("make_up_workdays"), Column("recorded_at", DateTime(timezone=True), nullable=False), town(),
        )  # fmt: skip

    def apply(self, tx: Connection, event: Recorded) -> None:
        fact = hear(event, *HEARD)
        if fact is None:
            return
        town = {"town": event.context.town}
        match fact:
            case heard.TownRegistered(town=name):
                upsert(tx, self.towns, {"town": name}, {"name_zh": fact.name_zh, "name_en": fact.name_en})
            case heard.OrganisationRegistered():
                row = fact.model_dump(exclude={"organisation", "on"}) | {"since": fact.on}
                upsert(tx, self.orgs, {"organisation": fact.organisation}, row)
            case heard.OrganisationPlaced():
                key = {"organisation": fact.organisation, "since": fact.on}
                upsert(tx, self.placements, key, {"superior": fact.superior} | town)
            case heard.PersonRegistered():
                names = {"name_zh": fact.name_zh, "name_en": fact.name_en, "erased": False}
                upsert(tx, self.people, {"person": fact.person}, names | town)
            case heard.ErasureConfirmed():
                known = self.people.c.person == fact.person
                tx.execute(self.people.update().where(known).values(erased=True))
            case heard.PostTaken():
                titles = {
                    "kind": fact.kind,
                    "title_zh": fact.title_zh,
                    "title_en": fact.title_en,
                    "until": None,
                    "term": fact.term,
                }
                upsert(tx, self.tenures, _who(fact) | {"post": fact.post, "since": fact.on}, titles | town)
            case heard.PostLeft():
                self._leave(tx, fact)
            case (
                heard.MemberAdmitted()
                | heard.StaffRecorded()
                | heard.MemberTransferred()
                | heard.MemberLeft()
                | heard.StaffLeft()
            ):
                self._apply_belonging(tx, event, fact)
            case _:
                self._apply_rules(tx, event, fact)
        topic = self.PEOPLE if isinstance(fact, ABOUT_PEOPLE) else self.STRUCTURE
        upsert(tx, self.changes, {"topic": topic}, {"position": event.position, "town": ""})

    def _apply_belonging(self, tx: Connection, event: Recorded, fact: Belongs) -> None:
        town = {"town": event.context.town}
        match fact:
            case heard.MemberTransferred():  # in one act: nobody is a member of neither, or of both
                self._depart(tx, fact)
                key = {"organisation": fact.to_organisation, "person": fact.person, "member": True, "since": fact.on}
                upsert(tx, self.belongings, key, {"until": None, "town": fact.to_town})
            case heard.MemberAdmitted():
                key = _who(fact) | {"member": True, "since": fact.on}
                upsert(tx, self.belongings, key, {"until": None} | town)
            case heard.MemberLeft() | heard.StaffLeft():
                self._depart(tx, fact)
            case heard.StaffRecorded():
                key = _who(fact) | {"member": False, "since": fact.on}
                upsert(tx, self.belongings, key, {"until": None} | town)

    def _apply_rules(self, tx: Connection, event: Recorded, fact: object) -> None:
        match fact:
            case heard.DivisionSet():
                key = {"town": fact.town, "category": fact.category, "since": fact.on}
                upsert(tx, self.divisions, key, {"unit": fact.unit})
            case heard.ParameterSet() if fact.parameter in PARAMETERS:
                value_of(fact.parameter, fact.value)  # a value that cannot be read must stop here, not in a rule
                key = {"town": fact.town, "parameter": fact.parameter, "since": fact.on}
                upsert(tx, self.parameters, key, {"value": fact.value})
            case heard.CalendarPublished():
                days = {
                    "source": fact.source,
                    "holidays": " ".join(d.isoformat() for d in sorted(fact.holidays)),
                    "make_up_workdays": " ".join(d.isoformat() for d in sorted(fact.make_up_workdays)),
                }
                key = {"year": fact.year, "version": fact.version}
                upsert(tx, self.calendars, key, days | {"recorded_at": event.recorded_at, "town": ""})
            case _:
                pass  # a parameter of a newer program

    def _leave(self, tx: Connection, fact: heard.PostLeft) -> None:
        """End what still holds, or was to end later.

        Of a term that had run out nothing is cut off; one that was to come never begins.
        """
        table = self.tenures
        same = and_(*(table.c[name] == value for name, value in (_who(fact) | {"post": fact.post}).items()))
        open_ended = and_(table.c.term.is_(None), table.c.since <= fact.on)
        still = and_(table.c.until.is_(None), or_(open_ended, table.c.term > fact.on))
        planned = and_(table.c.since < fact.on, table.c.until > fact.on)
        tx.execute(table.update().where(same, or_(still, planned)).values(until=fact.on))

    def _depart(self, tx: Connection, fact: Gone) -> None:
        """End what still holds; a later membership is another row."""
        table, member = self.belongings, not isinstance(fact, heard.StaffLeft)
        same = and_(*(table.c[name] == value for name, value in (_who(fact) | {"member": member}).items()))
        still = and_(table.c.until.is_(None), table.c.since <= fact.on)
        tx.execute(table.update().where(same, still).values(until=fact.on))


def _who(fact: Belongs | heard.PostTaken | heard.PostLeft) -> dict[str, object]:
    return {"organisation": fact.organisation, "person": fact.person}
