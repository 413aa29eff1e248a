"""How long a served eperf takes to refuse what is hostile: `python -m bench.hostile URL TOKEN [--repeats N]`.

Each document goes over HTTP, as an event stream and over a socket, several times, and the median counts: the bound is
50 ms. The server should have nothing else to do. A document that is not refused ends the run with an error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from statistics import median
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

_BOUND_MS = 50.0
_INIT = "connection_init"
Outcome = set[str] | int
"""The codes of the errors, or the code that a socket was closed with."""


def _query(text: str, **variables: Any) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


def _nested(levels: int) -> str:
    return "{ me { unit " + "{ parent " * levels + "{ id }" + " }" * levels + " } }"


def _doubling(levels: int) -> str:
    steps = (f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(levels))
    return "{ ...f0 } " + " ".join(steps) + f" fragment f{levels} on Query {{ __typename }}"


_EMPLOYEE = "query($id: ID!) { employee(id: $id) { name } }"
_PAGE = "query($after: String) { employees(first: 5, after: $after) { nodes { name } } }"
_DEAR = "{ units(first: 100) { nodes { employees(first: 100) { nodes { unit { employees(first: 100) { nodes { id } } } } } } } }"

DOCUMENTS: dict[str, bytes] = {
    "deep fields": _query(_nested(60)),
    "very deep fields": _query(_nested(450)),
    "wide": _query("{ me { " + "id " * 1990 + "} }"),
    "wide and repeated": _query("{ me { " + "id " * 990 + "} }"),
    "aliases": _query("{ " + " ".join(f"a{n}: __typename" for n in range(600)) + " }"),
    "aliases in fragments": _query(
        "{ ...a ...b } fragment a on Query { " + " ".join(f"a{n}: __typename" for n in range(40)) + " } "
        "fragment b on Query { ...a " + " ".join(f"b{n}: __typename" for n in range(40)) + " }"
    ),
    "a circle of fragments": _query("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
    "a long circle of fragments": _query(
        "{ ...f0 } " + " ".join(f"fragment f{n} on Query {{ ...f{(n + 1) % 45} }}" for n in range(45))
    ),
    "fragments that double": _query(_doubling(30)),
    "conflicting fields": _query("{ " + " ".join(f'node(id: "{n}") {{ id }}' for n in range(190)) + " }"),
    "directives": _query("{ __typename" + " @skip(if: false)" * 250 + " }"),
    "unknown directives": _query("{ __typename" + " @a" * 900 + " }"),
    "comments": _query("#\n" * 10_000 + "{ __typename }"),
    "commas": _query("{ __typename " + "," * 66_000 + " }"),
    "a dear query": _query(_DEAR),
    "many operations": _query(" ".join(f"query q{n} {{ __typename }}" for n in range(400))),
    "open braces": _query("{" * 1900),
    "huge variables": _query(_PAGE, after="x" * 250_000),
    "many variables": _query(_PAGE, after=[0] * 60_000),
    "deep variables": b'{"query":"{ __typename }","variables":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "a long body": _query("{ __typename }" + " " * 400_000),
    "invalid UTF-8": b'{"query":"{ __typename }","variables":{"a":"\xc3\x28\xed\xa0\x80"}}',
    "a NUL": _query(_EMPLOYEE, id="RW1wbG95ZWU6MQ\x00"),
    "a NUL in a literal": _query('{ employee(id: "\\u0000") { name } }'),
    "a huge integer": b'{"query":"{ __typename }","variables":{"a":' + b"9" * 100_000 + b"}}",
    "a huge integer in a literal": _query("{ employees(first: " + "9" * 5000 + ") { nodes { id } } }"),
    "a forged id": _query(_EMPLOYEE, id="RW1wbG95ZWU6KzE"),
    "no id": _query(_EMPLOYEE, id="1 OR 1=1"),
    "a long id": _query(_EMPLOYEE, id="A" * 100_000),
    "a forged cursor": _query(_PAGE, after="WyJOQU1FIiwgIngiLCA5OTk5OTk5OTk5OTk5OTk5OTld"),
    "no cursor": _query(_PAGE, after="' OR ''='"),
    "a long cursor": _query(_PAGE, after="W" * 100_000),
    "no document": b'{"query":null}',
    "no JSON": b"\x00" * 1000,
}  # fmt: skip


def codes(answer: Any) -> set[str]:
    """The codes of an answer's errors."""
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


