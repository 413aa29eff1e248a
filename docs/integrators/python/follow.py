"""Follows eperf's updates and keeps a table of scores equal to eperf's, through whatever happens on the way.

    pip install httpx httpx-sse
    python follow.py https://kinerja.example.go.id --token token.txt --ledger scores.db

It listens to an event stream: plain HTTP, so it passes every proxy, and it reads no faster than it keeps, so that a
replay of a million updates takes no memory. Change `take`, `put` and the two documents to what you need; the rest stays.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import SSEError, aconnect_sse
from ledger import START, Ledger, put

SCORE = "fragment Kept on Score { id period score state employee { id } }"
UPDATES = f"""{SCORE}
subscription Follow($kinds: [String!], $after: String) {{
  performanceUpdates(kinds: $kinds, after: $after) {{ cursor kind occurredAt subject {{ __typename ...Kept }} }}
}}"""
# Everybody in reach, and of each the last ten years of months.
EVERYTHING = f"""{SCORE}
query Everything($after: String) {{
  employees(first: 100, after: $after) {{
    nodes {{ scores(first: 120) {{ nodes {{ ...Kept }} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
KINDS = ["score.changed"]

SILENCE = 40.0
"""Seconds; a quiet stream carries a comment every 12, so one that says nothing for longer is a broken connection."""
LONGEST_WAIT = 60.0
_COME_AGAIN = {"UNAVAILABLE", "TIMEOUT", "RATE_LIMITED", "INTERNAL_SERVER_ERROR"}
log = logging.getLogger("follow")


class Interrupted(Exception):
    """To be tried again; `seconds` where the server said when."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class TokenRefused(Interrupted):
    """The token has expired or was revoked. The next try reads the file again, so put a new one there."""


class CursorGone(Exception):
    """The log no longer holds what came next. `oldest` is where it can be gone on from, after a full read."""

    def __init__(self, oldest: str) -> None:
        super().__init__(oldest)
        self.oldest = oldest


class Wrong(Exception):
    """The request itself is refused; the same request would be refused again."""


@dataclass(frozen=True)
class Source:
    """An eperf, and the file with the token for it (a role `integrator` over the units to be heard of)."""

    url: str
    token: Path

    @property
    def headers(self) -> dict[str, str]:
        """Read for each connection, so that a token may be replaced while this runs."""
        try:
            return {"Authorization": f"Bearer {self.token.read_text().strip()}"}
        except OSError as absent:  # it is just being replaced
            raise TokenRefused(str(absent)) from absent


def take(file: sqlite3.Connection, update: dict[str, Any]) -> None:
    """The effect of one update. Its subject is the thing as it is now, null where it is gone or no longer in reach."""
    if update["subject"] is not None:
        put(file, update["subject"])


async def follow(source: Source, ledger: Ledger) -> None:
    """Goes on until it is cancelled, or until the request itself is `Wrong`."""
    wait = Wait()
    async with httpx.AsyncClient(timeout=httpx.Timeout(10, read=SILENCE)) as http:
        while True:
            try:
                async for update in updates(http, source, ledger.cursor):
                    ledger.keep(update, take)
                    wait.over()
            except CursorGone as gone:
                log.warning("the log begins at %s now: reading everything", gone.oldest)
                await again_until_read(http, source, ledger, gone.oldest, wait)
            except (Interrupted, httpx.RequestError, SSEError) as cut:
                await wait(cut)


async def updates(http: httpx.AsyncClient, source: Source, after: str) -> AsyncIterator[dict[str, Any]]:
    """The updates after a cursor, first those of the past, then as they come; always ends by raising."""
    asked = {"query": UPDATES, "variables": {"kinds": KINDS, "after": after}}
    url = f"{source.url}/graphql/stream"
    async with aconnect_sse(http, "POST", url, json=asked, headers=source.headers) as stream:
        await refuse(stream.response)
        async for event in stream.aiter_sse():
            if event.event == "complete":
                raise Interrupted("the server completed the stream")
            answer = event.json()
            if answer.get("errors"):
                raise failure(answer["errors"][0])
            yield answer["data"]["performanceUpdates"]
    raise Interrupted("the stream was cut")


async def again_until_read(
    http: httpx.AsyncClient, source: Source, ledger: Ledger, oldest: str, wait: Wait
) -> None:
    """A full read, begun anew after each failure, then on from `oldest`: what changed meanwhile comes as updates."""
    while True:
        try:
            ledger.replace([score async for score in everything(http, source)], oldest)
            return
        except (Interrupted, httpx.RequestError) as cut:
            await wait(cut)


async def everything(http: httpx.AsyncClient, source: Source) -> AsyncIterator[dict[str, Any]]:
    """All scores in reach, page by page."""
    after = None
    while True:
        asked = {"query": EVERYTHING, "variables": {"after": after}}
        response = await http.post(f"{source.url}/graphql", json=asked, headers=source.headers)
        await refuse(response)
        answer = response.json()
        if answer.get("errors"):
            raise failure(answer["errors"][0])
        page = answer["data"]["employees"]
        for employee in page["nodes"]:
            for score in employee["scores"]["nodes"]:
                yield score
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


async def refuse(response: httpx.Response) -> None:
    """Raises what a status other than 200 means."""
    if response.status_code == httpx.codes.OK:
        return
    await response.aread()
    said = f"status {response.status_code}: {response.text[:200]}"
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise TokenRefused(said)
    if response.status_code in (408, 429) or response.status_code >= 500:
        after = response.headers.get("Retry-After", "")
        raise Interrupted(said, float(after) if after.isdecimal() else None)
    raise Wrong(said)


def failure(error: dict[str, Any]) -> Exception:
    """What an error of GraphQL means."""
    facts = error.get("extensions", {})
    code, said = facts.get("code"), f"{facts.get('code')}: {error['message']}"
    if code == "CURSOR_TOO_OLD":
        return CursorGone(str(facts["oldest"]))
    if code == "BAD_USER_INPUT" and facts.get("field") == "after":
        # A cursor that was never given out: the server was restored from a backup, and its log is another one.
        return CursorGone(START)
    if code == "UNAUTHENTICATED":
        return TokenRefused(said)
    if code in _COME_AGAIN:
        return Interrupted(said, facts.get("retryAfter"))
    return Wrong(said)


class Wait:
    """Waits between tries: 1, 2, 4… seconds, at most a minute; each by chance shorter, so that not all come at once."""

    def __init__(self) -> None:
        self._tries = 0

    def over(self) -> None:
        """Something came through."""
        self._tries = 0

    async def __call__(self, cut: Exception) -> None:
        """Tells why, and waits."""
        longest = min(LONGEST_WAIT, 2.0 ** min(self._tries, 10))
        self._tries += 1
        seconds = getattr(cut, "seconds", None) or longest * random.uniform(0.5, 1)
        log.warning("%s: %s; again in %.1f s", type(cut).__name__, cut, seconds)
        await asyncio.sleep(seconds)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="where eperf is, without a path")
    parser.add_argument("--token", type=Path, required=True, help="a file with the token")
    parser.add_argument(
        "--ledger", type=Path, default=Path("scores.db"), help="where scores and cursor are kept"
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    asyncio.run(follow(Source(given.url.rstrip("/"), given.token), Ledger(given.ledger)))


if __name__ == "__main__":
    main()
