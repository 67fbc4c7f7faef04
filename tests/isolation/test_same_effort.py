"""What is hidden costs a service the same work as what is not there, so that time tells nobody of it.

Measured in questions to the database, which is what a request's time is made of, and not by a clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.publication.liushu import Liushu, at

OUTSIDERS = ("", "zhou-dahai", "wu-gang", "luo-lan")
PAGES = ("/shown/{}", "/shown/{}/versions", "/shown/{}/versions/1", "/shown/{}/sheet", "/disclosures/{}")
NO_SUCH = "00000000-0000-8000-8000-000000000000"


@contextmanager
def questions() -> Iterator[list[str]]:
    """The statements that any database here is sent meanwhile; those of followers and tickers aside."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def liushu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liushu]:
    made = Liushu(Path(tmp_path_factory.mktemp("liushu")), at(2, 1, 8))
    made.go_to(at(4, 8, 9))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shown_inside(liushu: Liushu) -> str:
    made = liushu.drafted(title="内部")
    assert liushu.attach(made, "sheet.txt", b"6120").status_code == 201
    liushu.approved(made)
    liushu.released_inside(made)
    return made


@pytest.mark.parametrize("reader", OUTSIDERS)
@pytest.mark.parametrize(
    "page", ["/shown/{}", "/shown/{}/versions", "/shown/{}/versions/1", "/shown/{}/sheet", "/disclosures/{}"]
)
def test_a_hidden_page_is_looked_for_no_longer_than_none(
    liushu: Liushu, shown_inside: str, reader: str, page: str
) -> None:  # ORG-11
    effort = []
    for disclosure in (NO_SUCH, shown_inside, NO_SUCH, shown_inside):
        with questions() as asked:
            assert liushu.ask(reader, page.format(disclosure)).status_code == 404
        effort.append(asked)
    assert effort[2] != []
    assert effort[2] == effort[3], "after the first round nothing is in a memory for one and not for the other"
