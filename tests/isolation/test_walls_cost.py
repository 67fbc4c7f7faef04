"""What the second wall costs a reader: a part of the question, whatever the number of rows."""

from collections.abc import Callable, Iterator
from time import perf_counter

import pytest
from sqlalchemy import Engine, text

from services.publication.views.shown import Filter, Shown
from services.split.postgres import PostgresServer, owner_of
from shared import laying, reach
from shared.database import make_engine, owner_engine
from shared.laying import Plan
from tests.isolation.on_postgres import dropped

pytestmark = pytest.mark.postgres
NAME, ROWS, TIMES_MAX = "publication", 20_000, 8
READER = reach.Reach(reach.READER, frozenset({"town1"}), "somebody")


@pytest.fixture
def engines(postgres: PostgresServer) -> Iterator[tuple[Engine, Engine]]:
    """As the owner, before whom there is no wall, and as the service; many rows of twenty towns."""
    dropped(postgres, NAME)
    postgres.create_service(NAME)
    owner = owner_engine(postgres.url(NAME, user=owner_of(NAME)))
    service = make_engine(postgres.url(NAME, user=NAME))
    laying.lay(owner, Plan(NAME, views=(Shown(owner),)), role=NAME)
    with owner.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO shown (disclosure, version, audience, side, town, organisation, item, period, superseding,"
                " shortened, renewal, shown_from) SELECT 'd' || g, 1,"
                " CASE WHEN g % 2 = 0 THEN 'society' ELSE 'members:o' || (g % 400) END, 'inside', 'town' || (g % 20),"
                " 'o' || (g % 400), 'i' || g, '', false, 0, '', now() - g * interval '1 minute'"
                " FROM generate_series(1, :rows) g"
            ),
            {"rows": ROWS},
        )
        tx.execute(
            text(
                "INSERT INTO shown_contents (disclosure, version, side, town, title, summary, text, led_text,"
                " attachments, channels, content_digest, register_number, replaces, note)"
                " SELECT disclosure, version, side, town, 't', 's', 'x', '', '[]', '[]', '', '', 0, '' FROM shown"
            )
        )
        tx.execute(text("ANALYZE"))
    yield owner, service
    owner.dispose()
    service.dispose()


def test_a_long_list_takes_a_reader_a_few_times_as_long_at_most(engines: tuple[Engine, Engine]) -> None:
    """Estimated badly, the wall's conditions made a join of each row with each other of it."""
    owner, service = engines
    wanted = Filter(limit=50)
    bare = quickest(lambda: Shown(owner).listed({"society"}, wanted))
    with reach.of(READER):
        rows = Shown(service).listed({"society"}, wanted)
        walled = quickest(lambda: Shown(service).listed({"society"}, wanted))
    assert len(rows) == 50
    assert walled < TIMES_MAX * bare


def quickest(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(4):
        began = perf_counter()
        ask()
        times.append(perf_counter() - began)
    return min(times)
