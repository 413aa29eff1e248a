"""Who is told: the town with its integrators, what each of them asks, and the two servers that may tell them.

Each integrator has an account and a token over the whole town, and as many sockets as an account may have by default, so
no limit of the server is raised. A subscriber asks for one of the town's 20 leaf units: one event in twenty is theirs.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.dataset import LEAVES, Size, leaf_unit
from bench.ears import Ears
from bench.load import Town, opened
from bench.operations import gid
from bench.reclassify import _execute, _query
from bench.teller import Teller
from bench.variants import Variant

SOCKETS_EACH = 200
"""The server's own default."""

UPDATES = """subscription Updates($units: [ID!], $after: String) {
  performanceUpdates(units: $units, after: $after) {
    cursor kind occurredAt unit { id name } employee { id name } subject { ... on Score { period score } }
  }
}"""
_FIRST = 2_000_000
"""Above every id of the town: the accounts of the integrators."""
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835
_ALWAYS = "2099-01-01 00:00:00+00:00"
_STILL_LOOKS = 4
_SETTLE_SECONDS = 300


@dataclass(frozen=True)
class Stage:
    """What every part of a run plays on."""

    town: Town
    ears: Ears
    teller: Teller
    folder: Path


@contextmanager
def staged(
    folder: Path, cache: Path, size: Size, subscribers: int, hearing: Callable[[], Ears] = Ears
) -> Iterator[Stage]:
    """The town on PostgreSQL with its integrators, the subscribers' process and the writing one.

    Commit times are kept, which tell when an event's change was committed and when its number was.
    """
    _raise_file_limit(subscribers + 1000)
    with opened("postgres", cache, size, settings={"track_commit_timestamp": "on"}) as town:
        admit(town, subscribers)
        with hearing() as ears, Teller(town.url, folder / "teller") as teller:
            yield Stage(town, ears, teller, folder)


def admit(town: Town, subscribers: int) -> None:
    """Accounts, grants and tokens of as many integrators as so many subscribers need."""
    for number in range(-(-subscribers // SOCKETS_EACH)):
        key, digest = _FIRST + number, hashlib.sha256(token(number).encode()).hexdigest()
        rows = {
            "account (id, kind, name, active)": f"{key}, 'service', 'Integrator {number}', true",
            "role_grant (id, account_id, role, unit_id, valid_from)": f"{key}, {key}, 'integrator', 1, '2020-01-01'",
            "token (id, account_id, name, digest, created_at, expires_at)": f"{key}, {key}, 'bench', '{digest}',"
            f" '2025-01-01 00:00:00+00:00', '{_ALWAYS}'",
        }
        for table, values in rows.items():
            _execute(town, f"INSERT INTO {table} VALUES ({values}) ON CONFLICT DO NOTHING")


def token(number: int) -> str:
    """The token of an integrator: it opens nothing but this town."""
    return "eperf_" + hashlib.sha256(f"integrator:{number}".encode()).hexdigest()[:43]


def unit_of(place: int) -> int:
    """The leaf unit that a subscriber asks for."""
    return leaf_unit(place % LEAVES)


def messages(
    places: Sequence[int],
    after: Mapping[int, int] | int,
    document: str = UPDATES,
    *,
    everything: bool = False,
) -> list[tuple[bytes, bytes]]:
    """What each subscriber sends: its `connection_init` and its `subscribe`, each with an id of its own as clients make."""
    found = []
    for place in places:
        init = {
            "type": "connection_init",
            "payload": {"authorization": f"Bearer {token(place // SOCKETS_EACH)}"},
        }
        cursor = after if isinstance(after, int) else after[place]
        variables: dict[str, object] = {"after": str(cursor)}
        if not everything:
            variables["units"] = [gid("Unit", unit_of(place))]
        name = str(uuid.UUID(int=(place + 1) * _SPREAD % 2**128, version=4))
        asked = {"id": name, "type": "subscribe", "payload": {"query": document, "variables": variables}}
        found.append((json.dumps(init).encode(), json.dumps(asked).encode()))
    return found


def served(settings: Mapping[str, str] | None = None) -> Variant:
    """`eperf serve` as it comes: one process that serves, numbers events and keeps scores true."""

    def environment(url: str, port: int) -> dict[str, str]:
        return {
            "EPERF_DATABASE_URL": url,
            "EPERF_PORT": str(port),
            "EPERF_DATA_DIR": "data-eperf",
            **(settings or {}),
        }

    command = [sys.executable, "-m", "eperf", "serve"]
    return Variant("eperf", lambda _, __: command, lambda _, __: None, "/readyz", environment)


def ordinary() -> Variant:
    """Strawberry with a queue for each subscriber."""
    command = [sys.executable, "-m", "bench.ordinary_updates"]
    return Variant(
        "ordinary",
        lambda url, port: [*command, "--url", url, "--port", str(port)],
        lambda _, __: None,
        "/readyz",
    )


@contextmanager
def serving(variant: Variant, town: Town, folder: Path) -> Iterator[Variant]:
    """A server that has come to rest: what a start does of itself (days, scores, numbers) is over."""
    variant.start(town.url, folder)
    try:
        variant.wait()
        if variant.name == "eperf":
            settle(town)
        yield variant
    finally:
        variant.stop()


def settle(town: Town) -> None:
    """Waits until nothing is left to number or to score."""
    still, deadline = 0, time.monotonic() + _SETTLE_SECONDS
    while still < _STILL_LOOKS:
        if time.monotonic() > deadline:
            raise SystemExit("the server does not come to rest")
        time.sleep(0.25)
        left = _query(town, "SELECT (SELECT count(*) FROM dirty_score) + (SELECT count(*) FROM stale_day)")
        unnumbered = _query(town, "SELECT count(*) FROM event WHERE cursor IS NULL")
        still = still + 1 if left[0][0] == unnumbered[0][0] == 0 else 0


def head(town: Town) -> int:
    """The last cursor given out."""
    found = _query(town, "SELECT cursor FROM event_head WHERE id = 1")
    return int(found[0][0]) if found else 0


def cursors_since(town: Town, cursor: int) -> dict[int, list[int]]:
    """By leaf unit: the cursors after one, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for number, unit in _query(
        town, f"SELECT cursor, unit_id FROM event WHERE cursor > {cursor} ORDER BY cursor"
    ):
        found[unit].append(number)
    return found


def until_quiet(stage: Stage, patience: float, wanted: float = float("inf")) -> int:
    """Waits until so much has come, or nothing for a few seconds, or the patience (seconds) ends; gives how much came."""
    deadline, before, still = time.monotonic() + patience, -1, 0
    while True:
        count: int = stage.ears.ask("count")["count"]
        still = still + 1 if count == before else 0
        if count >= wanted or still >= _STILL_LOOKS or time.monotonic() > deadline:
            return count
        before = count
        time.sleep(1)


def _raise_file_limit(files: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise SystemExit(f"ulimit -Hn is {hard}; {files} open files are needed")
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
