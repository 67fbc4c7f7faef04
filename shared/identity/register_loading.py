"""Reads the register's tables into a :class:`Structure`: a few thousand rows, when one has changed."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, Table, select

from shared.identity import PostHeld, PostKind
from shared.identity.register_tables import RegisterTables
from shared.identity.structure import Dated, Notice, Org, Span, Structure, Tenure, Town
from shared.workdays import CalendarYear


def load_structure(connection: Connection, tables: RegisterTables) -> Structure:
    orgs = {row.organisation: Org(**row._mapping) for row in connection.execute(select(tables.orgs))}
    placements = _histories(connection, tables.placements, ("organisation",), "superior")
    return Structure(
        towns={row.town: Town(**row._mapping) for row in connection.execute(select(tables.towns))},
        organisations=orgs,
        placements={organisation: history for (organisation,), history in placements.items()},
        tenures=_tenures(connection, tables.tenures, orgs),
        divisions=_pairs(connection, tables.divisions, "category", "unit"),
        parameters=_pairs(connection, tables.parameters, "parameter", "value"),
        notices=_notices(connection, tables.calendars),
    )


def _histories(
    connection: Connection, table: Table, key: tuple[str, ...], value: str
) -> dict[tuple[str, ...], list[Dated]]:
    histories: dict[tuple[str, ...], list[Dated]] = {}
    for row in connection.execute(select(table).order_by(table.c.since)):
        fields = row._mapping
        histories.setdefault(tuple(fields[k] for k in key), []).append(Dated(fields["since"], fields[value]))
    return histories


def _pairs(connection: Connection, table: Table, second: str, value: str) -> dict[tuple[str, str], list[Dated]]:
    histories = _histories(connection, table, ("town", second), value)
    return {(town, name): history for (town, name), history in histories.items()}


def _tenures(connection: Connection, table: Table, orgs: dict[str, Org]) -> list[Tenure]:
    """A post of an unknown kind, or in an organisation that is not registered, gives nobody any power."""
    rows = connection.execute(select(table).order_by(table.c.since, table.c.post, table.c.person))
    kinds = frozenset(PostKind)
    return [
        Tenure(
            PostHeld(
                row.post,
                PostKind(row.kind),
                row.title_zh,
                row.title_en,
                row.organisation,
                orgs[row.organisation].town,
            ),
            row.person,
            Span(row.since, row.until or row.term),
        )
        for row in rows
        if row.kind in kinds and row.organisation in orgs
    ]


def _notices(connection: Connection, table: Table) -> list[Notice]:
    rows = connection.execute(select(table).order_by(table.c.year, table.c.version))
    return [
        Notice(
            CalendarYear(row.year, row.version, row.source, _days(row.holidays), _days(row.make_up_workdays)),
            _aware(row.recorded_at),
        )
        for row in rows
    ]


def _days(text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in text.split())


def _aware(instant: datetime) -> datetime:
    """SQLite hands instants out without their zone."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
