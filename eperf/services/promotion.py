"""The finder of candidates: everybody in reach is judged for a day, nobody has to apply.

It proposes and promotes nobody. Scores are shown beside a candidate for the reader; no rule turns a score into rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from eperf.domain.access import Operation, scope
from eperf.domain.errors import NotFound
from eperf.domain.organisation import PositionKind
from eperf.domain.people import PersonKind
from eperf.domain.promotion.candidate import Judged, Known, State, judge
from eperf.domain.promotion.periods import Window, tmt_for_submission, window
from eperf.domain.promotion.service_time import YEAR, add_months
from eperf.domain.rank import Rank
from eperf.domain.scoring import FINAL, half_up
from eperf.services.call import Call
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, OF_EMPLOYEES, below, predicate
from eperf.store.scoring import ScoreRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A civil servant as judged for a day."""

    employee_id: int
    nip: str | None
    name: str
    rank: Rank
    judged: Judged
    scored_months: int
    """Final scores in the twelve months before the day."""
    mean_score_h: int | None
    """Their mean in hundredths, half-up; None without any."""


@dataclass(frozen=True, slots=True)
class Search:
    """Who was judged for a period."""

    window: Window
    """The period, and the days in which its proposals are taken."""
    candidates: tuple[Candidate, ...]
    """Everybody judged, in the order of their numbers."""
    without_rank: int
    """Civil servants in reach whose records name no rank: nothing can be said of them."""

    def found(self) -> tuple[Candidate, ...]:
        """Those whom nothing known stops."""
        return tuple(one for one in self.candidates if one.judged.state is not State.REFUSED)


async def find(call: Call, tmt: date | None = None, unit_code: str | None = None) -> Search:
    """Judges all active civil servants (PNS) in the viewer's reach for a period, in a unit and below or everywhere.

    Without a day it is the period whose proposals are taken today. Refuses a day that is no period.
    """
    days = window(tmt_for_submission(call.today) if tmt is None else tmt)
    units = None if unit_code is None else await _unit(unit_code)
    candidates: list[Candidate] = []
    without_rank = 0
    async for people in _pages(call, units):
        ranked = [person for person in people if person.rank is not None]
        without_rank += len(people) - len(ranked)
        candidates += await _judged(call, ranked, days.tmt)
    return Search(days, tuple(candidates), without_rank)


async def _unit(code: str) -> int:
    unit = await UnitRow.get_or_none(code=code)
    if unit is None:
        raise NotFound("unit", code)
    return int(unit.id)


async def _pages(call: Call, unit_id: int | None) -> AsyncIterator[list[EmployeeRow]]:
    reach = predicate(scope(call.viewer, Operation.EMPLOYEE_READ), OF_EMPLOYEES)
    last = 0
    while True:
        rows = EmployeeRow.filter(kind=PersonKind.PNS.value, active=True, id__gt=last)
        if unit_id is not None:
            rows = rows.filter(unit_id__in=below([unit_id]))
        if reach is not None:
            rows = rows.filter(reach)
        page = await rows.order_by("id").limit(_AT_ONCE)
        if not page:
            return
        yield page
        last = page[-1].id


async def _judged(call: Call, people: Sequence[EmployeeRow], tmt: date) -> list[Candidate]:
    superiors = await _ranks({person.supervisor_id for person in people})
    posts = await _posts({person.position_id for person in people})
    held = await _held_since(people, call.today)
    scores = await _scores(call, [person.id for person in people], tmt)
    return [
        Candidate(
            person.id,
            person.nip,
            person.name,
            Rank.parse(person.rank or ""),
            judge(
                Known(
                    Rank.parse(person.rank or ""),
                    person.rank_since,
                    posts.get(person.position_id),
                    held.get(person.id),
                    superiors.get(person.supervisor_id),
                ),
                tmt,
            ),
            len(scores[person.id]),
            _mean(scores[person.id]),
        )
        for person in people
    ]


async def _ranks(ids: Iterable[int | None]) -> dict[int | None, Rank]:
    """The ranks of superiors; one without a rank (an elected head, a PPPK) binds nobody."""
    rows = await EmployeeRow.filter(id__in=_known(ids), kind=PersonKind.PNS.value).only("id", "rank")
    return {row.id: Rank.parse(row.rank) for row in rows if row.rank is not None}


async def _posts(ids: Iterable[int | None]) -> dict[int | None, PositionKind]:
    rows = await PositionRow.filter(id__in=_known(ids)).only("id", "kind")
    return {row.id: PositionKind(row.kind) for row in rows}


async def _held_since(people: Sequence[EmployeeRow], today: date) -> dict[int, date]:
    """Since when each has held the post of today: back over placements that change only unit or superior."""
    placed: dict[int, list[PlacementRow]] = defaultdict(list)
    rows = PlacementRow.filter(employee_id__in=_known(person.id for person in people), valid_from__lte=today)
    for row in await rows.order_by("-valid_from"):
        placed[row.employee_id].append(row)
    since: dict[int, date] = {}
    for person in people:
        for row in placed[person.id]:
            if row.position_id is None or row.position_id != person.position_id:
                break
            since[person.id] = row.valid_from
    return since


async def _scores(call: Call, ids: Sequence[int], tmt: date) -> dict[int, list[int]]:
    reach = predicate(scope(call.viewer, Operation.SCORE_READ), OF_EMPLOYEE_ROWS)
    first, end = f"{add_months(tmt, -YEAR):%Y-%m}", f"{tmt:%Y-%m}"
    rows = ScoreRow.filter(employee_id__in=list(ids), state=FINAL, period__gte=first, period__lt=end)
    scores: dict[int, list[int]] = defaultdict(list)
    for row in await (rows if reach is None else rows.filter(reach)).only("id", "employee_id", "score_h"):
        if row.score_h is not None:
            scores[row.employee_id].append(row.score_h)
    return scores


def _mean(scores_h: Sequence[int]) -> int | None:
    return half_up(Fraction(sum(scores_h), len(scores_h))) if scores_h else None


def _known(ids: Iterable[int | None]) -> list[int]:
    return sorted({number for number in ids if number is not None})
