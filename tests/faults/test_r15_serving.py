"""R15 on a real server: requests are answered while a plugin hangs; a plugin that ends a start is left out of the next."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eperf import __version__
from eperf.store import database
from eperf.store.breaker import BreakerRow
from eperf.store.scoring import ScoreRow
from tests.faults.chaos_town import ChaosTown, all_scored, build, registry, until
from tests.support.database import run
from tests.support.server import Server

SECONDS = float(os.environ.get("EPERF_R15_SECONDS", "2"))
"""How long requests are measured, well and ill by turns."""
RATIO = float(os.environ.get("EPERF_R15_RATIO", "0"))
"""How much the 99th percentile may grow; 0: it is told, not judged."""


def installed(folder: Path, name: str, where: str) -> str:
    """A distribution in a folder, as pip would have put it there; gives the PYTHONPATH with it."""
    info = folder / f"eperf_{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: eperf-{name}\nVersion: 1.0\nRequires-Dist: eperf=={__version__}\n"
    )
    (info / "entry_points.txt").write_text(f"[eperf]\n{name} = {where}\n")
    root = Path(__file__).resolve().parents[2]
    return os.pathsep.join([str(folder), str(root), os.environ.get("PYTHONPATH", "")])


class Asking:
    """A client that asks the same small thing again and again."""

    def __init__(self, server: Server) -> None:
        self._port = server.port

    def times(self, seconds: float) -> list[float]:
        """How long each answer took."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        connection.connect()
        found, last = [], time.monotonic() + seconds
        while time.monotonic() < last:
            began = time.perf_counter()
            connection.request(
                "POST",
                "/graphql",
                json.dumps({"query": "{ __typename }"}),
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            assert b"__typename" in answer.read()
            found.append(time.perf_counter() - began)
            time.sleep(0.002)
        connection.close()
        return found


def on(url: str, action: Callable[[], object]) -> None:
    """Something done to the database beside the server."""

    async def done() -> None:
        await database.connect(url)
        try:
            await action()  # type: ignore[misc]
        finally:
            await database.disconnect()

    run(done())


@pytest.mark.fault
def test_requests_are_answered_while_a_plugin_hangs(
    serve: Callable[..., Server],
    database_url: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    towns: list[ChaosTown] = []

    async def write() -> None:
        towns.append(await build("chaos/hangs", tmp_path / "wrong", parts=registry()))
        await towns[0].again()

    async def ill() -> None:
        await BreakerRow.all().delete()
        await towns[0].again()

    async def recovered() -> None:
        await until(lambda: _tried_again(towns[0]), 60)

    async def healed() -> None:
        await until(all_scored, 60)
        await until(lambda: _final(towns[0]), 60)

    on(database_url, write)
    [town] = towns
    path = installed(tmp_path / "site", "chaos", "tests.faults.chaos")
    server = serve(database_url, {"PYTHONPATH": path, "EPERF_PLUGIN_SECONDS": "2"})
    on(database_url, healed)
    asking, well, hurt = Asking(server), list[float](), list[float]()
    for _ in range(max(1, round(SECONDS / 2))):
        on(database_url, town.again)  # the same work for the server in both
        well += asking.times(min(SECONDS, 2))
        on(database_url, healed)
        town.go_wrong()
        on(database_url, ill)
        hurt += asking.times(min(SECONDS, 2))
        on(database_url, lambda: until(BreakerRow.all().exists))
        town.mend()
        on(database_url, recovered)
    assert "part-timed-out:chaos.hangs" in server.last_words()
    before, meanwhile = (statistics.quantiles(one, n=100)[98] for one in (well, hurt))
    record_property(
        "figure",
        f"p99 while a plugin hangs {meanwhile * 1000:.1f} ms, else {before * 1000:.1f} ms ({len(hurt)} asked)",
    )
    assert statistics.median(hurt) < 1
    assert not RATIO or meanwhile <= before * RATIO + 0.001


async def _tried_again(town: ChaosTown) -> bool:
    if await all_scored():
        await BreakerRow.filter(state="open").update(retry_at=0)  # time passes
        return await _final(town)
    return False


async def _final(town: ChaosTown) -> bool:
    return not await ScoreRow.filter(state="provisional").exists()


def ready(server: Server) -> dict[str, str]:
    """What the readiness page says of plugins."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/readyz")
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return dict(answer["checks"]["plugins"])


@pytest.mark.fault
def test_a_plugin_that_ends_the_start_is_left_out_of_the_next(database_url: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    environment = {"PYTHONPATH": installed(site, "deadly", "deadly"), "EPERF_WORKER": "false"}
    (site / "deadly.py").write_text("import os\nos._exit(3)\n")
    server = Server(database_url, tmp_path, environment)
    with pytest.raises(AssertionError, match="ended with 3"):
        server.start()
    with server:  # whatever watches over the service starts it again
        plugins = ready(server)
    assert plugins.pop("deadly") == "refused"
    assert set(plugins.values()) == {"ok"}
