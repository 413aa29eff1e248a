"""Reading absence of many employees at once: sums of minutes, and the days that matter to a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from tortoise.expressions import Q
from tortoise.functions import Sum

from eperf.store.attendance import DayRow

_AT_ONCE = 500
_DAY_MIN = 24 * 60
_FRIDAY = 5
_ABSENT = "absent"
_FREE = ("off", "holiday")


async def minutes(ids: Sequence[int], first: date, last: date) -> dict[int, tuple[int, int]]:
    """Minutes late and minutes left early of each employee in a span; what is unknown counts nothing.

    A span has so many minutes and no more, whatever a plugin's rule may have made of a day.
    """
    most = ((last - first).days + 1) * _DAY_MIN
    found: dict[int, tuple[int, int]] = {}
    for some in _parts(ids):
        days = DayRow.filter(employee_id__in=some, date__gte=first, date__lte=last)
        sums = days.annotate(late=Sum("late_min"), early=Sum("early_min")).group_by("employee_id")
        for employee, late, early in await sums.values_list("employee_id", "late", "early"):
            found[int(employee)] = (min(int(late or 0), most), min(int(early or 0), most))
    return found


async def statuses(ids: Sequence[int], first: date, last: date) -> dict[int, dict[date, str]]:
    """The days in a span that a plain calendar would get wrong, of those employees who have absence in it.

    Absence itself, free days from Monday to Friday, and weekends that were not free. Every other day is what the
    calendar says: a weekend is free, and a day of the week was worked or is not known.
    """
    weekends = [day for day in _span(first, last) if day.isoweekday() > _FRIDAY]
    odd = Q(status__in=_FREE, date__not_in=weekends) | Q(status__not_in=_FREE, date__in=weekends)
    found: dict[int, dict[date, str]] = defaultdict(dict)
    for some in _parts(ids):
        days = DayRow.filter(employee_id__in=some, date__gte=first, date__lte=last)
        absent = sorted(set(await days.filter(status=_ABSENT).values_list("employee_id", flat=True)))
        if absent:
            rows = days.filter(Q(employee_id__in=absent) & (Q(status=_ABSENT) | odd))
            for employee, day, status in await rows.values_list("employee_id", "date", "status"):
                found[int(employee)][day] = str(status)
    return dict(found)


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
