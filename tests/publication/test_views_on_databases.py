"""The views answer the same on SQLite and on PostgreSQL after the same facts (design 1.4)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from services.publication.views.approvals import Approvals
from services.publication.views.desk import DeskWork
from services.publication.views.obligations import Obligations
from services.publication.views.shown import Filter, Shown
from shared import calendars
from shared.columns import json_text
from shared.follow import View
from tests.publication.liushu import Liushu, at

READER = ("members:FY-R1", "society")


def answers(views: dict[type[View], Any], disclosure: str) -> list[Any]:
    shown, owed = views[Shown], views[Obligations]
    rows = [
        *shown.listed(READER, Filter(words="党费", limit=5)),
        *shown.versions(disclosure, READER),
        *owed.listed(organisation="FY-R1"),
        *views[DeskWork].listed(["FY-R1"]),
        *views[DeskWork].history(disclosure),
        *views[Approvals].of("FY-R1", 2026),
    ]
    figures = owed.timeliness(date(2026, 4, 20), calendars.load_all(), town="fengyang")
    return [*(dict(row) for row in rows), *figures, shown.count(READER)]


@pytest.mark.postgres
def test_views_answer_alike_on_either_database(tmp_path: Path, postgres_url: str) -> None:
    liushu = Liushu(tmp_path, at(2, 1, 8))
    liushu.go_to(at(4, 10, 9))
    disclosure = liushu.drafted()
    liushu.approved(disclosure)
    liushu.released_inside(disclosure)
    here: dict[type[View], Any] = {type(view): view for view in liushu.service.views}
    engine = create_engine(postgres_url, json_serializer=json_text)
    there: dict[type[View], Any] = {kind: kind(engine) for kind in (Shown, Obligations, DeskWork, Approvals)}
    with engine.begin() as tx:
        for view in there.values():
            view.metadata.create_all(tx)
        for event in liushu.service.handler.journal.read(0):
            for view in there.values():
                view.apply(tx, event)
    assert answers(there, disclosure) == answers(here, disclosure)
    engine.dispose()
    liushu.close()
