"""What the fault tests do to a served town, and what must be true of it afterwards."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from eperf.store import database, log
from eperf.store.access import TokenRow
from eperf.store.activity import ActivityRow
from eperf.store.attendance import PunchRow
from eperf.store.event import EventRow
from tests.support.database import run
from tests.support.http import Connection, Unknown
from tests.support.town import PEOPLE, Town, build

SUBMIT = """
mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) { __typename ... on Activity { id state } ... on Problem { code field message } }
}
"""
VERIFY = """
mutation Verify($input: VerifyActivityInput!) {
  verifyActivity(input: $input) { __typename ... on Activity { id state } ... on Problem { code field message } }
}
"""


def token_of(name: str) -> str:
    """The test's own bearer token of a person."""
    return "eperf_" + name.lower().ljust(43, "0")


def populate(url: str) -> Town:
    """Writes the town with a token for everybody."""

    async def write() -> Town:
        await database.connect(url)
        try:
            town = await build()
            now = datetime.now(UTC)
            for name in PEOPLE:
                await TokenRow.create(
                    account_id=town.accounts[name],
                    name="test",
                    digest=hashlib.sha256(token_of(name).encode()).hexdigest(),
                    created_at=now,
                    expires_at=now + timedelta(days=1),
                )
            return town
        finally:
            await database.disconnect()

    return run(write())


def report(item: str, key: str, **changes: Any) -> dict[str, Any]:
    """The input of a `submitActivity`."""
    today = (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()
    given = {"item": item, "date": today, "minutes": 30, "quantity": "1", "result": f"kerja {key}"}
    return {**given, "idempotencyKey": key, **changes}


@dataclass
class Ledger:
    """What the writers know: which keys were answered with which id, and how often an answer was lost."""

    answers: dict[str, str] = field(default_factory=dict)
    punches: set[str] = field(default_factory=set)
    lost_answers: int = 0
    disagreements: list[str] = field(default_factory=list)

    def answered(self, key: str, number: str) -> None:
        """Notes an answer; another one for the same key is a disagreement."""
        if self.answers.setdefault(key, number) != number:
            self.disagreements.append(key)


async def submit_until_answered(
    connection: Connection, ledger: Ledger, name: str, given: dict[str, Any]
) -> None:
    """Sends one report, again and again with its key, until an answer comes."""
    while True:
        try:
            answer = await connection.graphql(token_of(name), SUBMIT, {"input": given})
        except Unknown:
            ledger.lost_answers += 1
            await asyncio.sleep(0.05)
            continue
        done = (answer.get("data") or {}).get("submitActivity") or {}
        if done.get("__typename") == "Activity":
            ledger.answered(given["idempotencyKey"], done["id"])
            return
        code = done.get("code") or answer["errors"][0]["extensions"]["code"]
        if code not in ("UNAVAILABLE", "TIMEOUT"):
            raise AssertionError(answer)
        await asyncio.sleep(0.05)


async def push_until_answered(connection: Connection, ledger: Ledger, pin: str, at: datetime) -> None:
    """Posts one clock record until it is acknowledged."""
    line = f"{pin}\t{at:%Y-%m-%d %H:%M:%S}\t0\t1\t0\t0\t0\n"
    while True:
        try:
            path = "/iclock/cdata?SN=OFFICE1&table=ATTLOG&Stamp=1"
            status, body = await connection.request(
                "POST", path, line.encode(), {"Content-Type": "text/plain"}
            )
        except Unknown:
            ledger.lost_answers += 1
            await asyncio.sleep(0.05)
            continue
        if status == 200:
            assert body.startswith(b"OK: 1"), body
            ledger.punches.add(f"{pin} {at:%Y-%m-%d %H:%M:%S}")
            return
        assert status == 503, (status, body)
        await asyncio.sleep(0.05)


def check(url: str, ledger: Ledger) -> None:
    """Every acknowledged write is there once, with one event; the log has no gap."""

    async def look() -> None:
        await database.connect(url)
        try:
            while await log.number():
                pass
            rows = await ActivityRow.all()
            assert ledger.disagreements == []
            texts = Counter(row.result.removeprefix("kerja ") for row in rows)
            assert sorted(texts) == sorted(ledger.answers)
            assert set(texts.values()) <= {1}
            heard = Counter(event.subject_id for event in await EventRow.filter(kind="activity.submitted"))
            assert heard == Counter(row.id for row in rows)
            punches = await PunchRow.filter(device_id__isnull=False)
            kept = Counter(f"{p.pin} {p.line.split(chr(9))[1]}" for p in punches)
            assert kept == Counter(ledger.punches)
            told = Counter(event.subject_id for event in await EventRow.filter(kind="attendance.punched"))
            assert told == Counter(p.id for p in punches)
            cursors = sorted([int(event.cursor or 0) for event in await EventRow.all()])
            assert cursors == list(range(1, len(cursors) + 1))
            if database.dialect() == "sqlite":
                _, found = await database.connection().execute_query("PRAGMA integrity_check")
                assert [tuple(row) for row in found] == [("ok",)]
        finally:
            await database.disconnect()

    run(look())
