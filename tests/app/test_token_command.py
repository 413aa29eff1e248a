"""`eperf token` as an operator runs it, on a real database."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eperf.adapters.tokens import digest_of, is_token
from eperf.app.cli.token import app
from eperf.app.house import utc_now
from eperf.domain.access import IMPLIED, Role, Viewer
from eperf.services.access.viewer import viewer_of_token
from eperf.store import database
from eperf.store.access import AccountRow, GrantRow
from eperf.store.people import EmployeeRow
from tests.support.database import run
from tests.support.town import build

NIP = "198001012005011001"
PASSWORD = "kuda laut berenang"
Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `eperf token …` on a town's database."""

    async def write() -> None:
        town = await build()
        await EmployeeRow.filter(id=town.people["Budi"]).update(nip=NIP)

    look(database_url, write)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    return lambda *words, given=None: CliRunner().invoke(app, [*words], input=given)


def look(url: str, work: Callable[[], Awaitable[Any]]) -> Any:
    async def opened() -> Any:
        await database.connect(url)
        try:
            return await work()
        finally:
            await database.disconnect()

    return run(opened())


def seen(url: str, token: str) -> Viewer:
    async def work() -> Viewer:
        return (await viewer_of_token(digest_of(token), utc_now())).viewer

    viewer: Viewer = look(url, work)
    return viewer


def made(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert set(found) == {"account", "id", "token", "expiresAt"}
    return found


def test_the_first_administrator_is_an_employee_by_nip(command: Command, database_url: str) -> None:
    first = made(command("bootstrap", "--nip", NIP, "--json"))
    viewer = seen(database_url, first["token"])
    assert viewer.name == "Budi"
    assert viewer.roles == IMPLIED | {Role.PERSONNEL_ADMIN, Role.PLUGIN_ADMIN}
    assert len(viewer.grants) == 2
    again = made(command("bootstrap", "--nip", NIP, "--json"))
    assert (again["account"], again["id"] > first["id"]) == (first["account"], True)
    assert seen(database_url, again["token"]).grants == viewer.grants

    async def count() -> int:
        return await GrantRow.all().count()

    assert look(database_url, count) == 2


def test_the_first_administrator_may_be_nobodys_employee(command: Command, database_url: str) -> None:
    found = made(command("bootstrap", "--name", "Operator", "--unit", "office", "--days", "1", "--json"))
    viewer = seen(database_url, found["token"])
    assert (viewer.name, viewer.employee_id, len(viewer.grants)) == ("Operator", None, 2)


def test_with_a_login_the_password_is_read_from_the_input(command: Command, database_url: str) -> None:
    made(command("bootstrap", "--nip", NIP, "--login", "budi", "--json", given=f"{PASSWORD}\n"))

    async def kept() -> str | None:
        return (await AccountRow.get(login="budi")).password_hash

    assert look(database_url, kept).startswith("$argon2id$")
    assert command("bootstrap", "--nip", NIP, "--login", "budi", given="short\n").exit_code == 2
    wrong = command("bootstrap", "--nip", NIP, "--login", "other", given=f"{PASSWORD}\n")
    assert (wrong.exit_code, "BAD_INPUT" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--nip", NIP, "--name", "x"),
        ("--name", "x", "--login", "x"),
        ("--nip", "1"),
        ("--name", "x", "--unit", "nowhere"),
        ("--name", ""),
        ("--name", "x", "--days", "0"),
        ("--name", "x", "--days", "366"),
    ],
)
def test_a_wrong_bootstrap_is_exit_code_2_and_makes_nothing(
    command: Command, database_url: str, words: tuple[str, ...]
) -> None:
    result = command("bootstrap", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output

    async def count() -> int:
        return await GrantRow.all().count() + await AccountRow.filter(kind="service").count()

    assert look(database_url, count) == 0


def test_tokens_are_made_listed_and_ended(command: Command, database_url: str) -> None:
    made_one = made(
        command("create", "laptop", "--login", "Wati", "--role", "employee", "--days", "3", "--json")
    )
    assert seen(database_url, made_one["token"]).roles == {Role.EMPLOYEE}
    listed = command("list", "--account", str(made_one["account"]), "--json")
    (row,) = json.loads(listed.stdout)
    assert (row["id"], row["name"], row["roles"], row["revokedAt"]) == (
        made_one["id"],
        "laptop",
        ["employee"],
        None,
    )
    assert made_one["token"] not in listed.output
    assert command("revoke", str(made_one["id"])).stdout == f"revoked {made_one['id']}\n"
    assert command("revoke", str(made_one["id"])).exit_code == 2
    (row,) = json.loads(command("list", "--login", "wati", "--json").stdout)
    assert row["revokedAt"] is not None
    assert "laptop" in command("list", "--login", "wati").stdout


def test_without_json_the_token_alone_is_on_the_output(command: Command) -> None:
    result = command("create", "script", "--login", "wati")
    assert is_token(result.stdout.strip())
    assert "not shown again" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("create", "x"),
        ("create", "x", "--login", "nobody"),
        ("create", "x", "--account", "0"),
        ("create", "x", "--login", "wati", "--account", "1"),
        ("create", "x", "--login", "wati", "--role", "auditor"),
        ("create", "x", "--login", "wati", "--role", "king"),
        ("create", "login session", "--login", "wati"),
        ("create", "", "--login", "wati"),
        ("list",),
        ("revoke", "0"),
        ("revoke", "x"),
        ("revoke", str(2**63)),
        ("list", "--account", str(2**70)),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_exit_code_2_and_one_line(command: Command, words: tuple[str, ...]) -> None:
    result = command(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
