"""A first day with eperf, seen from outside: only a public GraphQL client, plain HTTP, and what `eperf demo` printed.

    eperf demo --access access.json        (in one terminal)
    python examples/first_day.py access.json

A fingerprint machine sends two clock records, an employee reports an activity with a photo of the result, the
supervisor verifies it, and an integrator who listens hears that the month's score changed and asks why.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)

SUBMIT = gql("""
mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) {
    __typename
    ... on Activity { id state date minutes quantity }
    ... on Problem { code message field }
  }
}
""")

VERIFY = gql("""
mutation Verify($input: VerifyActivityInput!) {
  verifyActivity(input: $input) {
    __typename
    ... on Activity { id state decidedBy { name } }
    ... on Problem { code message field }
  }
}
""")

UPDATES = gql("""
subscription Updates($kinds: [String!], $after: String) {
  performanceUpdates(kinds: $kinds, after: $after) {
    cursor
    kind
    occurredAt
    employee { id name }
    subject {
      __typename
      ... on Score {
        period
        score
        state
        breakdown { label amount legalBasis evidence { kind id } }
      }
    }
  }
}
""")


class Day:
    """The four who take part, each with a token of their own."""

    def __init__(self, access: dict[str, Any]) -> None:
        self.url = access["url"]
        self.tokens = access["tokens"]
        self.ids = access["ids"]

    def graphql(self, role: str) -> Client:
        """An HTTP client of one role."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return Client(transport=HTTPXAsyncTransport(f"{self.url}/graphql", headers=headers))

    def socket(self, role: str) -> Client:
        """A socket of one role; the token goes into the connection's first message."""
        return Client(
            transport=WebsocketsTransport(
                self.url.replace("http", "ws", 1) + "/graphql",
                init_payload={"authorization": f"Bearer {self.tokens[role]}"},
                subprotocols=["graphql-transport-ws"],
            )
        )

    async def clock_in(self, http: httpx.AsyncClient) -> str:
        """What a machine posts when somebody came and went: PIN, local time, in or out, finger."""
        came = datetime.now(ZoneInfo("Asia/Jakarta")).replace(microsecond=0) - timedelta(minutes=2)
        lines = "".join(
            f"{self.ids['pin']}\t{time:%Y-%m-%d %H:%M:%S}\t{status}\t1\t0\t0\t0\n"
            for status, time in enumerate((came, came + timedelta(minutes=1)))
        )
        answer = await http.post(
            f"{self.url}/iclock/cdata",
            params={"SN": self.ids["deviceSerial"], "table": "ATTLOG", "Stamp": "9999"},
            content=lines,
            headers={"Content-Type": "text/plain"},
        )
        answer.raise_for_status()
        return answer.text.strip()

    async def upload(self, http: httpx.AsyncClient) -> str:
        """The evidence: the raw bytes, no form."""
        answer = await http.put(
            f"{self.url}/files",
            content=PNG,
            headers={"Authorization": f"Bearer {self.tokens['employee']}", "Content-Type": "image/png"},
        )
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def submit(self, evidence: str) -> dict[str, Any]:
        """The employee says what was done. The key makes it safe to send twice."""
        report = {
            "item": self.ids["item"],
            "date": datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat(),
            "minutes": 90,
            "quantity": "2.00",
            "result": "Laporan hari pertama selesai",
            "evidence": [evidence],
            "idempotencyKey": f"first-day-{uuid4()}",
        }
        return await self._do("employee", SUBMIT, "submitActivity", report)

    async def verify(self, activity: str) -> dict[str, Any]:
        """The supervisor agrees."""
        return await self._do("supervisor", VERIFY, "verifyActivity", {"activity": activity})

    async def _do(self, role: str, document: Any, field: str, given: dict[str, Any]) -> dict[str, Any]:
        document.variable_values = {"input": given}
        async with self.graphql(role) as session:
            done: dict[str, Any] = (await session.execute(document))[field]
        if done["__typename"] == "Problem":
            raise SystemExit(f"{field}: {done['code']}: {done['message']}")
        return done


async def main(access: dict[str, Any]) -> dict[str, Any]:
    """The day, step by step; gives the update that the integrator heard."""
    day = Day(access)
    UPDATES.variable_values = {"kinds": ["score.changed"]}
    async with day.socket("integrator") as listening, httpx.AsyncClient(timeout=30) as http:
        updates = listening.subscribe(UPDATES)
        first = asyncio.ensure_future(_score_of(updates, day.ids["employee"]))
        await asyncio.sleep(0.5)
        print("machine    ", await day.clock_in(http))
        activity = await day.submit(await day.upload(http))
        print("employee   ", activity["state"], activity["date"], activity["minutes"], "minutes")
        verified = await day.verify(activity["id"])
        print("supervisor ", verified["state"], "by", verified["decidedBy"]["name"])
        update = await _cited(first, updates, day.ids["employee"], activity["id"])
    _print(update)
    return update


async def _score_of(updates: Any, employee: str) -> dict[str, Any]:
    async for result in updates:
        update: dict[str, Any] = result["performanceUpdates"]
        if update["employee"] and update["employee"]["id"] == employee and update["subject"]:
            return update
    raise SystemExit("the server closed the subscription")


async def _cited(first: Any, updates: Any, employee: str, activity: str) -> dict[str, Any]:
    """The first update whose score cites the activity; the clock records may have changed the score before."""
    async with asyncio.timeout(30):
        update = await first
        while not any(
            evidence["id"] == activity
            for leaf in update["subject"]["breakdown"]
            for evidence in leaf["evidence"]
        ):
            update = await _score_of(updates, employee)
    return dict(update)


def _print(update: dict[str, Any]) -> None:
    score = update["subject"]
    print(
        "integrator ",
        f"update {update['cursor']}: {update['employee']['name']}, {score['period']}: {score['score']}",
    )
    for leaf in score["breakdown"][:8]:
        print("           ", f"{leaf['amount']:>8}", leaf["label"], f"[{leaf['legalBasis']}]")
    if len(score["breakdown"]) > 8:
        print("           ", f"… and {len(score['breakdown']) - 8} more")


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else "access.json").read_text())))
