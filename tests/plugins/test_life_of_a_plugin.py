"""A plugin with tables, a field, a mutation, an event kind and a route comes, works, is upgraded, goes, and comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Mount
from typer.testing import CliRunner

from eperf.app.cli import app as command_line
from eperf.app.guests.life import living
from eperf.app.house import opened
from eperf.app.keeper import Tables
from eperf.app.web import build, closing
from eperf.schema.ids import global_id
from eperf.services import removal
from eperf.services.access.token import NewToken, create_token
from eperf.settings import Settings
from eperf.store import log, migrate
from tests.support import sample_plugin as sample
from tests.support.house import serving
from tests.support.town import build as build_town
from tests.support.whole import content_of, schema_of, tables

COMMEND = """mutation Commend($input: SampleCommendInput!) { sampleCommend(input: $input) {
  __typename ... on SampleCommendation { day reason number } ... on Problem { code field }
} }"""
COMMENDED = "{ employees(first: 10) { nodes { name commendations { day reason %s } } } }"
FOLLOWED = """subscription { performanceUpdates(kinds: ["sample.commended"], after: "0") {
  kind employee { name } sampleCommended { commendation day }
} }"""
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The folder in which the plugin is installed."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("EPERF_PLUGIN_SAMPLE_JOURNAL", str(tmp_path / "journal"))
    yield folder
    sample.forget()


class Installation:
    """The same database and folder, opened again and again, as a machine is restarted."""

    def __init__(self, url: str, folder: Path) -> None:
        self.settings = Settings(data_dir=folder / "data", database_url=url)
        self.tokens: dict[str, str] = {}

    def opened(self, *, current: bool = True) -> Any:
        return opened(self.settings, current=current)

    async def migrated(self) -> tuple[str, ...]:
        """What is applied by `eperf migrate`."""
        steps: list[str] = []
        async with self.opened(current=False) as house:
            await migrate.migrate(house.config, progress=steps.append)
        return tuple(steps)

    async def command(self, *words: str) -> tuple[int, str]:
        """What `eperf …` ends with and prints, in a thread of its own, as it has its own loop."""
        named = {"EPERF_DATABASE_URL": self.settings.database, "EPERF_DATA_DIR": str(self.settings.data_dir)}
        done = await asyncio.to_thread(CliRunner().invoke, command_line, list(words), env=named)
        return done.exit_code, done.stdout

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Ask]:
        """The running service, with its leader; `ask` sends an operation as one of the town."""
        async with self.opened() as house, living(house.registry) as guests, closing(build(house)) as web:
            leading = asyncio.create_task(house.leader(guests).run())
            try:
                async with (
                    serving([Mount("", web.app)]) as port,
                    httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
                ):
                    yield self._asking(client)
            finally:
                leading.cancel()
                await asyncio.gather(leading, return_exceptions=True)

    def _asking(self, client: httpx.AsyncClient) -> Ask:
        async def ask(who: str | None, query: str = "", path: str = "", **variables: Any) -> Any:
            headers = {} if who is None else {"authorization": f"Bearer {self.tokens[who]}"}
            if path.endswith("/stream"):
                return client.stream("POST", path, json={"query": query}, headers=headers, timeout=60)
            if path:
                return await client.get(path, headers=headers, timeout=60)
            asked = {"query": query, "variables": variables}
            answer = await client.post("/graphql", json=asked, headers=headers, timeout=60)
            return answer.json()

        return ask


async def at_rest() -> None:
    """Returns when the leader has turned the day and nothing changes any more."""
    seen = ""
    async with asyncio.timeout(60):
        while seen != (now := await content_of(but="sample_")) or await log.waiting() or not await log.head():
            seen = now
            await asyncio.sleep(0.7)


async def test_a_plugin_comes_works_is_upgraded_goes_and_leaves_nothing_and_comes_back(
    database_url: str, tmp_path: Path, site: Path
) -> None:
    place = Installation(database_url, tmp_path)
    async with place.opened() as house:
        town = await build_town()
        for name in ("Sri", "Budi", "Eka"):
            made = await create_token(house.call(), NewToken("test"), town.accounts[name])
            place.tokens[name] = str(made.token)
    async with place.served():
        await at_rest()  # what eperf does by itself for a town it has not seen is done
    async with place.opened() as house:
        before = await schema_of(but="sample_"), await content_of(but="sample_")
    given = {"employee": global_id("Employee", town.people["Budi"]), "reason": "Banjir ditangani"}
    given |= {"day": (house.call().today - timedelta(days=1)).isoformat(), "idempotencyKey": "once"}

    # Installed: its tables are there after `eperf migrate`, and not before.
    sample.install(site, "1.0.0")
    with pytest.raises(migrate.SchemaBehind, match=r"sample\.0001_commendation"):
        async with place.opened():
            pass
    assert await place.migrated() == ("sample.0001_commendation",)

    # Used: a mutation, its event to a subscriber and to the sink, a field, two routes.
    journal = tmp_path / "journal"
    async with place.served() as ask:
        async with await ask("Sri", FOLLOWED, "/graphql/stream") as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == ":"  # it listens
            first = await ask("Sri", COMMEND, input=given)
            again = await ask("Sri", COMMEND, input=given)
            told = await anext(line async for line in lines if line.startswith("data: {"))
        row = {"day": given["day"], "reason": "Banjir ditangani", "number": None}
        assert first == again == {"data": {"sampleCommend": {"__typename": "SampleCommendation", **row}}}
        assert json.loads(told[6:])["data"]["performanceUpdates"] == {
            "kind": "sample.commended",
            "employee": {"name": "Budi"},
            "sampleCommended": {"commendation": 1, "day": given["day"]},
        }
        for who, wrong, problem in (
            ("Budi", {}, ("FORBIDDEN", "employee")),
            ("Eka", {}, ("FORBIDDEN", "employee")),
            ("Sri", {"reason": " ", "idempotencyKey": None}, ("BAD_INPUT", "reason")),
            ("Sri", {"reason": "Lain"}, ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")),
        ):
            refused = (await ask(who, COMMEND, input={**given, **wrong}))["data"]["sampleCommend"]
            assert (refused["code"], refused["field"]) == problem
        shown = (await ask("Sri", COMMENDED % "number"))["data"]["employees"]["nodes"]
        assert {one["name"]: one["commendations"] for one in shown} == {"Sri": [], "Budi": [row], "Wati": []}
        assert (await ask("Eka", COMMENDED % ""))["data"]["employees"]["nodes"] == [
            {"name": "Eka", "commendations": []}
        ]
        assert (await ask("Budi", path="/plugins/sample/commendations")).json() == {
            "commendations": [{"employee": "Budi", "day": given["day"], "reason": "Banjir ditangani"}]
        }
        assert (await ask("Eka", path="/plugins/sample/commendations")).json() == {"commendations": []}
        assert (await ask(None, path="/plugins/sample/commendations")).status_code == 401
        assert (await ask(None, path="/plugins/sample/count")).json() == {"count": 1}
        async with asyncio.timeout(30):
            while not (journal.exists() and journal.read_text()):
                await asyncio.sleep(0.05)
        assert [json.loads(line)["employee"] for line in journal.read_text().splitlines()] == [
            town.people["Budi"]
        ]

    # Beside requests: its job gives a number, its command counts, and neither has to be known to eperf's own.
    assert await place.command("job", "sample/number") == (0, "")
    assert await place.command("x", "sample", "count", "--year", given["day"][:4]) == (0, "1\n")
    assert await place.command("x", "sample", "count", "--year", "-1") == (2, "")
    assert (await place.command("x", "sample", "--help"))[1].count("Count commendations.") == 1
    assert await place.command("job", "sample/nothing") == (2, "")
    row["number"] = f"{given['day'][:4]}/1"

    # Upgraded: its own migration, and what was there before has the new field.
    sample.install(site, "2.0.0")
    assert await place.migrated() == ("sample.0002_level",)
    async with place.served() as ask:
        shown = (await ask("Budi", COMMENDED % "number level"))["data"]["employees"]["nodes"]
        assert shown[0]["commendations"] == [{**row, "level": "unit"}]
        later = await ask("Sri", COMMEND, input={**given, "reason": "Arsip rapi", "idempotencyKey": None})
        assert later["data"]["sampleCommend"]["__typename"] == "SampleCommendation"

    # Uninstalled: said, exported, taken away.
    async with place.opened() as house:
        found = await removal.holdings(house.registry, house.config, "sample")
        assert found.tables == await Tables(house).rows("sample") == {"sample_commendation": 2}
        assert found.events == {"sample.commended": 2}
        assert found.rows == {"event": 2, "idempotency": 1, "event_sink": 1, "plugin_job": 1}
        assert found.migrations == ("sample.0001_commendation", "sample.0002_level")
        exported = [line async for line in Tables(house).lines("sample", b"head\n")]
        assert json.loads(exported[-1])["rows"] == 7
        await Tables(house).remove("sample")
        assert (await migrate.status(house.config)).pending == found.migrations
    sample.uninstall(site)
    async with place.opened():
        assert (await schema_of(but="sample_"), await content_of(but="sample_")) == before
        assert not [name for name in await tables() if name.startswith("sample")]

    # Installed again: everything is back, to the byte.
    sample.install(site, "2.0.0")
    await place.migrated()
    async with place.opened() as house:
        assert await Tables(house).restore("sample", b"head\n", exported) == 7
        assert [line async for line in Tables(house).lines("sample", b"head\n")] == exported
    async with place.served() as ask:
        shown = (await ask("Sri", COMMENDED % "level"))["data"]["employees"]["nodes"]
        assert [one["reason"] for one in shown[0]["commendations"]] == ["Arsip rapi", "Banjir ditangani"]
        again = (await ask("Sri", COMMEND, input=given))["data"]["sampleCommend"]
        assert again == {"__typename": "SampleCommendation", **row}
