"""What the register remembers: nobody is asked for what is known, and nothing is believed for longer than it may be."""

from dataclasses import dataclass, field
from datetime import date
from time import monotonic, sleep

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy.exc import OperationalError

from services.catalogue import events as c
from shared.clock import at
from shared.events import Event
from shared.identity import PostKind
from shared.identity import register as module
from shared.identity.register import Register
from shared.testing import recorded, view_of
from tests.shared.test_register import COUNTY, post

NOON = at(date(2026, 4, 10), 12)


@dataclass
class Followed:
    """A register in a process that has applied catalogue up to a position; ``asked`` is what it asked the database."""

    register: Register
    applied: int = len(COUNTY)
    asked: list[str] = field(default_factory=list)

    def apply(self, *facts: tuple[str, Event], here: bool = True) -> None:
        """``here``: by this process, which then knows; else by another one of the same service."""
        with self.register.engine.begin() as tx:
            for place, (stream, fact) in enumerate(facts, start=self.applied + 1):
                self.register.apply(tx, recorded(c.REGISTRY, stream, fact, place))
        self.applied += len(facts) if here else 0

    def holds(self, person: str, kind: PostKind) -> bool | None:
        """From memory; None where it would have to ask."""
        standing = self.register.remembered(person, NOON)
        return None if standing is None else standing.holds(kind, "FY-R1")


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Followed:
    monkeypatch.setattr(module, "ASK_SECONDS", 60.0)
    facts = enumerate(COUNTY, start=1)
    world = Followed(view_of(Register, [recorded(c.REGISTRY, stream, fact, n) for n, (stream, fact) in facts]))
    world.register.followed(lambda: world.applied)
    sql_event.listen(world.register.engine, "before_cursor_execute", lambda *a: world.asked.append(a[2]))
    return world


def test_a_standing_asked_again_asks_nobody_and_is_the_same(followed: Followed) -> None:
    assert followed.register.remembered("ma", NOON) is None
    first = followed.register.standing("ma", NOON)
    followed.asked.clear()
    assert followed.register.remembered("ma", NOON) == first == followed.register.standing("ma", NOON)
    assert followed.register.organisation("FY-R1") is not None
    assert followed.asked == []


def test_who_is_not_in_memory_is_asked_for_and_then_remembered(followed: Followed) -> None:
    followed.register.standing("ma", NOON)
    assert followed.register.remembered("chen", NOON) is None
    assert followed.register.standing("chen", NOON).member_of == {"FY-R1"}
    assert followed.register.remembered("chen", NOON) is not None


def test_another_day_is_another_standing(followed: Followed) -> None:
    followed.register.standing("wang", NOON)
    later = followed.register.remembered("wang", at(date(2026, 7, 2), 12))
    assert followed.holds("wang", PostKind.SECRETARY)
    assert later is not None
    assert not later.posts


def test_what_this_process_applies_counts_at_once(followed: Followed) -> None:
    kind = PostKind.SECRECY_REVIEWER
    followed.register.standing("ma", NOON)
    followed.apply(*post("FY-R1", kind, "ma"))
    assert followed.holds("ma", kind) is None
    assert followed.register.standing("ma", NOON).holds(kind)
    followed.apply(
        ("organisation-FY-R1", c.PostLeft(organisation="FY-R1", post=f"FY-R1/{kind}", person="ma", on=NOON.date()))
    )
    assert followed.holds("ma", kind) is None
    assert not followed.register.standing("ma", NOON).holds(kind)


def test_what_another_process_applies_counts_before_the_memory_is_too_old(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRUST_SECONDS", 0.2)
    followed.register.standing("ma", NOON)
    gone = c.PostLeft(organisation="FY-R1", post="FY-R1/clerk", person="ma", on=NOON.date())
    followed.apply(("organisation-FY-R1", gone), here=False)
    sleep(0.25)
    assert followed.holds("ma", PostKind.CLERK) is None
    assert not followed.register.standing("ma", NOON).holds(PostKind.CLERK)


def test_the_next_answer_is_asked_for_in_time_without_keeping_anybody(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 0.01)
    followed.register.standing("ma", NOON)
    followed.apply(*post("FY-R1", PostKind.SECRECY_REVIEWER, "ma"), here=False)
    sleep(0.02)
    assert followed.holds("ma", PostKind.SECRECY_REVIEWER) is False
    until = monotonic() + 5
    while followed.holds("ma", PostKind.SECRECY_REVIEWER) is False and monotonic() < until:
        sleep(0.005)
    assert followed.holds("ma", PostKind.SECRECY_REVIEWER) is None
    assert followed.register.standing("ma", NOON).holds(PostKind.SECRECY_REVIEWER)


def test_without_its_database_the_register_lets_nobody_in_once_its_memory_is_too_old(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRUST_SECONDS", 0.05)
    followed.register.standing("ma", NOON)

    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception("away"))

    sql_event.listen(followed.register.engine, "before_cursor_execute", away)
    sleep(0.06)
    assert followed.register.remembered("ma", NOON) is None
    with pytest.raises(OperationalError):
        followed.register.standing("ma", NOON)


def test_a_register_that_nobody_follows_here_remembers_no_standing() -> None:
    facts = enumerate(COUNTY, start=1)
    alone = view_of(Register, [recorded(c.REGISTRY, stream, fact, n) for n, (stream, fact) in facts])
    alone.standing("ma", NOON)
    assert alone.remembered("ma", NOON) is None
