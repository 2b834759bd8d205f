"""Filling tables by COPY, with their indexes and constraints taken off before and put back after."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import psycopg
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

BLOCK = 2000  # rows to a packet
_FOREIGN = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[]))
    ORDER BY conname"""
_OWN = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype IN ('p', 'u', 'x') AND conrelid = ANY(%s::regclass[])
    ORDER BY array_position('{p,u,x}'::"char"[], contype), conname"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY 1"""


def public_id(table: str, number: int) -> str:
    """The public id of a row: spread over the whole range as random ones are, but the same in every run."""
    return blake2b(f"{table}:{number}".encode(), digest_size=16).hexdigest()


def say(words: str) -> None:
    """Tell the user who waits what goes on."""
    print(words, file=sys.stderr, flush=True)


class Progress:
    """A line that grows while a table is filled, where somebody watches; else one line a table."""

    def __init__(self, table: str, rows: int) -> None:
        self.table, self.rows, self.begun = table, max(rows, 1), time.monotonic()
        self.live = sys.stderr.isatty()

    def tell(self, done: int) -> None:
        """How far it is."""
        if self.live:
            part = min(100, 100 * done // self.rows)
            print(f"\r  {self.table:<32}{part:>4} %", end="", file=sys.stderr, flush=True)

    def end(self, done: int) -> None:
        """It is full."""
        start = "\r" if self.live else ""
        say(f"{start}  {self.table:<32}{done:>11,} rows in {time.monotonic() - self.begun:.0f} s")


def copy(
    owner: psycopg.Connection,
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    expected: int,
) -> int:
    """Fill the table of `model`; returns how many rows went in.

    The first column is the row number. Columns not named take the model's own defaults, and a public id
    where the model has one. Raises psycopg.Error where the database refuses a row.
    """
    table = model._meta.db_table
    rest = [
        field
        for field in model._meta.concrete_fields
        if not (field.column in columns or field.column == "public_id" or field.null or field.primary_key)
        and not field.generated
    ]
    public = "public_id" not in columns and any(f.column == "public_id" for f in model._meta.concrete_fields)
    names = [*columns, *(["public_id"] if public else []), *(str(field.column) for field in rest)]
    tail = "".join(f"\t{_text(_default(field))}" for field in rest) + "\n"
    progress, done = Progress(table, expected), 0
    into: list[sql.Composable] = [sql.Identifier(name) for name in names]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(into))
    with owner.cursor() as cursor, cursor.copy(statement) as stream:
        block: list[str] = []
        for row in rows:
            block.append("\t".join(map(_text, row)))
            if public:
                block.append(f"\t{public_id(table, row[0])}")
            block.append(tail)
            done += 1
            if done % BLOCK == 0:
                stream.write("".join(block))
                block.clear()
                progress.tell(done)
        stream.write("".join(block))
    progress.end(done)
    return done


def _text(value: Any) -> str:
    return value if value.__class__ is str else "\\N" if value is None else str(value)


def _default(field: Any) -> Any:
    value = field.get_default()
    if isinstance(value, DatabaseDefault):
        value = value.expression.value  # type: ignore[attr-defined]
    if value == []:
        return "[]" if field.get_internal_type() == "JSONField" else "{}"
    return "{}" if value == {} else value


@contextmanager
def bare(owner: psycopg.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Take indexes, keys and exclusions off these tables, and put back exactly what was there after the block."""
    asked = list(tables)
    foreign = owner.execute(_FOREIGN, [asked, asked]).fetchall()
    own = owner.execute(_OWN, [asked]).fetchall()
    indexes = owner.execute(_INDEXES, [asked]).fetchall()
    for table, name, _ in [*foreign, *own]:
        owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        owner.execute(f"DROP INDEX {name}")
    yield
    for what, count, work in (
        ("keys and exclusions", len(own), lambda: _add(owner, own)),
        ("indexes", len(indexes), lambda: [owner.execute(definition) for _, definition in indexes]),
        ("foreign keys", len(foreign), lambda: _add(owner, foreign)),
    ):
        timed(f"{count} {what}", work)


def timed(what: str, work: Callable[[], object]) -> None:
    """Do it and say how long it took."""
    begun = time.monotonic()
    work()
    say(f"  {what:<32}{'':>11}         {time.monotonic() - begun:.0f} s")


def _add(owner: psycopg.Connection, constraints: Sequence[tuple[str, ...]]) -> None:
    for table, name, definition in constraints:
        owner.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def finish(owner: psycopg.Connection, tables: Sequence[str]) -> None:
    """Go on counting after the rows that were copied, and tell the planner what is there."""
    for table in tables:
        owner.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608
            f" (SELECT coalesce(max(id), 1) FROM {table}))"
        )
    for (name,) in owner.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'S' AND relname LIKE 'reference\\_%'"
    ).fetchall():
        owner.execute(f"SELECT setval('{name}', 50000000)")
    timed("vacuum and analyse", lambda: owner.execute("VACUUM ANALYZE"))
