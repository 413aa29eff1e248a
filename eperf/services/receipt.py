"""Receipts: a score with everything it was made from, as a file that anybody can replay; and the replay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eperf.adapters.blobs import Blobs
from eperf.domain.access import Operation
from eperf.domain.errors import (
    BundleDamaged,
    BundleUnreadable,
    Conflict,
    NotFound,
    Refused,
    SchemeNotInstalled,
)
from eperf.domain.period import YearMonth
from eperf.domain.scoring import FINAL, FRAME_VERSION, Scheme, UnitPeriod
from eperf.domain.scoring.bundle import Bundle, Head, leaf_lines, lines, pack, score_line, unpack
from eperf.domain.scoring.facts import TABLES, written
from eperf.domain.scoring.replay import digests_only, first_broken, replay
from eperf.plugins.registry import Registry
from eperf.services.call import Call
from eperf.services.months import Run, differing, run_today, thawed
from eperf.services.parts import settings_of
from eperf.store.adjustment import AdjustmentRow
from eperf.store.closing import FrozenRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import subject_of_employee, subject_of_unit
from eperf.store.scoring import ScoreRow


@dataclass(frozen=True)
class Verified:
    """What a replay has shown: of which unit and month, how many people, how many of them with a figure."""

    unit_code: str
    period: str
    scheme: str
    scheme_version: str
    input_digest: str
    people: int
    final: int
    closed: bool


@dataclass(frozen=True)
class _Rules:
    """What scored, as a bundle names it."""

    scheme: str
    version: str
    revision: str
    settings: Any
    settings_digest: str


async def of_employee(call: Call, blobs: Blobs, employee_id: int, period: YearMonth) -> bytes:
    """The bundle of one person's score of a month: nobody else's facts are in it."""
    employee = await EmployeeRow.get_or_none(id=employee_id)
    if employee is None:
        raise NotFound("employee", employee_id)
    call.require(Operation.RECEIPT_READ, await subject_of_employee(employee), "employee")
    score = await ScoreRow.get_or_none(employee_id=employee_id, period=str(period))
    if score is None:
        raise NotFound("score", str(period))
    return await _bundle(call, blobs, score.unit_id, period, [score])


async def of_unit(call: Call, blobs: Blobs, unit_id: int, period: YearMonth) -> bytes:
    """The bundle of everybody who was scored in this very unit in a month."""
    call.require(Operation.RECEIPT_READ, await subject_of_unit(unit_id), "unit")
    scores = await ScoreRow.filter(unit_id=unit_id, period=str(period)).order_by("employee_id")
    if not scores:
        raise NotFound("score", str(period))
    return await _bundle(call, blobs, unit_id, period, scores)


async def of_adjustment(call: Call, blobs: Blobs, adjustment_id: int) -> bytes:
    """The bundle of the run that an adjusting entry was made from."""
    entry = await AdjustmentRow.get_or_none(id=adjustment_id)
    if entry is None:
        raise NotFound("adjustment", adjustment_id)
    employee = await EmployeeRow.get(id=entry.employee_id)
    call.require(Operation.RECEIPT_READ, await subject_of_employee(employee), "adjustment")
    facts = await thawed(blobs, entry.sha256)
    rules = _named(entry)
    told = [score_line(entry.employee_id, entry.after_h, FINAL, None, entry.input_digest)]
    return _packed(facts, rules, told, [(entry.employee_id, entry.breakdown)], closed=True)


def verify(registry: Registry, data: bytes) -> Verified:
    """Replays a bundle with the installed scheme, without any database.

    Raises `BUNDLE_UNREADABLE`, `BUNDLE_DAMAGED`, `SCHEME_NOT_INSTALLED` or `REPLAY_DIFFERS`, each with the part.
    """
    opened = unpack(data)
    head = opened.head
    if opened.broken is not None:
        raise _broken(registry, opened, opened.broken)
    if head.scheme:
        scheme, settings = _installed(registry, opened)
        states = replay(opened, scheme, settings).scores.get_column("state")
        final = sum(state == FINAL for state in states)
    else:
        digests_only(opened)
        final = 0
    return Verified(
        head.unit_code, head.period, head.scheme, head.scheme_version, head.input_digest, head.people, final,
        head.closed,
    )  # fmt: skip


def _broken(registry: Registry, opened: Bundle, part: str) -> BundleDamaged:
    """What is said of broken scores or leaves: whose it is, where the facts and the installed scheme tell."""
    try:
        whose = first_broken(opened, *_installed(registry, opened))
    except Refused:
        whose = None
    place = f"what it says of {whose} is" if whose else "it is"
    return BundleDamaged(part, f"{place} not what was sealed", whose)


def _installed(registry: Registry, opened: Bundle) -> tuple[Scheme[Any], Any]:
    """The scheme of a bundle with its settings, if it is installed in the very version."""
    head = opened.head
    found = registry.schemes.get(head.scheme)
    version = None if found is None else f"{found.version} ({found.part.version})"
    if found is None or (found.version, found.part.version) != (head.scheme_version, head.scheme_revision):
        raise SchemeNotInstalled(head.scheme, f"{head.scheme_version} ({head.scheme_revision})", version)
    if not isinstance(opened.settings, dict):
        raise BundleUnreadable("settings", "they are no object")
    try:
        return found.part, settings_of(found.part, opened.settings)
    except Refused as refusal:
        raise BundleDamaged("settings", refusal.message("en")) from refusal


async def _bundle(
    call: Call, blobs: Blobs, unit_id: int, period: YearMonth, scores: Sequence[ScoreRow]
) -> bytes:
    frozen = await FrozenRow.get_or_none(unit_id=unit_id, period=str(period))
    ids = [row.employee_id for row in scores]
    if frozen is not None:
        if not frozen.sha256:
            raise NotFound("receipt", str(period))
        facts = (await thawed(blobs, frozen.sha256)).only(ids)
        rules = _named(frozen)
    else:
        facts, rules = await _of_today(call, unit_id, period, scores)
    told = [
        score_line(row.employee_id, row.score_h, row.state, row.cause, row.input_digest) for row in scores
    ]
    explained = [(row.employee_id, row.breakdown) for row in scores]
    closed = frozen is not None
    return await asyncio.to_thread(_packed, facts, rules, told, explained, closed=closed)


async def _of_today(
    call: Call, unit_id: int, period: YearMonth, scores: Sequence[ScoreRow]
) -> tuple[UnitPeriod, _Rules]:
    """Facts and rules of an open month; refuses one that is not what is stored, because it waits to be computed."""
    computed = await run_today(call, unit_id, period, [row.employee_id for row in scores])
    if isinstance(computed, str):
        raise Conflict("score", str(period), computed)
    if await asyncio.to_thread(differing, scores, computed):
        raise Conflict("score", str(period), "it waits to be computed again")
    return computed.scored.unit_period, _rules(computed)


def _rules(computed: Run) -> _Rules:
    found = computed.scheme.registered
    return _Rules(
        found.key, found.version, computed.revision, computed.settings, computed.scored.settings_digest
    )


def _named(row: FrozenRow | AdjustmentRow) -> _Rules:
    return _Rules(row.scheme, row.scheme_version, row.scheme_revision, row.settings, row.settings_digest)


def _packed(
    facts: UnitPeriod, rules: _Rules, told: Iterable[dict[str, object]],
    explained: Iterable[tuple[int, Sequence[dict[str, Any]]]], *, closed: bool,
) -> bytes:  # fmt: skip
    head = Head(
        frame_version=FRAME_VERSION, unit_id=facts.unit_id, unit_code=facts.unit_code, period=str(facts.period),
        working_days=facts.working_days, scheme=rules.scheme, scheme_version=rules.version,
        scheme_revision=rules.revision, settings_digest=rules.settings_digest, input_digest=facts.input_digest,
        closed=closed, people=facts.employees.height,
    )  # fmt: skip
    texts = {table: written(getattr(facts, table)) for table in TABLES}
    leaves = lines(line for who, breakdown in explained for line in leaf_lines(who, breakdown))
    return pack(head, texts, rules.settings, lines(told), leaves)
