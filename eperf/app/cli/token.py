"""`eperf token`: tokens from the server's own command line, and the installation's first administrator.

Whoever may run commands on the server has everything in reach: there is no other way to become the first administrator.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from eperf.adapters.passwords import Passwords
from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.domain.access import Role
from eperf.domain.errors import BadInput, NotFound
from eperf.services.access.account import create_person_account, create_service_account, set_password
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import DAYS, Issued, NewToken, create_token, list_tokens, revoke_token
from eperf.services.call import Call
from eperf.store.access import AccountRow, GrantRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow

app = typer.Typer(help="Tokens, and the first administrator.", no_args_is_help=True)

_MOST = 2**63 - 1
_ACCOUNT = typer.Option(None, "--account", min=1, max=_MOST, help="The account, by its number.")
_LOGIN = typer.Option(None, "--login", help="The account, by its login.")
_ROLES = typer.Option(None, "--role", help="A role that the token carries; again for more. Default: all.")
_DAYS = typer.Option(DAYS, "--days", min=1, max=365, help="Days until it expires.")
_JSON = typer.Option(False, "--json", help="Print JSON.")
_PAGE = 100


@app.command()
def bootstrap(
    nip: str = typer.Option(None, help="The administrator is the employee with this NIP."),
    name: str = typer.Option(
        None, help="The administrator is a program, or nobody's employee, of this name."
    ),
    units: list[str] = typer.Option(
        None, "--unit", help="Code of a unit to administer. Default: every top unit."
    ),
    login: str = typer.Option(None, help="A login for the employee; the password is read from the input."),
    days: int = _DAYS,
    as_json: bool = _JSON,
) -> None:
    """Make an administrator (personnel and plugins) and print a token. Repeating it makes one more token."""
    if (nip is None) == (name is None):
        raise typer.BadParameter("give --nip or --name")
    if login is not None and nip is None:
        raise typer.BadParameter("--login needs --nip")
    password = _password() if login is not None else None

    async def job(house: House) -> tuple[int, Issued]:
        call = house.call()
        grants = await _administration(call, units or [])
        account_id = await _administrator(call, nip, name, login, grants)
        if password is not None:
            await set_password(call, Passwords(), account_id, password)
        return account_id, await create_token(call, NewToken("bootstrap", days=days), account_id)

    account_id, issued = run_with_database(job)
    _print(account_id, issued, as_json)


@app.command()
def create(
    token_name: str = typer.Argument(help="What the token is for."),
    account: int = _ACCOUNT,
    login: str = _LOGIN,
    roles: list[Role] = _ROLES,
    days: int = _DAYS,
    as_json: bool = _JSON,
) -> None:
    """Make a token of an account and print it, this once."""

    async def job(house: House) -> tuple[int, Issued]:
        account_id = await _account(account, login)
        new = NewToken(token_name, frozenset(roles) if roles else None, days)
        return account_id, await create_token(house.call(), new, account_id)

    account_id, issued = run_with_database(job)
    _print(account_id, issued, as_json)


@app.command("list")
def list_(account: int = _ACCOUNT, login: str = _LOGIN, as_json: bool = _JSON) -> None:
    """List an account's tokens and sessions; never their texts."""

    async def job(house: House) -> list[dict[str, Any]]:
        account_id, found = await _account(account, login), list[dict[str, Any]]()
        while page := await list_tokens(house.call(), account_id, found[-1]["id"] if found else 0, _PAGE):
            found += [
                {
                    "id": row.id,
                    "name": row.name,
                    "roles": row.roles,
                    "createdAt": _text(row.created_at),
                    "expiresAt": _text(row.expires_at),
                    "revokedAt": _text(row.revoked_at),
                }
                for row in page
            ]
        return found

    found = run_with_database(job)
    if as_json:
        print(json.dumps(found))
        return
    table = Table("id", "name", "roles", "created", "expires", "revoked")
    for row in found:
        roles = "all" if row["roles"] is None else ", ".join(row["roles"])
        table.add_row(
            str(row["id"]), row["name"], roles, row["createdAt"], row["expiresAt"], row["revokedAt"] or ""
        )
    Console(highlight=False).print(table)


@app.command()
def revoke(token: int = typer.Argument(min=1, max=_MOST, help="The token, by its number.")) -> None:
    """End a token. Whoever uses it is out within a second."""

    async def job(house: House) -> int:
        return await revoke_token(house.call(), token)

    print(f"revoked {run_with_database(job)}")


async def _administration(call: Call, codes: list[str]) -> list[NewGrant]:
    """The grants of an administrator: personnel and plugins over the units named, or over every top unit."""
    units = [await UnitRow.get_or_none(code=code) for code in codes] or await UnitRow.filter(
        parent_id=None
    ).limit(100)
    if not units:
        raise BadInput("unit", "", "there are no units yet: import them first")
    for code, unit in zip(codes, units, strict=False):
        if unit is None:
            raise NotFound("unit", code)
    roles = (Role.PERSONNEL_ADMIN, Role.PLUGIN_ADMIN)
    return [NewGrant(role, unit.id, call.today) for unit in units if unit for role in roles]


async def _administrator(
    call: Call, nip: str | None, name: str | None, login: str | None, grants: list[NewGrant]
) -> int:
    """The account that has the grants: a new one for a name, the employee's own for a NIP."""
    if nip is None:
        return await create_service_account(call, name or "", grants)
    employee = await EmployeeRow.get_or_none(nip=nip)
    if employee is None:
        raise NotFound("nip", nip)
    account = await AccountRow.get_or_none(employee_id=employee.id)
    account_id = account.id if account else await create_person_account(call, employee.id, login)
    if account is not None and login is not None and account.login != login:
        raise BadInput("login", login, f"the employee's account has the login {account.login or '-'}")
    having = await GrantRow.filter(account_id=account_id)
    for grant in grants:
        if not any(_same(row, grant) for row in having):
            await grant_role(call, account_id, grant)
    return account_id


def _same(row: GrantRow, grant: NewGrant) -> bool:
    current = row.valid_from <= grant.valid_from and (row.valid_to is None or row.valid_to > grant.valid_from)
    return current and (row.role, row.unit_id) == (grant.role.value, grant.unit_id)


async def _account(number: int | None, login: str | None) -> int:
    if (number is None) == (login is None):
        raise BadInput("account", "", "give --account or --login")
    row = await (
        AccountRow.get_or_none(id=number) if login is None else AccountRow.get_or_none(login=login.lower())
    )
    if row is None:
        raise NotFound("account", login or number)
    return int(row.id)


def _password() -> str:
    """From a terminal asked for twice and not shown, else the first line of the input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _print(account_id: int, issued: Issued, as_json: bool) -> None:
    if as_json:
        made = {
            "account": account_id,
            "id": issued.id,
            "token": issued.token,
            "expiresAt": _text(issued.expires_at),
        }
        print(json.dumps(made))
        return
    print(issued.token)
    Console(stderr=True, highlight=False).print(
        f"token {issued.id} of account {account_id}, until {_text(issued.expires_at)}; it is not shown again"
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.replace(microsecond=0).isoformat().replace("+00:00", "Z")
