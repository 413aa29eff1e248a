"""What in the database is a plugin's: the tables of its labels, and rows of its own in tables of the core.

A row is read as plain JSON, the same from both databases, so that what was written from one can be read into the other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tortoise.context import require_context
from tortoise.exceptions import IntegrityError, ValidationError
from tortoise.fields import BinaryField
from tortoise.models import Model

from eperf.domain.errors import BadInput, Conflict
from eperf.store import database
from eperf.store.event import EventHeadRow, EventRow, IdempotencyRow
from eperf.store.guest import JobRow, SinkRow

_PAGE = 1_000
_COLUMN = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)


def tables(labels: Iterable[str]) -> dict[str, type[Model]]:
    """The models of these labels by table, those that others refer to first."""
    apps: Any = require_context().apps
    models = [model for label in sorted(labels) if label in apps for model in apps[label].values()]
    found: dict[str, type[Model]] = {}
    waiting = sorted(models, key=lambda model: model._meta.db_table)
    while waiting:
        ready = [model for model in waiting if not _referred(model) & (set(waiting) - {model})] or waiting[:1]
        found |= {model._meta.db_table: model for model in ready}
        waiting = [model for model in waiting if model not in ready]
    return found


def _referred(model: type[Model]) -> set[type[Model]]:
    meta = model._meta
    return {meta.fields_map[name].related_model for name in meta.fk_fields | meta.o2o_fields}  # type: ignore[attr-defined]


def links(labels: Iterable[str]) -> list[str]:
    """The tables between models of these labels that no model describes (many to many)."""
    found = set()
    for model in tables(labels).values():
        found |= {str(model._meta.fields_map[name].through) for name in model._meta.m2m_fields}  # type: ignore[attr-defined]
    return sorted(found)


async def standing(names: Collection[str]) -> list[str]:
    """Those of these tables that are there."""
    if database.dialect() == "sqlite":
        rows = await _dicts("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = await _dicts("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()")
    return sorted({row["name"] for row in rows} & set(names))


async def count(table: str) -> int:
    """How many rows a table has; its name is one of a model, never from outside."""
    return int((await _dicts(f'SELECT count(*) AS n FROM "{table}"'))[0]["n"])  # noqa: S608


async def _dicts(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await database.connection().execute_query_dict(sql)
    return found


async def rows_of(model: type[Model], **where: Any) -> AsyncIterator[dict[str, Any]]:
    """The rows of a model in the order of their keys, as plain JSON; a page at a time."""
    key = model._meta.pk_attr
    asked = model.filter(**where).order_by(key)
    after: Any = None
    while True:
        page = await (asked if after is None else asked.filter(**{f"{key}__gt": after})).limit(_PAGE).values()
        for row in page:
            yield {name: plain(value) for name, value in row.items()}
        if len(page) < _PAGE:
            return
        after = page[-1][key]


async def pairs_of(table: str) -> list[dict[str, Any]]:
    """The rows of a table between two others."""
    rows = await _dicts(f'SELECT * FROM "{table}" ORDER BY 1, 2')  # noqa: S608
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value: Any) -> Any:
    """A column's value as JSON: instants in UTC, decimals and other exact things as texts, bytes in base64."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return getattr(value, "value", value)  # an enum's member that is also a text or a number
    return str(getattr(value, "value", value))


async def put(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows as `rows_of` gave them, with their keys; the next key the database draws is beyond them."""
    if not rows:
        return
    table = model._meta.db_table
    if table in OF_THE_CORE:
        await _require_drawn(model, rows)
    try:
        made = [model(**dict(_typed(model, row))) for row in rows]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ValidationError) as wrong:
        raise BadInput("row", table, f"a value is none of its column: {wrong}") from wrong
    try:
        await model.bulk_create(made)
    except IntegrityError as taken:
        raise Conflict("row", table, f"its number is another's by now: {taken}") from taken
    key = model._meta.pk
    if database.dialect() == "postgres" and key.generated and table not in OF_THE_CORE:
        column = key.source_field or key.model_field_name
        await database.connection().execute_query(
            f'SELECT setval(pg_get_serial_sequence(\'"{table}"\', \'{column}\'), (SELECT max("{column}") FROM "{table}"))'  # noqa: E501, S608
        )


async def _require_drawn(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuses numbers of the core's tables that this database has not given out: they are another's to come."""
    table, key = model._meta.db_table, model._meta.pk.model_field_name
    if not model._meta.pk.generated:
        return
    limits = {key: await _last_drawn(table, key)}
    if model is EventRow:
        head = await EventHeadRow.get_or_none(id=1)
        limits["cursor"] = 0 if head is None else head.cursor
    for name, most in limits.items():
        for row in rows:
            found = row.get(name)
            if found is not None and not (type(found) is int and 0 < found <= most):
                raise BadInput(f"{table}.{name}", found, f"this database has given out numbers up to {most}")


async def _last_drawn(table: str, key: str) -> int:
    if database.dialect() == "postgres":
        sql = f"SELECT last_value AS n FROM {table}_{key}_seq"  # noqa: S608 - our own names
    else:
        sql = f"SELECT max(seq) AS n FROM sqlite_sequence WHERE name = '{table}'"  # noqa: S608 - the same
    [row] = await database.connection().execute_query_dict(sql)
    return int(row["n"] or 0)


def _typed(model: type[Model], row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        field = model._meta.fields_map[name]
        if value is not None and isinstance(field, BinaryField):
            yield name, base64.b64decode(value)
        else:
            yield name, field.to_python_value(value)


async def put_pairs(table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows of a table between two others."""
    for row in rows:
        wrong = next((name for name in row if not _COLUMN.fullmatch(name)), None)
        if wrong is not None:
            raise BadInput("row", table, f"{wrong[:40]!r} is no column")
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f"${n + 1}" if database.dialect() == "postgres" else "?" for n in range(len(row)))
        await database.connection().execute_query(
            f'INSERT INTO "{table}" ({names}) VALUES ({places})',  # noqa: S608
            list(row.values()),
        )


async def kinds_within(prefix: str, others: Collection[str]) -> dict[str, int]:
    """The kinds of event in the log that begin with a prefix and are none of `others`, with how many there are."""
    rows = await EventRow.filter(kind__startswith=prefix).distinct().values("kind")
    kinds = sorted(str(row["kind"]) for row in rows)
    return {kind: await EventRow.filter(kind=kind).count() for kind in kinds if kind not in others}


OF_THE_CORE: Mapping[str, type[Model]] = {
    "event": EventRow,
    "idempotency": IdempotencyRow,
    "event_sink": SinkRow,
    "plugin_job": JobRow,
}
"""Tables of the core in which a plugin may have rows of its own."""


BEGUN_AGAIN = ("event_sink", "plugin_job")
"""Those of them that a plugin gets anew when it is installed again."""

MARKS = {
    "event": (".", "kind"),
    "idempotency": (".", "operation"),
    "event_sink": ("/", "name"),
    "plugin_job": ("/", "name"),
}
"""How a row there says whose it is: the column that begins with the plugin's name and this letter."""


def own_rows(plugin: str, kinds: Collection[str]) -> dict[str, dict[str, Any]]:
    """Which rows of those tables are a plugin's."""
    return {
        "event": {"kind__in": sorted(kinds)},
        "idempotency": {"operation__startswith": f"{plugin}."},
        "event_sink": {"name__startswith": f"{plugin}/"},
        "plugin_job": {"name__startswith": f"{plugin}/"},
    }
