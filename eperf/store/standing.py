"""What a token's account is and may on a day, in one statement: it is asked for anew at nearly every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson

from eperf.store import database

_IN_FORCE = "x.valid_from <= $2 AND (x.valid_to IS NULL OR x.valid_to > $2)"
_STANDING = (
    "SELECT k.id, k.roles, k.expires_at, k.revoked_at, a.id AS account_id, a.name, a.employee_id, "
    "a.active AND (e.id IS NULL OR e.active) AS active, "
    "(SELECT {array}({pair}(x.role, x.unit_id)) FROM role_grant AS x WHERE x.account_id = a.id AND {in_force}) "
    "AS grants, "
    "(SELECT {array}(x.incumbent_id) FROM acting AS x WHERE x.officer_id = a.employee_id AND {in_force}) "
    "AS incumbents "
    "FROM token AS k JOIN account AS a ON a.id = k.account_id LEFT JOIN employee AS e ON e.id = a.employee_id "
    "WHERE {which}"
)


@dataclass(frozen=True)
class Standing:
    """A token with its account: `active` says that account and employee both are; no `roles`: all of the account's."""

    token_id: int
    roles: frozenset[str] | None
    expires_at: datetime
    revoked: bool
    account_id: int
    name: str
    employee_id: int | None
    active: bool
    grants: tuple[tuple[str, int], ...]
    incumbents: frozenset[int]


async def standing_of_digest(digest: str, day: date) -> Standing | None:
    """By the digest of a token; None when there is no such token."""
    return await _standing("k.digest = $1", digest, day)


async def standing_of_token(token_id: int, day: date) -> Standing | None:
    """By the number of a token."""
    return await _standing("k.id = $1", token_id, day)


async def _standing(which: str, value: str | int, day: date) -> Standing | None:
    text = _statement(which, database.dialect() == "postgres")
    rows = await database.connection().execute_query_dict(text, [value, day])
    return _read(rows[0]) if rows else None


@cache
def _statement(which: str, postgres: bool) -> str:
    array, pair = ("json_agg", "json_build_array") if postgres else ("json_group_array", "json_array")
    text = _STANDING.format(array=array, pair=pair, in_force=_IN_FORCE, which=which)
    return text if postgres else text.replace("$", "?")


def _read(row: dict[str, Any]) -> Standing:
    roles, ends = orjson.loads(row["roles"] or "null"), row["expires_at"]
    return Standing(
        token_id=row["id"],
        roles=None if roles is None else frozenset(roles),
        expires_at=datetime.fromisoformat(ends) if isinstance(ends, str) else ends,
        revoked=row["revoked_at"] is not None,
        account_id=row["account_id"],
        name=row["name"],
        employee_id=row["employee_id"],
        active=bool(row["active"]),
        grants=tuple((role, unit) for role, unit in orjson.loads(row["grants"] or "[]")),
        incumbents=frozenset(orjson.loads(row["incumbents"] or "[]")),
    )