class Caller:
    """One who sends documents over each of the three ways in."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._bearer = url.rstrip("/"), f"Bearer {token}"
        headers = {"authorization": self._bearer, "content-type": "application/json"}
        self.http = httpx.AsyncClient(base_url=self._url, headers=headers, timeout=60)

    async def over_http(self, body: bytes) -> tuple[Outcome, float]:
        """A POST."""
        begun = time.perf_counter()
        answer = await self.http.post("/graphql", content=body, headers={"accept": "application/json"})
        return codes(answer.json()), time.perf_counter() - begun

    async def over_events(self, body: bytes) -> tuple[Outcome, float]:
        """A POST that asks for an event stream."""
        begun = time.perf_counter()
        answer = await self.http.post(
            "/graphql/stream", content=body, headers={"accept": "text/event-stream"}
        )
        took = time.perf_counter() - begun
        if not answer.headers["content-type"].startswith("text/event-stream"):
            return codes(answer.json()), took
        data = next(line for line in answer.text.split("\n") if line.startswith("data: "))
        return codes(json.loads(data[6:])), took

    async def over_a_socket(self, body: bytes) -> tuple[Outcome, float]:
        """A `subscribe` message with the body as its payload; opening the socket is not counted."""
        address = self._url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"], max_size=2**22) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": _INIT, "payload": {"authorization": self._bearer}}))
            await socket.recv()
            message = b'{"type":"subscribe","id":"1","payload":' + body + b"}"
            begun = time.perf_counter()
            with suppress(ConnectionClosed):
                await socket.send(message, text=True)
            try:
                answer = json.loads(await socket.recv())
            except ConnectionClosed:
                assert socket.close_code is not None
                return socket.close_code, time.perf_counter() - begun
            took = time.perf_counter() - begun
        payload = answer["payload"]
        return codes({"errors": payload} if answer["type"] == "error" else payload), took

    def ways(self) -> dict[str, Callable[[bytes], Awaitable[tuple[Outcome, float]]]]:
        """The three ways in, by name."""
        return {"HTTP": self.over_http, "event stream": self.over_events, "socket": self.over_a_socket}


async def measured(url: str, token: str, repeats: int) -> dict[str, dict[str, tuple[Outcome, float]]]:
    """By document and way: what came of it, and the median of its milliseconds."""
    caller = Caller(url, token)
    found: dict[str, dict[str, tuple[Outcome, float]]] = {}
    async with caller.http:
        for name, body in DOCUMENTS.items():
            found[name] = {}
            for way, send in caller.ways().items():
                turns = [await send(body) for _ in range(repeats)]
                found[name][way] = (turns[0][0], median(took for _, took in turns) * 1000)
    return found


def main() -> None:
    """Measures, prints a table, and ends with an error where something was not refused or took too long."""
    reader = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__.partition("\n")[0])
    reader.add_argument("url", help="address of a served eperf, http://127.0.0.1:8000")
    reader.add_argument("token", help="the token of somebody who may read")
    reader.add_argument("--repeats", type=int, default=7, help="times that each document is sent each way")
    options = reader.parse_args()
    found = asyncio.run(measured(options.url, options.token, options.repeats))
    table = Table("document", "refused with", *(f"{way}, ms" for way in ("HTTP", "event stream", "socket")))
    for name, ways in found.items():
        outcome = ways["HTTP"][0]
        shown = ", ".join(sorted(outcome)) if isinstance(outcome, set) else str(outcome)
        table.add_row(name, shown or "nothing", *(f"{took:.1f}" for _, took in ways.values()))
    Console().print(table)
    slow = [name for name, ways in found.items() if any(took > _BOUND_MS for _, took in ways.values())]
    taken = [name for name, ways in found.items() if not all(outcome for outcome, _ in ways.values())]
    sys.exit(
        "; ".join([f"over {_BOUND_MS:g} ms: {name}" for name in slow] + [f"not refused: {n}" for n in taken])
    )


if __name__ == "__main__":
    main()
