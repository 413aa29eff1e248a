"""Reading absence of many employees at once: sums of minutes, and the days that matter to a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tortoise.functions import Sum

from eperf.store.attendance import DayRow

_AT_ONCE = 500


async def minutes(ids: Sequence[int], first: date, last: date) -> dict[int, tuple[int, int]]:
    """Minutes late and minutes left early of each employee in a span; what is unknown counts nothing."""
    found: dict[int, tuple[int, int]] = {}
    for some in _parts(ids):
        days = DayRow.filter(employee_id__in=some, date__gte=first, date__lte=last)
        sums = days.annotate(late=Sum("late_min"), early=Sum("early_min")).group_by("employee_id")
        for employee, late, early in await sums.values_list("employee_id", "late", "early"):
            found[int(employee)] = (int(late or 0), int(early or 0))
    return found


async def statuses(ids: Sequence[int], first: date, last: date) -> dict[int, dict[date, str]]:
    """The statuses of the days in a span, of those employees who have a day of absence in it."""
    found: dict[int, dict[date, str]] = defaultdict(dict)
    for some in _parts(ids):
        days = DayRow.filter(employee_id__in=some, date__gte=first, date__lte=last)
        absent = sorted(set(await days.filter(status="absent").values_list("employee_id", flat=True)))
        if absent:
            rows = days.filter(employee_id__in=absent)
            for employee, day, status in await rows.values_list("employee_id", "date", "status"):
                found[int(employee)][day] = str(status)
    return dict(found)


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
