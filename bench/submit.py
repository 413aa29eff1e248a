"""Measures `submitActivity` below HTTP: the verb against the same SQL by hand on the bare driver, in turns.

`python -m bench.submit` prints reports a second and their ratio for the bundled PostgreSQL and for SQLite, both durable
(fsync, synchronous=FULL). The verb checks the permission, asks and keeps an idempotency key, writes the event and the
mark; the hand-written one takes all that for granted in Python and does it in the same statements.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from statistics import median

import aiosqlite
import asyncpg
import orjson
import uvloop

from eperf.adapters import postgres
from eperf.domain.activity import Report
from eperf.services import activity
from eperf.services.call import Call
from eperf.store import database, migrate
from eperf.store.access import AccountRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.support import town as towns

PEOPLE = 32
AT_ONCE = 16
Rates = dict[str, list[tuple[float, float]]]
Submit = Callable[[int, str], Awaitable[int]]

_FITS = """
SELECT {new} coalesce((SELECT CASE WHEN p.valid_to IS NULL OR p.valid_to > $2 THEN p.unit_id END FROM placement p
  WHERE p.employee_id = e.id AND p.valid_from <= $2 ORDER BY p.valid_from DESC LIMIT 1), e.unit_id) AS unit_id
FROM employee e JOIN unit u ON u.id = e.unit_id
WHERE e.id = $1 AND e.active AND u.zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura') AND (
  SELECT i.id FROM catalogue_item named JOIN catalogue_item i ON i.code = named.code
  JOIN unit_tree t ON t.ancestor_id = i.unit_id
  WHERE named.id = $3 AND t.descendant_id = e.unit_id AND i.valid_from <= $2
  AND (i.valid_to IS NULL OR i.valid_to > $2) ORDER BY t.depth LIMIT 1) = $3
"""
_POSTGRES = f"""
WITH fits AS ({_FITS.format(new="nextval('activity_id_seq') AS id,")}), taken AS (
  INSERT INTO idempotency (account_id, key, operation, digest, answer_id, created_at)
  SELECT $4, $5, 'submitActivity', $6, id, $7 FROM fits ON CONFLICT (account_id, key) DO NOTHING RETURNING answer_id
), added AS (
  INSERT INTO activity (id, employee_id, unit_id, item_id, date, minutes, quantity_h, result, state, submitted_at)
  SELECT id, $1, unit_id, $3, $2, $8, $9, $10, 'submitted', $7 FROM taken, fits
), logged AS (
  INSERT INTO event (kind, version, subject_type, subject_id, unit_id, employee_id, account_id, occurred_at, payload)
  SELECT 'activity.submitted', 1, 'Activity', id, unit_id, $1, $4, $7, $11 FROM taken, fits
), marked AS (
  INSERT INTO dirty_score (employee_id, period) SELECT $1, $12 FROM taken
  ON CONFLICT (employee_id, period) DO UPDATE SET mark = dirty_score.mark + 1
) SELECT answer_id FROM taken
"""


def _digest(report: Report) -> str:
    return hashlib.sha256(orjson.dumps(vars(report), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _by_asyncpg(pool: asyncpg.Pool, accounts: dict[int, int], report: Report) -> Submit:
    async def submit(employee: int, key: str) -> int:
        return await pool.fetchval(
            _POSTGRES, employee, report.date, report.item_id, accounts[employee], key, _digest(report), towns.NOW,
            report.minutes, report.quantity_h, report.result,
            orjson.dumps({"date": report.date}).decode(), f"{report.date:%Y-%m}",
        )  # fmt: skip

    return submit


def _by_aiosqlite(connection: aiosqlite.Connection, accounts: dict[int, int], report: Report) -> Submit:
    def written(db: sqlite3.Connection, employee: int, key: str) -> int:
        day, at, account = report.date.isoformat(), towns.NOW.isoformat(" "), accounts[employee]
        db.execute("BEGIN IMMEDIATE")
        try:
            asked = (employee, day, report.item_id)
            unit = db.execute(_FITS.format(new="").replace("$", "?"), asked).fetchone()[0]
            new = db.execute(
                "INSERT INTO activity (employee_id, unit_id, item_id, date, minutes, quantity_h, result, state, "
                "submitted_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'submitted', ?)",
                (employee, unit, report.item_id, day, report.minutes, report.quantity_h, report.result, at),
            ).lastrowid
            db.execute(
                "INSERT INTO idempotency (account_id, key, operation, digest, answer_id, created_at) "
                "VALUES (?, ?, 'submitActivity', ?, ?, ?)",
                (account, key, _digest(report), new, at),
            )
            db.execute(
                "INSERT INTO event (kind, version, subject_type, subject_id, unit_id, employee_id, account_id, "
                "occurred_at, payload) VALUES ('activity.submitted', 1, 'Activity', ?, ?, ?, ?, ?, ?)",
                (new, unit, employee, account, at, orjson.dumps({"date": day}).decode()),
            )
            db.execute(
                "INSERT INTO dirty_score (employee_id, period) VALUES (?, ?) ON CONFLICT (employee_id, period) "
                "DO UPDATE SET mark = dirty_score.mark + 1",
                (employee, day[:7]),
            )
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise
        assert new is not None
        return new

    async def submit(employee: int, key: str) -> int:
        return await connection._execute(written, connection._conn, employee, key)

    return submit


def _by_eperf(town: towns.Town, accounts: dict[int, int], report: Report) -> Submit:
    viewer = town.viewer("Budi")

    async def submit(employee: int, key: str) -> int:
        who = dataclasses.replace(viewer, account_id=accounts[employee], employee_id=employee)
        return await activity.submit(Call(who, towns.NOW, key=key, registry=town.registry), report)

    return submit


async def _people(town: towns.Town) -> dict[int, int]:
    """Reporters enough that they rarely wait for each other's mark: employee id to account id."""
    accounts = {}
    for number in range(PEOPLE):
        placed = {"unit_id": town.units["office"], "supervisor_id": town.people["Sri"]}
        person = await EmployeeRow.create(kind="PNS", name=f"Reporter {number}", **placed)
        await PlacementRow.create(employee_id=person.id, valid_from=towns.SINCE, **placed)
        account = await AccountRow.create(
            kind="person", name=person.name, employee_id=person.id, login=person.name
        )
        accounts[person.id] = account.id
    return accounts


