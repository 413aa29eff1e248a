"""Writers that report without end, each until it is answered, and that note every answer, refusal and lost one."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from tests.faults.workload import SUBMIT, Ledger, report, token_of
from tests.support.http import Connection, Unknown

_DRIVER = re.compile(
    rb"asyncpg|postgres|psycopg|Traceback|sqlite|OSError|Errno|terminat|ConnectionDoes", re.IGNORECASE
)
_PATIENCE_SECONDS = 30
RETRYABLE = frozenset({"UNAVAILABLE", "TIMEOUT", "RATE_LIMITED", "LOST"})


@dataclass
class Load:
    """Reports by `writers` at once, from a thread of its own, while it is entered."""

    port: int
    item: str
    writers: int = 8
    prefix: str = "w"
    rest: float = 0.0
    """Seconds between two reports of a writer."""
    ledger: Ledger = field(default_factory=Ledger)
    outcomes: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    """Seconds until the slowest answer, also a refusal."""
    answered_at: list[tuple[float, float]] = field(default_factory=list)
    """When each answered report was sent, and when it was answered."""
    told: list[bytes] = field(default_factory=list)
    """Answers with a driver's words in them."""
    failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends when everybody has had an answer to the last report."""
        self._stop.set()
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive(), f"a writer was not answered: {self.outcomes}"
        if self.failure is not None:
            raise self.failure

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Waits until so many more reports have been answered."""
        goal, deadline = len(self.ledger.answers) + more, time.monotonic() + seconds
        while len(self.ledger.answers) < goal:
            assert self.failure is None, self.failure
            assert time.monotonic() < deadline, (self.outcomes, len(self.ledger.answers))
            time.sleep(0.02)

    @property
    def share_lost(self) -> float:
        """Which part of all requests that were taken was cut off."""
        return self.outcomes["LOST"] / max(1, self.outcomes.total() - self.outcomes["REFUSED"])

    def first_after(self, moment: float) -> float:
        """Seconds from a moment to the first answer to a report that was sent after it."""
        return min(answered for sent, answered in self.answered_at if sent > moment) - moment

    def _work(self) -> None:
        try:
            asyncio.run(self._write_all())
        except BaseException as failure:
            self.failure = failure

    async def _write_all(self) -> None:
        async with asyncio.TaskGroup() as writing:
            for number in range(self.writers):
                writing.create_task(self._write(number))

    async def _write(self, number: int) -> None:
        connection, count = Connection(self.port), 0
        who = ("Budi", "Wati")[number % 2]
        while not self._stop.is_set():
            count += 1
            # Over two years, as people do: one month of thousands would be scored over and over.
            day = (datetime(2026, 10, 31) - timedelta(days=count * 7 % 700)).date().isoformat()
            key = f"{self.prefix}{number}-{count}"
            while not await self._sent(connection, who, report(self.item, key, date=day)):
                await asyncio.sleep(0.05)
            await asyncio.sleep(self.rest)
        connection.close()

    async def _sent(self, connection: Connection, who: str, given: dict[str, object]) -> bool:
        body = json.dumps({"query": SUBMIT, "variables": {"input": given}}).encode()
        headers = {
            "Authorization": f"Bearer {token_of(who)}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        begun = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                status, answer = await connection.request("POST", "/graphql", body, headers)
        except Unknown as unknown:
            # Who was not let in has not been cut off.
            refused = isinstance(unknown.__cause__, ConnectionRefusedError)
            self.outcomes["REFUSED" if refused else "LOST"] += 1
            return False
        self.longest = max(self.longest, time.monotonic() - begun)
        if _DRIVER.search(answer):
            self.told.append(answer)
        assert answer.startswith(b"{"), (status, answer)
        code, number = _outcome(answer)
        self.outcomes[code] += 1
        if number is None:
            assert code in RETRYABLE, (status, answer)
            return False
        self.ledger.answered(str(given["idempotencyKey"]), number)
        self.answered_at.append((begun, time.monotonic()))
        return True


def _outcome(answer: bytes) -> tuple[str, str | None]:
    found = json.loads(answer)
    done = (found.get("data") or {}).get("submitActivity") or {}
    if done.get("__typename") == "Activity":
        return "ANSWERED", done["id"]
    if done:
        return done["code"], None
    error = found["errors"][0]
    return error.get("code") or error["extensions"]["code"], None
