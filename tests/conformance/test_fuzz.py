"""Schemathesis asks and does what the schema allows, as one who may do much, and finds no fault of ours.

`EPERF_FUZZ_SECONDS` is its time; `make fuzz` takes more of it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from eperf.domain.access import GRANTED
from eperf.schema.ids import global_id
from eperf.store import database as store
from eperf.store.access import GrantRow
from tests.faults.workload import populate, token_of
from tests.support.database import Databases, run
from tests.support.server import Server
from tests.support.town import SINCE, Town

SECONDS = int(os.environ.get("EPERF_FUZZ_SECONDS", "20"))
REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


def grant_all(url: str, town: Town, name: str) -> None:
    """Every role over the whole town, so that no door is closed before what stands behind it."""

    async def write() -> None:
        await store.connect(url)
        try:
            for role in GRANTED:
                await GrantRow.create(
                    account_id=town.accounts[name], role=role, unit_id=town.units["city"], valid_from=SINCE
                )
        finally:
            await store.disconnect()

    run(write())


def ids_of(town: Town) -> list[str]:
    """Ids of everything there is, and some of what there is not."""
    found = [global_id("Unit", unit) for unit in town.units.values()]
    found += [global_id("Employee", person) for person in town.people.values()]
    found += [global_id("CatalogueItem", town.item), global_id("Device", town.device)]
    return [
        *found,
        *(global_id("Activity", number) for number in range(1, 4)),
        global_id("Employee", 99),
        "no-id",
    ]


def words_of(server: Server, caller: str) -> list[str]:
    """Texts that mean something here: cursors of every list, codes, kinds of events, a key used twice."""
    page = "(first: 1) { pageInfo { endCursor } }"
    query = f'{{ units{page} employees{page} unit(code: "city") {{ catalogue{page} devices{page} }} }}'
    headers = {"Authorization": f"Bearer {token_of(caller)}"}
    answer = httpx.post(f"{server.url}/graphql", json={"query": query}, headers=headers).text
    cursors = re.findall(r'"endCursor":"([^"]+)"', answer)
    assert len(cursors) >= 3, answer
    return [*cursors, "city", "office", "OFFICE1", "41", "activity.submitted", "key", "Laporan"]


def configure(folder: Path, words: list[str]) -> None:
    """Without numbers and texts that are accepted, hardly an operation comes past its arguments."""
    (folder / "schemathesis.toml").write_text(f"""
[dictionaries.numbers]
values = [1, 2, 25, 100]

[dictionaries.words]
values = {json.dumps(words)}

[generation.dictionaries]
integer = {{ dictionary = "numbers", probability = 0.6 }}
string = {{ dictionary = "words", probability = 0.6 }}
""")


def fuzz(server: Server, folder: Path, caller: str, ids: list[str]) -> str:
    """What Schemathesis says after its time."""
    hooks = {"SCHEMATHESIS_HOOKS": "tests.conformance.scalars", "EPERF_FUZZ_IDS": " ".join(ids)}
    done = subprocess.run(
        [
            str(SCHEMATHESIS), "--no-color", "run", f"{server.url}/graphql", "--checks", "not_a_server_error",
            "--header", f"Authorization: Bearer {token_of(caller)}", "--max-time", str(SECONDS), "--max-examples", "40",
            "--generation-database", "none", "--request-timeout", "20", "--suppress-health-check", "all",
        ],
        env={**os.environ, **hooks, "PYTHONPATH": str(REPOSITORY)},
        cwd=folder, capture_output=True, text=True, timeout=SECONDS + 120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.timeout(SECONDS + 300)
def test_generated_operations_find_no_server_error(databases: Databases, tmp_path: Path) -> None:
    database = databases.migrated()
    town = populate(database)
    grant_all(database, town, "Sri")
    with Server(database, tmp_path) as server:
        configure(tmp_path, words_of(server, "Sri"))
        said = fuzz(server, tmp_path, "Sri", ids_of(town))
    tested = re.search(r"(\d+) generated", said)
    assert tested is not None, said
    print(said[-800:])
    assert int(tested[1]) > 100, said
    assert "Traceback" not in server.last_words()
    assert "graphql_fault" not in server.last_words()
    databases.drop(database)