async def _rate(submit: Submit, people: list[int], name: str, seconds: float) -> tuple[float, float]:
    """Reports a second, and this process's milliseconds of CPU for one."""
    done, end, used = 0, time.perf_counter() + seconds, time.process_time()

    async def work(worker: int) -> None:
        nonlocal done
        number = worker
        while time.perf_counter() < end:
            assert await submit(people[number % len(people)], f"{name}-{number}") > 0
            number += AT_ONCE
            done += 1

    begun = time.perf_counter()
    await asyncio.gather(*(work(worker) for worker in range(AT_ONCE)))
    return done / (time.perf_counter() - begun), (time.process_time() - used) * 1000 / done


async def _measured(url: str, options: argparse.Namespace) -> Rates:
    await database.connect(url, pool=options.pool)
    try:
        await migrate.migrate(database.config(url))
        town = await towns.build()
        accounts = await _people(town)
        report = Report(town.item, towns.TODAY, 60, 100, "Laporan bulanan")
        by_hand, close = await _bare(url, options.pool, accounts, report)
        ways = {"by hand": by_hand, "eperf": _by_eperf(town, accounts, report)}
        rates: Rates = {name: [] for name in ways}
        for turn in range(-1, options.turns):
            for name, submit in ways.items():
                rate = await _rate(submit, list(accounts), f"{name}{turn}", options.seconds)
                if turn >= 0:
                    rates[name].append(rate)
        await close()
        return rates
    finally:
        await database.disconnect()


async def _bare(
    url: str, size: int, accounts: dict[int, int], report: Report
) -> tuple[Submit, Callable[[], Awaitable[None]]]:
    if url.startswith("postgres"):

        async def keep(_: object) -> None:
            """No reset, as in eperf."""

        settings = {"timezone": "UTC", "jit": "off"}
        pool = await asyncpg.create_pool(
            url, min_size=size, max_size=size, reset=keep, server_settings=settings
        )
        return _by_asyncpg(pool, accounts, report), pool.close
    connection = await aiosqlite.connect(url.removeprefix("sqlite://"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "foreign_keys=ON"):
        await connection.execute(f"PRAGMA {pragma}")
    return _by_aiosqlite(connection, accounts, report), connection.close


def _print(kind: str, rates: Rates) -> None:
    (hand, hand_cpu), (own, own_cpu) = (
        (median(rate for rate, _ in turns), median(cpu for _, cpu in turns)) for turns in rates.values()
    )
    print(
        f"{kind:10} by hand {hand:5.0f}/s {hand_cpu:.3f} ms CPU   eperf {own:5.0f}/s {own_cpu:.3f} ms CPU   "
        f"ratio {own / hand:.2f}"
    )


def main() -> None:
    """Measures both databases."""
    parser = argparse.ArgumentParser(prog="python -m bench.submit", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="how long a turn of one way lasts")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--pool", type=int, default=4, help="connections to PostgreSQL")
    parser.add_argument("--database", choices=["postgres", "sqlite", "both"], default="both")
    options = parser.parse_args()
    if (
        options.database == "both"
    ):  # in a process each, because the ORM keeps one dialect for a process's life
        for kind in ("postgres", "sqlite"):
            subprocess.run(
                [sys.executable, "-m", "bench.submit", *sys.argv[1:], "--database", kind], check=True
            )
        return
    print(f"{datetime.now():%Y-%m-%d %H:%M}  {PEOPLE} reporters, {AT_ONCE} at once, {options.turns} turns")
    with tempfile.TemporaryDirectory(prefix="eperf-submit-", dir="/tmp") as folder:
        if options.database == "sqlite":
            _print("SQLite", uvloop.run(_measured(f"sqlite://{folder}/submit.db", options)))
            return
        server = postgres.start(Path(folder) / "postgres")
        try:
            _print("PostgreSQL", uvloop.run(_measured(server.url, options)))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
