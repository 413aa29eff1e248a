"""What documents cost: the first sight of one, and the memory after very many."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from statistics import median

from bench.client import Client, Load
from bench.dataset import Size, reader_token
from bench.goals import UNSEEN_MS, Judged
from bench.operations import KEY, OPERATIONS, eperf_variables, gid
from bench.processors import resident_mib
from bench.variants import Variant

_MOST_PAIRS, _LEAST_PAIRS, _WARM_PAIRS = 200, 15, 5
_WINDOW_SECONDS = 10.0
_FLAT = 1.05
_HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {reader_token()}"}


def unseen(eperf: Variant, size: Size, seconds: float) -> tuple[list[str], list[Judged]]:
    """How much longer a document takes that was never seen: seen and unseen in turn, on one connection."""
    notes, judged = [], []
    for name in ("page", "one"):
        seen, new = _pairs(eperf, name, size, seconds)
        more = median(new) - median(seen)
        notes.append(
            f"a document of {name}: {median(seen):.2f} ms when it was seen before, {median(new):.2f} ms when not"
        )
        judged.append(
            Judged(f"{name}: an unseen document costs <= {UNSEEN_MS:g} ms more", more, more <= UNSEEN_MS)
        )
    return notes, judged


def _pairs(eperf: Variant, name: str, size: Size, seconds: float) -> tuple[list[float], list[float]]:
    connection = http.client.HTTPConnection("127.0.0.1", eperf.port, timeout=30)
    document = OPERATIONS[name].document
    seen, new, over = list[float](), list[float](), time.perf_counter() + seconds
    for place, numbers in enumerate(OPERATIONS[name].numbers(_MOST_PAIRS, size)):
        if place >= _LEAST_PAIRS and time.perf_counter() > over:
            break
        variables = eperf_variables(name, numbers)
        fresh = document.replace(f"query {name.capitalize()}", f"query Unseen{time.time_ns()}n{place}", 1)
        assert fresh != document
        for text, times in ((document, seen), (fresh, new)):
            body = json.dumps({"query": text, "variables": variables})
            begun = time.perf_counter()
            connection.request("POST", "/graphql", body, _HEADERS)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.status == http.client.OK
    connection.close()
    return seen[_WARM_PAIRS:], new[_WARM_PAIRS:]


def memory(eperf: Variant, documents: int, say: Callable[[str], None]) -> tuple[list[str], list[Judged]]:
    """The memory of the server while it meets so many documents, no two alike."""
    assert eperf.process is not None
    body = json.dumps(
        {
            "query": f'query D{KEY} {{ employee(id: "{gid("Employee", 1)}") {{ id name rank unit {{ name }} }} }}'
        }
    ).encode()
    lines = ["POST /graphql HTTP/1.1", f"Host: 127.0.0.1:{eperf.port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in _HEADERS.items()]
    request = "\r\n".join([*lines, "", ""]).encode() + body
    seen, held = 0, [(0, resident_mib(eperf.process.pid))]
    with Client() as client:
        while seen < documents:
            outcome = client.run(Load(eperf.port, 4, 0.1, _WINDOW_SECONDS), [request], lambda: None)
            if outcome.failed or not outcome.requests:
                raise SystemExit(f"memory: {outcome.failed} requests failed; last: {outcome.failure}")
            seen += outcome.requests
            held.append((seen, resident_mib(eperf.process.pid)))
            say(f"memory: {seen} documents, {held[-1][1]:.1f} MiB")
    early = next(mib for count, mib in held if count >= documents / 10)
    notes = ["memory, MiB, by documents met: " + ", ".join(f"{count:,}: {mib:.1f}" for count, mib in held)]
    text = f"memory after {seen:,} documents / after the first tenth <= {_FLAT}"
    return notes, [Judged(text, held[-1][1] / early, held[-1][1] / early <= _FLAT)]
