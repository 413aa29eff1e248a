"""A unit's month as it is computed: its facts of today, the scheme that counts, and what comes out.

Whoever scores, closes, adjusts, tries out or exports a month goes through here, so that all of them mean the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from eperf.adapters.blobs import Blobs
from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.attendance.holiday import FreeDays
from eperf.domain.errors import Refused
from eperf.domain.period import YearMonth
from eperf.domain.scoring import Explanation, Scored, UnitPeriod, expanded, thaw
from eperf.domain.scoring.cut import Cohort
from eperf.domain.scoring.digest import plain
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.guests import scored_by
from eperf.services.parts import Bound, Slot, bound, bounds
from eperf.store import frames
from eperf.store.organisation import UnitRow
from eperf.store.scope import above
from eperf.store.scoring import ScoreRow

SEALED = "sha256:"


@dataclass(frozen=True)
class Run:
    """A unit's month run with a scheme."""

    scheme: Bound
    scored: Scored

    def columns(self) -> dict[int, dict[str, Any]]:
        """The columns of a score that follow from facts and rules, by employee."""
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


@dataclass(frozen=True)
class Ruled:
    """Units with what scores them; those without a scheme or calendar that can be used, with the reason."""

    cohorts: list[Cohort]
    schemes: dict[int, Bound]
    refused: dict[int, Refused]


async def ruled(
    call: Call, period: YearMonth, people: Mapping[int, Sequence[int]], scheme: Bound | None = None
) -> Ruled:
    """What counts today for the month of each unit's `people`. `scheme`: instead of each unit's own."""
    found = Ruled([], {}, {})
    codes = dict(await UnitRow.filter(id__in=sorted(people)).values_list("id", "code"))
    places = await above(people)
    day = _day(call, period)
    own = await bounds(call.parts, Slot.SCHEME, {(unit, day) for unit in people}, places, gone=True)
    ends = {(unit, period.last) for unit in people}
    hours = await bounds(call.parts, Slot.WORK_TIME, ends, places, gone=True)
    free = await calendars(list(people), period.days())
    for unit, ids in people.items():
        chosen = scheme or own.get((unit, day))
        if chosen is None or (unit, period.last) not in hours:
            found.refused[unit] = await _refusal(call, unit, period, chosen)
            continue
        found.schemes[unit] = chosen
        worked = _working_days(hours[unit, period.last], free[unit], period)
        found.cohorts.append(Cohort(unit, codes[unit], worked, tuple(ids)))
    return found


async def scheme_of(call: Call, unit_id: int, period: YearMonth) -> Bound:
    """The scheme by which a unit's month is scored today."""
    return await bound(call.parts, Slot.SCHEME, unit_id, _day(call, period))


def _day(call: Call, period: YearMonth) -> date:
    """The day whose binding counts: the month's last, or today while the month runs."""
    return min(period.last, max(call.today, period.first))


async def _refusal(call: Call, unit_id: int, period: YearMonth, scheme: Bound | None) -> Refused:
    """Why a unit has no scheme, or no work-time policy, that can be used."""
    try:
        if scheme is None:
            await scheme_of(call, unit_id, period)
        await bound(call.parts, Slot.WORK_TIME, unit_id, period.last)
    except Refused as refusal:
        return refusal
    raise RuntimeError(f"unit {unit_id} has been given a rule meanwhile")


def _working_days(rule: Bound, free: FreeDays, period: YearMonth) -> int:
    """Days of the month that are worked in the unit: by the week of its work-time policy, less what is free there."""
    named = {day: holiday.name for day, holiday in free.holidays.items()}
    calendar = WorkCalendar(6 if getattr(rule.settings, "days_per_week", 5) == 6 else 5, named)
    return sum(calendar.is_working_day(day) for day in period.days())


def unusable(refusal: Refused) -> str:
    """The cause of a score that no scheme could be used for."""
    return f"scheme-unusable: {refusal.message('en')}"[:200]


async def run(scheme: Bound, facts: UnitPeriod, explanation: Explanation = Explanation.STORED) -> Run:
    """Scores the facts beside requests; `explanation`: the one that will be asked for."""
    return Run(scheme, await scored_by(scheme, facts, explanation))


async def facts_of(
    call: Call, unit_id: int, period: YearMonth, ids: Sequence[int], scheme: Bound | None = None
) -> UnitPeriod:
    """The facts of some employees of a unit in a month, as they are today, for `scheme` or the unit's own."""
    found = await ruled(call, period, {unit_id: ids}, scheme)
    if found.refused:
        raise found.refused[unit_id]
    return await _only(found.cohorts, period)


async def _only(cohorts: Sequence[Cohort], period: YearMonth) -> UnitPeriod:
    (month,) = await frames.months(cohorts, period)
    if isinstance(month, Refused):
        raise month
    return month


async def run_today(call: Call, unit_id: int, period: YearMonth, ids: Sequence[int]) -> Run | str:
    """Facts and scheme of today; where no scheme can be used the cause that the scores carry."""
    found = await ruled(call, period, {unit_id: ids})
    if found.refused:
        return unusable(found.refused[unit_id])
    return await run(found.schemes[unit_id], await _only(found.cohorts, period))


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
