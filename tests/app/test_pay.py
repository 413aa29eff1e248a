"""Pay advice as an office gets it: as a download with a token, and as a command on the server."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from eperf.app import auth, pay
from eperf.app.cli import app as command_line
from eperf.domain.access import Role
from eperf.domain.pay.circumstance import COLUMNS
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import NewToken, create_token
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.store.people import EmployeeRow
from eperf.store.scoring import ScoreRow
from tests.support.database import opened, run
from tests.support.house import house_of, serving
from tests.support.town import NOW, SINCE, Town, build

NIP = "198001012005011001"
NONE = ",".join(COLUMNS)
PAY = {
    "basis": "Contoh 1/2026 pasal 3",
    "class_of": "last_day",
    "agency": "kemnaker",
    "leave": None,
    "eligibility": "kemensos",
    "punishments": "pp94",
}
ASKED = {"unit": "city", "period": "2026-11"}


async def paid_town() -> Town:
    town = await build()
    call = town.call("Eka", (Role.PLUGIN_ADMIN, "city"))
    await bind(call, town.units["city"], Slot.PAY, "eperf/class-allowance", PAY, SINCE)
    await EmployeeRow.filter(id=town.people["Budi"]).update(nip=NIP, name="=Budi")
    await ScoreRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["office"], period="2026-11", score_h=9_000,
        state="final", scheme="x/y", scheme_version="1", settings_digest="", input_digest="", breakdown=[],
        computed_at=NOW,
    )  # fmt: skip
    return town


@pytest.fixture
async def client(database: str, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Asks for pay advice as one of the town: Joko is its personnel admin."""
    town = await paid_town()
    house = house_of(database, tmp_path / "data", town.registry, lambda: NOW)
    grant = NewGrant(Role.PERSONNEL_ADMIN, town.units["city"], SINCE)
    await grant_role(house.call(), town.accounts["Joko"], grant)
    tokens = {
        name: str((await create_token(house.call(), NewToken("test"), town.accounts[name])).token)
        for name in ("Joko", "Budi")
    }
    async with (
        serving(pay.routes(house, auth.build(house))) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as asked,
    ):

        async def ask(
            who: str | None = "Joko", body: str | bytes = NONE, kind: str = "text/csv", **changes: Any
        ) -> httpx.Response:
            headers = {"content-type": kind, "accept-language": "en"}
            headers |= {} if who is None else {"authorization": f"Bearer {tokens[who]}"}
            given = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
            return await asked.post("/pay-advice", params=given, content=body, headers=headers)

        yield ask


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_a_personnel_admin_gets_a_row_for_everybody_with_steps_or_the_cause(client: Any) -> None:
    answer = await client()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="pay-advice-2026-11.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = table(answer.text)
    assert [row["name"] for row in rows] == ["Sri", "'=Budi", "Wati", "Joko", "Eka"]
    budi = rows[1]
    assert (budi["nip"], budi["state"], budi["amount_rp"], budi["cause"]) == (NIP, "advised", "3524355", "")
    steps = json.loads(budi["steps"])
    assert [step["output_rp"] for step in steps] == ["3915950", "3524355", "3524355"]
    assert all(step["rule"] and step["legal_basis"] and step["inputs"] for step in steps)
    assert (rows[0]["state"], rows[0]["amount_rp"], rows[0]["cause"]) == (
        "missing", "", "score-missing:not-scored",
    )  # fmt: skip


async def test_an_employee_gets_the_own_row_and_a_stranger_none(client: Any) -> None:
    assert [row["name"] for row in table((await client("Budi")).text)] == ["'=Budi"]
    answer = await client(None)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")


async def test_what_the_body_tells_is_applied(client: Any) -> None:
    told = f"{NONE}\n{NIP},punishment,pay_cut_25_6m,2026-11-01,,SK 7/2026\n"
    budi = table((await client(body=told)).text)[1]
    assert budi["amount_rp"] == "2643266"
    assert json.loads(budi["steps"])[2]["inputs"]["decree"] == "SK 7/2026"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"unit": "nowhere"}, 404, "unit"),
        ({"unit": None}, 400, "unit"),
        ({"period": "2026-13"}, 400, "period"),
        ({"period": None}, 400, "period"),
        ({"format": "xls"}, 400, "format"),
        ({"body": ""}, 400, "circumstances"),
        ({"body": b"\xff"}, 400, "body"),
        ({"body": f"{NONE}\n{NIP},standing,tired,2026-11-01,,SK"}, 400, "circumstances[2].word"),
        ({"body": f"{NONE}\n1,standing,suspended,2026-11-01,,SK"}, 400, "circumstances.nip"),
        ({"kind": "application/json"}, 415, None),
        ({"body": b"x" * 300_000}, 413, "body_bytes"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    client: Any, changes: dict[str, Any], status: int, field: str | None
) -> None:
    answer = await client(**changes)
    assert answer.status_code == status
    assert field is None or answer.json()["errors"][0]["field"] == field


Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `eperf pay-advice …` on the paid town's database."""

    async def write() -> None:
        async with opened(database_url):
            await paid_town()

    run(write())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(command_line, ["pay-advice", *words])


WORDS = ("--unit", "office", "--period", "2026-11")


def test_the_command_prints_the_table_and_tells_that_lines_are_missing(command: Command) -> None:
    result = command(*WORDS, "--no-circumstances")
    assert result.exit_code == 1
    assert [row["amount_rp"] for row in table(result.stdout)] == ["", "3524355", "", ""]
    assert "4 people, 1 with an amount, 3 missing" in result.stderr


def test_the_command_reads_what_an_office_tells_and_writes_a_new_file(
    command: Command, tmp_path: Path
) -> None:
    told, out = tmp_path / "told.csv", tmp_path / "advice.csv"
    told.write_text(f"\ufeff{NONE}\n{NIP},standing,suspended,2026-11-01,,SK 8/2026\n", encoding="utf-8")
    result = command(*WORDS, "--circumstances", str(told), "--out", str(out))
    assert result.exit_code == 1
    assert [row["amount_rp"] for row in table(out.read_text(encoding="utf-8"))] == ["", "0", "", ""]
    assert command(*WORDS, "--no-circumstances", "--out", str(out)).exit_code == 2


def test_json_lines_hold_every_step(command: Command) -> None:
    lines = [json.loads(line) for line in command(*WORDS, "--no-circumstances", "--json").stdout.splitlines()]
    assert [line["amount_rp"] for line in lines] == [None, 3_524_355, None, None]
    assert lines[1]["steps"][1]["inputs"] == {"score_pct": "90.00"}
    assert lines[0]["cause"] == "score-missing:not-scored"


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        (*WORDS, "--no-circumstances", "--circumstances", "missing.csv"),
        ("--unit", "nowhere", "--period", "2026-11", "--no-circumstances"),
        ("--unit", "office", "--period", "2026-1", "--no-circumstances"),
    ],
)
def test_what_cannot_be_advised_is_an_exit_with_2(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words).exit_code == 2
