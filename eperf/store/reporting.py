"""What a report of an activity is decided on, read at once, and the report written while all of it still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from eperf.domain.activity import ActivityState, Report
from eperf.domain.events import Event
from eperf.store import batch, database, outbox
from eperf.store.batch import Guard, Rows, Table

_ACTIVITIES = Table(
    "activity",
    "id",
    (
        ("employee_id", "bigint"), ("unit_id", "bigint"), ("item_id", "bigint"), ("date", "date"), ("minutes", "int"),
        ("quantity_h", "bigint"), ("result", "text"), ("state", "text"), ("submitted_at", "timestamptz"),
    ),
)  # fmt: skip
_EVIDENCE = Table("evidence", "activity_id", (("file_id", "bigint"),))

# The unit of an employee on a day, and of the items with one code the one that counts for a unit on a day.
_PLACED = (
    "COALESCE((SELECT CASE WHEN p.valid_to IS NULL OR p.valid_to > $2 THEN p.unit_id END FROM placement AS p "
    "WHERE p.employee_id = held.id AND p.valid_from <= $2 ORDER BY p.valid_from DESC LIMIT 1), held.unit_id)"
)
_NEAREST = (
    "(SELECT i.id FROM catalogue_item AS named JOIN catalogue_item AS i ON i.code = named.code "
    "JOIN unit_tree AS t ON t.ancestor_id = i.unit_id WHERE named.id = $3 AND t.descendant_id = {unit} "
    "AND i.valid_from <= $2 AND (i.valid_to IS NULL OR i.valid_to > $2) ORDER BY t.depth LIMIT 1)"
)
_WHO = "FROM employee AS held JOIN unit AS u ON u.id = held.unit_id WHERE held.id = $1 AND held.active"
_HOLDS = (
    f"{_WHO} AND held.unit_id = $4 AND u.zone = $5 AND {_PLACED} = $6 AND {_NEAREST.format(unit='$6')} = $3"
)
_ABOVE = "SELECT {ids} FROM unit_tree AS t WHERE t.descendant_id = f.unit_id"
_OWNED = "SELECT {ids} FROM file AS own WHERE own.account_id = $5 AND own.id {among}"


@dataclass(frozen=True)
class Facts:
    """What is true of the reporter: today's unit, superior and zone, the units above; and of what they report.

    `placed` is their unit on the day of the report, `nearest` the item that counts there under the reported one's code,
    `owned` the evidence that is theirs, `answered` what their key answered to which digest.
    """

    unit_id: int
    supervisor_id: int | None
    zone: str
    above: frozenset[int]
    placed: int
    nearest: int | None
    owned: frozenset[int]
    answered: tuple[str, int] | None


async def facts(employee_id: int, account_id: int, report: Report, key: str | None) -> Facts | None:
    """What a report is decided on; None when there is no such employee in service."""
    postgres = database.dialect() == "postgres"
    evidence = list(report.evidence)
    values = [
        employee_id, report.date, report.item_id, evidence if postgres else orjson.dumps(evidence).decode(),
        account_id, key,
    ]  # fmt: skip
    found = await database.connection().execute_query_dict(_question(postgres), values)
    return _facts(found[0]) if found else None


@cache
def _question(postgres: bool) -> str:
    if postgres:
        above, owned = _ABOVE.format(ids="t.ancestor_id"), _OWNED.format(ids="own.id", among="= ANY($4)")
        lists = f"ARRAY({above}) AS above, ARRAY({owned}) AS owned"
    else:
        among = "IN (SELECT value FROM json_each($4))"
        above = _ABOVE.format(ids="json_group_array(t.ancestor_id)")
        owned = _OWNED.format(ids="json_group_array(own.id)", among=among)
        lists = f"({above}) AS above, ({owned}) AS owned"
    text = (
        f"SELECT f.*, {_NEAREST.format(unit='f.placed')} AS nearest, {lists}, k.digest, k.answer_id "  # noqa: S608
        f"FROM (SELECT held.unit_id, held.supervisor_id, u.zone, {_PLACED} AS placed {_WHO}) AS f "
        "LEFT JOIN idempotency AS k ON k.account_id = $5 AND k.key = $6"
    )
    return text if postgres else text.replace("$", "?")


def _facts(row: dict[str, Any]) -> Facts:
    return Facts(
        unit_id=row["unit_id"],
        supervisor_id=row["supervisor_id"],
        zone=row["zone"],
        above=_ids(row["above"]),
        placed=row["placed"],
        nearest=row["nearest"],
        owned=_ids(row["owned"]),
        answered=(row["digest"], row["answer_id"]) if row["answer_id"] else None,
    )


def _ids(given: str | list[int]) -> frozenset[int]:
    return frozenset(orjson.loads(given) if isinstance(given, str) else given)


@dataclass(frozen=True)
class Submission:
    """A report that may be written: by whom, when, what happens by it, and the key under which it came."""

    employee_id: int
    account_id: int
    now: datetime
    report: Report
    events: Sequence[Event]
    key: outbox.Key | None


async def write(new: Submission, on: Facts) -> int | None:
    """Writes an activity with its evidence, events and marks, and gives its id; None when `on` is no longer so."""
    report = new.report
    row = (
        new.employee_id, on.placed, report.item_id, report.date, report.minutes, report.quantity_h, report.result,
        ActivityState.SUBMITTED.value, new.now,
    )  # fmt: skip
    return await batch.write(
        Guard(_HOLDS, (new.employee_id, report.date, report.item_id, on.unit_id, on.zone, on.placed)),
        Rows(_ACTIVITIES, [row]),
        None if new.key is None else new.key.rows(new.now),
        Rows(_EVIDENCE, [(file_id,) for file_id in report.evidence]),
        *outbox.rows_of(new.events, new.account_id or None, new.now),
    )
