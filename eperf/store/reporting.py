"""A report of an activity, written while everything holds that it needs; and what holds of it when it was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import orjson

from eperf.domain.activity import ActivityState, Report
from eperf.domain.events import Event
from eperf.domain.period import YearMonth
from eperf.store import batch, database, outbox, terms
from eperf.store.batch import Guard, Rows, Table
from eperf.store.visit import Reading, Written

_ACTIVITIES = Table(
    "activity",
    {"id": "id", "unit_id": "unit_id"},
    {
        "employee_id": "bigint", "item_id": "bigint", "date": "date", "minutes": "int", "quantity_h": "bigint",
        "result": "text", "state": "text", "submitted_at": "timestamptz", "links": "jsonb",
    },
)  # fmt: skip
_EVIDENCE = Table("evidence", {"activity_id": "id"}, {"file_id": "bigint"})

_WHO = "FROM employee AS held JOIN unit AS u ON u.id = held.unit_id{more} WHERE held.id = $1 AND held.active"
_NAMED = "(SELECT named.code FROM catalogue_item AS named WHERE named.id = $3)"
_OWNED = "SELECT {what} FROM file AS own WHERE own.account_id = {account} AND own.id {among}"
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
    the day and is for their post, the minutes keep its norm, the evidence is theirs and what it asks for, the deadline
    is not over, and the key is new.
    """
    report, rows = new.report, outbox.rows_of(new.events, new.account_id or None, new.now)
    row = (
        new.employee_id, report.item_id, report.date, report.minutes, report.quantity_h, report.result,
        ActivityState.SUBMITTED.value, new.now, orjson.dumps(report.links).decode() if report.links else None,
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
    values = [
        new.employee_id, report.date, report.item_id, _listed(new.zones, postgres), report.minutes, report.quantity_h,
        len(report.links), _minutes(report.date, new.now), _minutes(YearMonth.of(report.date).last, new.now),
    ]  # fmt: skip
    if report.evidence:
        values += [new.account_id, _listed(report.evidence, postgres), len(report.evidence)]
    return Guard(_unit(postgres), _holds(bool(report.evidence), postgres), values)


def _unit(postgres: bool) -> str:
    """The unit of the day: asked once where the database can keep it, else wherever it is needed."""
    return "placed.unit_id" if postgres else terms.PLACED


def _minutes(day: date, now: datetime) -> int:
    """Whole minutes from the beginning of a day in UTC until now."""
    return (now - datetime.combine(day, time(), UTC)) // timedelta(minutes=1)


@cache
def _holds(evidence: bool, postgres: bool) -> str:
    once = f" CROSS JOIN LATERAL (SELECT {terms.PLACED} AS unit_id OFFSET 0) AS placed" if postgres else ""
    who, unit = _WHO.format(more=f" JOIN catalogue_item AS c ON c.id = $3{once}"), _unit(postgres)
    counts = f"{terms.NEAREST.format(code='c.code', unit=unit)} = $3"
    files = _among("$11", postgres) if evidence else None
    parts = [
        who, f"u.zone {_among('$4', postgres)}", counts, terms.IN_NORM, terms.for_post(postgres),
        terms.evident(files, postgres), terms.in_time(unit),
    ]  # fmt: skip
    if files is not None:
        parts.append(f"({_OWNED.format(what='count(*)', account='$10', among=files)}) = $12")
    return " AND ".join(parts)


def _among(mark: str, postgres: bool) -> str:
    return f"= ANY({mark})" if postgres else f"IN (SELECT value FROM json_each({mark}))"  # noqa: S608


def _listed(values: Sequence[int] | Sequence[str], postgres: bool) -> Any:
    return list(values) if postgres else orjson.dumps(values).decode()


@dataclass(frozen=True)
class Facts:
    """What is true of the reporter: their unit's zone, its units above, their superior; and of what they report.

    `placed` is their unit on the day, `post` their post then (None: none), `rule` the row of its deadlines, `nearest`
    the item that counts there under the reported one's code, `owned` the evidence that is theirs, `answered` what
    their key answered to which digest.
    """

    zone: str
    above: frozenset[int]
    supervisor_id: int | None
    placed: int
    post: int | None
    rule: int | None
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
    owned = _OWNED.format(what=f"{array}(own.id)", account="$5", among=among)
    nearest = terms.NEAREST.format(code=_NAMED, unit="f.placed")
    rule = terms.RULE.format(what="r.id", unit="f.placed")
    columns = f"f.zone, f.supervisor_id, f.placed, f.post, {rule} AS rule, {nearest} AS nearest, k.digest, k.answer_id"
    here = f"held.unit_id, held.supervisor_id, u.zone, {terms.PLACED} AS placed, {terms.POST} AS post"
    person = f"(SELECT {here} {_WHO.format(more='')}) AS f"
    text = f"SELECT {columns}, ({above}) AS above, ({owned}) AS owned FROM {person} {_ANSWERED}"  # noqa: S608
    return text if postgres else text.replace("$", "?")


def _facts(row: dict[str, Any]) -> Facts:
    known = {name: row[name] for name in ("zone", "supervisor_id", "placed", "rule", "nearest")}
    return Facts(
        **known,
        post=row["post"] or None,
        above=_ids(row["above"]),
        owned=_ids(row["owned"]),
        answered=(row["digest"], row["answer_id"]) if row["answer_id"] else None,
    )


def _ids(given: str | list[int] | None) -> frozenset[int]:
    return frozenset(orjson.loads(given) if isinstance(given, str) else given or ())
