"""Taking a plugin out of the database: what is its own, written out, taken away, and put back.

Its own are the tables of its labels, its kinds of event, the answers kept for its verbs, its sinks' cursors and its
jobs' times. What others decided by its parts (bindings, scores, days) is not: ending that is another's business, and
comes before.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from eperf.domain.errors import Conflict, NotFound, PluginInUse, Refused
from eperf.plugins.discovery import CORE
from eperf.plugins.registry import Registry
from eperf.store import database, migrate, owned

_AT_ONCE = 500
_FORM = 1
_Records = dict[str, list[dict[str, Any]]]


class ExportDamaged(Refused):
    """An exported file is not whole, or not as it was written."""

    code = "EXPORT_DAMAGED"
    text_id = "Ekspor rusak: {why}."
    text_en = "The export is damaged: {why}."


@dataclass(frozen=True)
class Holdings:
    """What a plugin has: rows of its own by table (its tables, then those of the core), and events by kind."""

    plugin: str
    version: str
    labels: tuple[str, ...]
    migrations: tuple[str, ...]
    tables: Mapping[str, int]
    rows: Mapping[str, int]
    events: Mapping[str, int]


async def holdings(registry: Registry, config: Mapping[str, Any], plugin: str) -> Holdings:
    """What a plugin that is installed has; refuses a name that is none's, and eperf itself."""
    version, labels = _version(registry, plugin), _labels(registry, plugin)
    known = await migrate.status(config)
    there = await owned.standing([*owned.tables(labels), *owned.links(labels)])
    kinds = await _kinds(registry, plugin)
    own = owned.own_rows(plugin, kinds)
    return Holdings(
        plugin=plugin,
        version=version,
        labels=labels,
        migrations=tuple(name for name in known.applied if name.partition(".")[0] in labels),
        tables={table: await owned.count(table) for table in there},
        rows={table: await owned.OF_THE_CORE[table].filter(**where).count() for table, where in own.items()},
        events=kinds,
    )


async def require_removable(registry: Registry, config: Mapping[str, Any], plugin: str) -> None:
    """Refuses what `remove` would refuse, before anything is changed."""
    labels = _labels(registry, plugin)
    for found in registry.models:
        if found.plugin != plugin and set(found.part.depends_on) & set(labels):
            raise PluginInUse(plugin, f"tables of the plugin {found.plugin} need its tables")
    await migrate.require_reversible(config, labels)


async def lines(
    registry: Registry, config: Mapping[str, Any], plugin: str, before: bytes = b""
) -> AsyncIterator[bytes]:
    """A plugin's own rows as JSON lines: a head, a line for each row, and a last one with their number and digest.

    `before`: what stands before them in the export, which the digest holds too. The same rows give the same bytes, on
    both databases.
    """
    sum_, number = hashlib.sha256(before), 0
    async for found in _records(registry, config, plugin):
        line = orjson.dumps(found, option=orjson.OPT_SORT_KEYS) + b"\n"
        sum_.update(line)
        number += "row" in found
        yield line
    yield orjson.dumps({"rows": number, "sha256": sum_.hexdigest()}) + b"\n"


async def _records(
    registry: Registry, config: Mapping[str, Any], plugin: str
) -> AsyncIterator[dict[str, Any]]:
    version, labels = _version(registry, plugin), _labels(registry, plugin)
    applied = [one for one in (await migrate.status(config)).applied if one.partition(".")[0] in labels]
    yield {"form": _FORM, "plugin": plugin, "version": version, "migrations": sorted(applied)}
    there = set(await owned.standing([*owned.tables(labels), *owned.links(labels)]))
    for table, model in owned.tables(labels).items():
        if table in there:
            async for row in owned.rows_of(model):
                yield {"table": table, "row": row}
    for table in owned.links(labels):
        for row in await owned.pairs_of(table) if table in there else ():
            yield {"table": table, "row": row}
    for table, where in owned.own_rows(plugin, await _kinds(registry, plugin)).items():
        async for row in owned.rows_of(owned.OF_THE_CORE[table], **where):
            yield {"table": table, "row": row}


async def remove(registry: Registry, config: Mapping[str, Any], plugin: str) -> Holdings:
    """Takes back the plugin's migrations and removes its rows, in one transaction under the lock of migrations.

    Refuses while another plugin's tables need its own, and where a migration cannot be taken back. Export first:
    nothing of it can be had again. Gives what it had.
    """
    await require_removable(registry, config, plugin)
    found = await holdings(registry, config, plugin)

    async def also() -> None:
        for table, where in owned.own_rows(plugin, found.events).items():
            await owned.OF_THE_CORE[table].filter(**where).delete()
        left = await owned.standing(found.tables)
        if left:
            raise Conflict("plugin", plugin, f"its migrations leave the table {left[0]} behind")

    await migrate.unapply(config, found.labels, also)
    return found


