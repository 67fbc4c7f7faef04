"""The second wall: PostgreSQL's row-level security on every table that has a ``town`` (design 8).

Start at :func:`put_up`. What a transaction may see is said by ``shared.reach`` in three settings; a policy compares
them with the row. A table opens further than its towns only by what it declares (:func:`seen_by`, :func:`given_by`,
:func:`signed_in`, :func:`along`), and only for reading. Writing takes the reach of the service.
"""

import hashlib
from collections.abc import Collection, Iterable

from sqlalchemy import Column, Connection, MetaData, String, Table, text

from shared.reach import COUNTY, READER, SERVICE

OPEN = "open_to"  # key of Table.info: the SQL that opens rows beyond their town
OWN = "<own>"  # in such SQL: the table itself
ALL = "SELECT, INSERT, UPDATE, DELETE"
KEPT = "kept"  # key of Table.info: rows are added and never changed
GENERATION = "generation"  # key of Table.info: what a rebuild has put behind the table's name


def _setting(name: str) -> str:
    """Read once a statement, not once a row."""
    return f"(SELECT current_setting('{name}', true))"


def _reaches(*levels: str) -> str:
    """Yes or no, settled before the first row is read: the planner takes it for even odds and plans for many rows.

    Compared row by row, a setting would look to it like a value that one row in two hundred has.
    """
    known = ", ".join(f"'{level}'" for level in levels)
    return f"(SELECT coalesce(current_setting('gongkai.reach', true), '') IN ({known}))"


_PERSON = _setting("gongkai.person")
_TOWNS = "(SELECT nullif(current_setting('gongkai.towns', true), '')::text[])::text[]"


def seen_by(*columns: str) -> str:
    """Rows whose audience (of any of these columns) is society, or the very person who asks."""
    mine = "(SELECT 'person:' || nullif(current_setting('gongkai.person', true), ''))"
    return " OR ".join(f"{_quoted(column)} IN ('society', {mine})" for column in columns)


def given_by(column: str) -> str:
    """Rows of the person who asks."""
    return f"{_quoted(column)} = nullif({_PERSON}, '')"


def signed_in() -> str:
    """All rows, for whoever is somebody."""
    return "(SELECT coalesce(current_setting('gongkai.person', true), '') <> '')"


def along(table: Table, *columns: str) -> str:
    """Rows beside which a row of the other table, equal in these columns, may be seen."""
    same = " AND ".join(f"o.{_quoted(column)} = {OWN}.{_quoted(column)}" for column in columns)
    return f"EXISTS (SELECT 1 FROM {_quoted(table.name)} AS o WHERE {same})"  # noqa: S608 - our own names


def array_of(towns: Iterable[str]) -> str:
    """The towns as PostgreSQL writes an array of texts."""
    escaped = (town.replace("\\", "\\\\").replace('"', '\\"') for town in sorted(towns))
    return "{" + ",".join(f'"{town}"' for town in escaped) + "}"


def has_town(table: Table) -> bool:
    return "town" in table.c


def policies(table: Table) -> dict[str, str]:
    """The table's policies by name, as they are created."""
    name = _quoted(table.name)
    opened = table.info.get(OPEN, "").replace(OWN, name)
    town = f"town = ANY ({_TOWNS})"
    own = f"{_reaches(COUNTY)} OR {town}"
    seen = f"{_reaches(READER, COUNTY)} AND ({own}{f' OR ({opened})' if opened else ''})"
    return {
        "service": f"CREATE POLICY service ON {name} USING ({_reaches(SERVICE)}) WITH CHECK ({_reaches(SERVICE)})",
        "readers": f"CREATE POLICY readers ON {name} FOR SELECT USING ({seen})",
    }


def put_up(tx: Connection, tables: Iterable[Table]) -> list[str]:
    """Have these tables secured as declared, by the role that owns them; the statements that this took.

    What is so already is left alone. On SQLite nothing is done.
    """
    if tx.dialect.name != "postgresql":
        return []
    wanted = [table for table in tables if has_town(table)]
    secured, known = _secured(tx), _known(tx)
    statements: list[str] = []
    for table in wanted:
        if table.name not in secured:
            statements.append(f"ALTER TABLE {_quoted(table.name)} ENABLE ROW LEVEL SECURITY")
        for policy, create in policies(table).items():
            mark = _mark(create, table)
            found = known.get((table.name, policy))
            if found == mark:
                continue
            if found is not None:
                statements.append(f"DROP POLICY {policy} ON {_quoted(table.name)}")
            statements += [create, f"COMMENT ON POLICY {policy} ON {_quoted(table.name)} IS '{mark}'"]
    for statement in statements:
        tx.exec_driver_sql(statement.replace("%", "%%"))
    return statements


def bare(tx: Connection) -> list[Table]:
    """Tables that have a town and no wall, whoever made them; known by no more than their town."""
    if tx.dialect.name != "postgresql":
        return []
    question = """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'town'
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
           AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))
         ORDER BY 1
    """
    names = tx.execute(text(question)).scalars().all()
    return [Table(name, MetaData(), Column("town", String)) for name in names]


def grant(tx: Connection, role: str, *, final: Collection[str], only_read: Collection[str] = ()) -> None:
    """What the application's role may do with the tables of this database, none of which it owns: to read, add, change
    and remove rows; of ``final`` tables to read and add; of ``only_read`` ones to read. The same for tables to come.
    """
    whom = _quoted(role)
    tables = tx.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    tx.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {whom}")
    tx.exec_driver_sql(f"REVOKE CREATE ON SCHEMA public FROM {whom}")
    for rights, to in ((ALL, f"TABLES TO {whom}"), ("USAGE", f"SEQUENCES TO {whom}")):
        tx.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {to}")
    for table in tables:
        rights = "SELECT" if table in only_read else "SELECT, INSERT" if table in final else ALL
        if _rights(tx, role, table) != set(rights.split(", ")):
            tx.exec_driver_sql(f"REVOKE ALL ON {_quoted(table)} FROM {whom}")
            tx.exec_driver_sql(f"GRANT {rights} ON {_quoted(table)} TO {whom}")


def _rights(tx: Connection, role: str, table: str) -> set[str]:
    question = (
        "SELECT privilege_type FROM information_schema.table_privileges WHERE grantee = :role AND table_name = :table"
    )
    return set(tx.execute(text(question), {"role": role, "table": table}).scalars())


def _secured(tx: Connection) -> set[str]:
    found = tx.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')"))
    return set(found.scalars())


def _known(tx: Connection) -> dict[tuple[str, str], str]:
    """Each policy by table and name, with the mark that :func:`put_up` left on it."""
    question = """
        SELECT c.relname, p.polname, coalesce(obj_description(p.oid, 'pg_policy'), '') AS mark
          FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    """
    return {(row.relname, row.polname): row.mark for row in tx.execute(text(question))}


def _mark(create: str, table: Table) -> str:
    """The same for the same policy, whatever generation of a view's tables it is for."""
    generation = table.info.get(GENERATION, "")
    return hashlib.sha256((create.replace(generation, "") if generation else create).encode()).hexdigest()[:16]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
