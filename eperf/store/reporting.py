"""A report of an activity, written while everything holds that it needs; and what holds of it when it was not."""

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
from eperf.store.visit import Reading, Written

_ACTIVITIES = Table(
    "activity",
    {"id": "id", "unit_id": "unit_id"},
    {
        "employee_id": "bigint", "item_id": "bigint", "date": "date", "minutes": "int", "quantity_h": "bigint",
        "result": "text", "state": "text", "submitted_at": "timestamptz",
    },
)  # fmt: skip
_EVIDENCE = Table("evidence", {"activity_id": "id"}, {"file_id": "bigint"})

# $1 employee, $2 day, $3 item: the reporter's unit on the day, and of the items of one code the one that counts there.
_WHO = "FROM employee AS held JOIN unit AS u ON u.id = held.unit_id WHERE held.id = $1 AND held.active"
_PLACED = (
    "COALESCE((SELECT CASE WHEN p.valid_to IS NULL OR p.valid_to > $2 THEN p.unit_id END FROM placement AS p "
    "WHERE p.employee_id = held.id AND p.valid_from <= $2 ORDER BY p.valid_from DESC LIMIT 1), held.unit_id)"
)
_NEAREST = (
    "(SELECT i.id FROM catalogue_item AS named JOIN catalogue_item AS i ON i.code = named.code "
    "JOIN unit_tree AS t ON t.ancestor_id = i.unit_id WHERE named.id = $3 AND t.descendant_id = {unit} "
    "AND i.valid_from <= $2 AND (i.valid_to IS NULL OR i.valid_to > $2) ORDER BY t.depth LIMIT 1)"
)
_COUNTS = f"{_NEAREST.format(unit=_PLACED)} = $3"
_OWNED = "SELECT {what} FROM file AS own WHERE own.account_id = $5 AND own.id {among}"
_ABOVE = "SELECT {what} FROM unit_tree AS t WHERE t.descendant_id = f.unit_id"
_ANSWERED = "LEFT JOIN idempotency AS k ON k.account_id = $5 AND k.key = $6"


@dataclass(frozen=True)
class Submission:
    """A report to be written: by whom, when, with which events, under which key.

    `zones` are those in which the day of the report has come; the reporter's unit must be in one.
    """

    employee_id: int
    account_id: int
    now: datetime
    zones: Sequence[str]
    report: Report
    events: Sequence[Event]
    key: outbox.Key | None


async def write(new: Submission, reading: Reading | None = None) -> Written | None:
    """Writes an activity with its evidence, events and marks, and gives its id, and how it reads if that is asked for.

    None, and nothing written, unless the reporter is in service in one of the zones, the item counts for their unit on
    the day, the evidence is theirs and the key is new.
    """
    report, rows = new.report, outbox.rows_of(new.events, new.account_id or None, new.now)
    row = (
        new.employee_id, report.item_id, report.date, report.minutes, report.quantity_h, report.result,
        ActivityState.SUBMITTED.value, new.now,
    )  # fmt: skip
    return await batch.write(
        _guard(new),
        Rows(_ACTIVITIES, [row]),
        None if new.key is None else new.key.rows(new.now),
        Rows(_EVIDENCE, [(file_id,) for file_id in report.evidence]),
        *rows,
        reading=reading,
    )


def _guard(new: Submission) -> Guard:
    postgres, report = database.dialect() == "postgres", new.report
    values = [new.employee_id, report.date, report.item_id, _listed(new.zones, postgres)]
    if report.evidence:
        values += [new.account_id, _listed(report.evidence, postgres), len(report.evidence)]
    return Guard(_PLACED, _holds(bool(report.evidence), postgres), values)


@cache
def _holds(evidence: bool, postgres: bool) -> str:
    text = f"{_WHO} AND u.zone {_among('$4', postgres)} AND {_COUNTS}"
    owned = _OWNED.format(what="count(*)", among=_among("$6", postgres))
    return f"{text} AND ({owned}) = $7" if evidence else text


def _among(mark: str, postgres: bool) -> str:
    return f"= ANY({mark})" if postgres else f"IN (SELECT value FROM json_each({mark}))"  # noqa: S608


def _listed(values: Sequence[int] | Sequence[str], postgres: bool) -> Any:
    return list(values) if postgres else orjson.dumps(values).decode()


@dataclass(frozen=True)
class Facts:
    """What is true of the reporter: their unit's zone, its units above, their superior; and of what they report.

    `nearest` is the item that counts where they were on the day under the reported one's code, `owned` the evidence
    that is theirs, `answered` what their key answered to which digest.
    """

    zone: str
    above: frozenset[int]
    supervisor_id: int | None
    nearest: int | None
    owned: frozenset[int]
    answered: tuple[str, int] | None


async def facts(employee_id: int, account_id: int, report: Report, key: str | None) -> Facts | None:
    """What a report is decided on; None when there is no such employee in service."""
    postgres = database.dialect() == "postgres"
    evidence = _listed(report.evidence, postgres)
    values = [employee_id, report.date, report.item_id, evidence, account_id, key]
    found = await database.connection().execute_query_dict(_question(postgres), values)
    return _facts(found[0]) if found else None


@cache
def _question(postgres: bool) -> str:
    among, array = _among("$4", postgres), "array_agg" if postgres else "json_group_array"
    above = _ABOVE.format(what=f"{array}(t.ancestor_id)")
    owned = _OWNED.format(what=f"{array}(own.id)", among=among)
    columns = f"f.zone, f.supervisor_id, {_NEAREST.format(unit='f.placed')} AS nearest, k.digest, k.answer_id"
    person = f"(SELECT held.unit_id, held.supervisor_id, u.zone, {_PLACED} AS placed {_WHO}) AS f"
    text = f"SELECT {columns}, ({above}) AS above, ({owned}) AS owned FROM {person} {_ANSWERED}"  # noqa: S608
    return text if postgres else text.replace("$", "?")


def _facts(row: dict[str, Any]) -> Facts:
    return Facts(
        zone=row["zone"],
        above=_ids(row["above"]),
        supervisor_id=row["supervisor_id"],
        nearest=row["nearest"],
        owned=_ids(row["owned"]),
        answered=(row["digest"], row["answer_id"]) if row["answer_id"] else None,
    )


def _ids(given: str | list[int] | None) -> frozenset[int]:
    return frozenset(orjson.loads(given) if isinstance(given, str) else given or ())
