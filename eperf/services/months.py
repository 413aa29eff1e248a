"""A unit's month as it is computed: its facts of today, the scheme that counts, and what comes out.

Whoever scores, closes, adjusts, tries out or exports a month goes through here, so that all of them mean the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from eperf.adapters.blobs import Blobs
from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.errors import Refused
from eperf.domain.period import YearMonth
from eperf.domain.scoring import Scored, UnitPeriod, expanded, score, thaw
from eperf.domain.scoring.cut import Cohort
from eperf.domain.scoring.digest import plain
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bound
from eperf.store import frames
from eperf.store.organisation import UnitRow
from eperf.store.scoring import ScoreRow

UNUSABLE = "scheme-unusable"
"""How the cause begins of a score that no scheme could be used for."""
SEALED = "sha256:"

COMPUTED = (
    "score_h", "state", "cause", "scheme", "scheme_version", "settings_digest", "input_digest", "breakdown",
)  # fmt: skip
"""The columns of a score that follow from facts and rules."""


@dataclass(frozen=True)
class Run:
    """A unit's month run with a scheme."""

    scheme: Bound
    scored: Scored

    def columns(self) -> dict[int, dict[str, Any]]:
        """`COMPUTED` by employee."""
        digests, breakdowns = self.scored.input_digests, dict(self.scored.breakdowns().iter_rows())
        found = {}
        for employee_id, score_h, state, cause in self.scored.scores.iter_rows():
            found[employee_id] = {
                "score_h": score_h,
                "state": state,
                "cause": cause,
                "scheme": self.scheme.registered.key,
                "scheme_version": self.scheme.registered.version,
                "settings_digest": self.scored.settings_digest,
                "input_digest": digests[employee_id],
                "breakdown": expanded(orjson.loads(breakdowns[employee_id])),
            }
        return found

    @property
    def revision(self) -> str:
        """The scheme's own version, which changes when a figure can change."""
        return str(self.scheme.registered.part.version)

    @property
    def settings(self) -> Any:
        """The settings as JSON values."""
        return plain(self.scheme.settings)


async def scheme_of(call: Call, unit_id: int, period: YearMonth) -> Bound:
    """The scheme by which a unit's month is scored today."""
    return await bound(call.parts, Slot.SCHEME, unit_id, min(period.last, max(call.today, period.first)))


async def facts_of(unit_id: int, period: YearMonth, days: int, ids: Sequence[int]) -> UnitPeriod:
    """The facts of some employees of a unit in a month of so many working days, as they are today."""
    unit = await UnitRow.get(id=unit_id)
    (month,) = await frames.months([Cohort(unit_id, unit.code, days, tuple(ids))], period)
    if isinstance(month, Refused):
        raise month
    return month


async def working_days(call: Call, unit_id: int, period: YearMonth) -> int:
    """Days of the month that are worked in the unit: by the week of its work-time policy, less what is free there."""
    rule = await bound(call.parts, Slot.WORK_TIME, unit_id, period.last)
    free = (await calendars([unit_id], period.days()))[unit_id]
    named = {day: holiday.name for day, holiday in free.holidays.items()}
    calendar = WorkCalendar(6 if getattr(rule.settings, "days_per_week", 5) == 6 else 5, named)
    return sum(calendar.is_working_day(day) for day in period.days())


async def run(scheme: Bound, facts: UnitPeriod) -> Run:
    """Scores the facts, in a thread of its own."""
    scored = await asyncio.to_thread(score, scheme.registered.part, scheme.settings, facts)
    return Run(scheme, scored)


async def run_today(call: Call, unit_id: int, period: YearMonth, ids: Sequence[int]) -> Run | str:
    """Facts and scheme of today; where no scheme can be used the cause that the scores carry."""
    try:
        scheme = await scheme_of(call, unit_id, period)
        days = await working_days(call, unit_id, period)
    except Refused as refusal:
        return f"{UNUSABLE}: {refusal.message('en')}"[:200]
    return await run(scheme, await facts_of(unit_id, period, days, ids))


def differing(rows: Collection[ScoreRow], computed: Run | str) -> list[int]:
    """The employees whose stored score is not what was computed."""
    if isinstance(computed, str):
        return [row.employee_id for row in rows if row.score_h is not None or row.cause != computed]
    columns = computed.columns()
    return [
        row.employee_id
        for row in rows
        if any(getattr(row, name) != value for name, value in columns[row.employee_id].items())
    ]


async def thawed(blobs: Blobs, sha256: str) -> UnitPeriod:
    """The facts that were frozen in a file."""
    return await asyncio.to_thread(lambda: thaw(blobs.read(sha256), SEALED + sha256))