async def restore(
    registry: Registry, config: Mapping[str, Any], plugin: str, exported: Iterable[bytes], before: bytes = b""
) -> int:
    """Puts an export back, of a plugin whose tables are there again and empty; gives the number of rows.

    All or nothing. Refuses a file that is not as it was written, one of another plugin, and one of other migrations
    than those applied.
    """
    head, records = _read(exported, before)
    if head.get("plugin") != plugin:
        raise ExportDamaged("export", head.get("plugin"), why=f"it is not of {plugin}")
    _version(registry, plugin)
    labels = _labels(registry, plugin)
    applied = [one for one in (await migrate.status(config)).applied if one.partition(".")[0] in labels]
    if sorted(applied) != head.get("migrations"):
        raise Conflict(
            "migrations", head.get("migrations"), f"the database has {', '.join(applied) or 'none'}"
        )
    _require_own(registry, plugin, records)
    async with database.transaction():
        for table in (*owned.tables(labels), *owned.links(labels)):
            if await owned.count(table):
                raise Conflict("table", table, "it has rows already")
        # Where its sinks and jobs stand is told by the export; what has been noted since they are here again is not.
        for table in owned.BEGUN_AGAIN:
            await owned.OF_THE_CORE[table].filter(**owned.own_rows(plugin, ())[table]).delete()
        await _put(labels, records)
    return sum(len(rows) for rows in records.values())


def _require_own(registry: Registry, plugin: str, records: _Records) -> None:
    """Whoever forged a file and its digest gets no further than the plugin's own."""
    labels = _labels(registry, plugin)
    allowed = {*owned.tables(labels), *owned.links(labels), *owned.OF_THE_CORE}
    others = {kind for kind, found in registry.event_kinds.items() if found.plugin != plugin}
    for table, rows in records.items():
        mark, column = owned.MARKS.get(table, ("", ""))
        words = [str(row.get(column)) for row in rows] if mark else []
        if table not in allowed or any(
            not one.startswith(f"{plugin}{mark}") or one in others for one in words
        ):
            raise ExportDamaged("table", table, why=f"it has rows of {table}, which is not the plugin's")


async def _put(labels: tuple[str, ...], records: _Records) -> None:
    models = {**owned.tables(labels), **owned.OF_THE_CORE}
    for table, model in models.items():
        rows = records.get(table, [])
        for start in range(0, len(rows), _AT_ONCE):
            await owned.put(model, rows[start : start + _AT_ONCE])
    for table in owned.links(labels):
        await owned.put_pairs(table, records.get(table, []))


def _read(exported: Iterable[bytes], before: bytes) -> tuple[dict[str, Any], _Records]:
    sum_, records = hashlib.sha256(before), list[dict[str, Any]]()
    last: bytes | None = None
    for line in exported:
        if last is not None:
            sum_.update(last)
            records.append(_object(last))
        last = line
    told = _object(last or b"")
    rows = [one for one in records if "row" in one]
    if told.get("sha256") != sum_.hexdigest() or told.get("rows") != len(rows):
        raise ExportDamaged("export", told.get("sha256"), why="its digest is another")
    if not records or records[0].get("form") != _FORM:
        raise ExportDamaged("export", None, why="it has no head of this form")
    found: _Records = {}
    for one in rows:
        found.setdefault(str(one["table"]), []).append(one["row"])
    return records[0], found


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as wrong:
        raise ExportDamaged("export", line[:40], why="a line is not JSON") from wrong
    if not isinstance(found, dict):
        raise ExportDamaged("export", line[:40], why="a line is not an object")
    return found


async def _kinds(registry: Registry, plugin: str) -> dict[str, int]:
    others = {kind for kind, found in registry.event_kinds.items() if found.plugin != plugin}
    return await owned.kinds_within(f"{plugin}.", others)


def _version(registry: Registry, plugin: str) -> str:
    for one in registry.report():
        if one.name == plugin and plugin != CORE and one.state in ("ok", "disabled"):
            return one.version
    raise NotFound("plugin", plugin)


def _labels(registry: Registry, plugin: str) -> tuple[str, ...]:
    return tuple(found.part.label for found in registry.models if found.plugin == plugin)
