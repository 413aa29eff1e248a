"""The deadlines that hold in units on days, and the activities that nobody has decided on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from eperf.domain.deadline import CountedFrom, Deadlines, Silence
from eperf.store.activity import ActivityRow
from eperf.store.deadline import DeadlineRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import above, below

_DAY_MIN = 24 * 60


def deadlines_of(row: DeadlineRow) -> Deadlines:
    """A row as the rule it is."""
    days, minute = divmod(row.report_until_min or 0, _DAY_MIN)
    # A whole day more is the end of the day before, not its own midnight.
    days, at = (
        (days - 1, None) if row.report_until_min and not minute else (days, time(minute // 60, minute % 60))
    )
    counted = None if row.counted_from is None else CountedFrom(row.counted_from)
    return Deadlines(
        valid_from=row.valid_from,
        legal_basis=row.legal_basis,
        counted_from=counted,
        report_days=days if counted else 0,
        report_time=at if counted else None,
        mend_days=row.mend_days,
        verify_days=row.verify_days,
        silence=Silence(row.silence),
        withdraw_days=row.withdraw_days,
    )


def columns_of(rule: Deadlines) -> dict[str, object]:
    """A rule as the columns of a row."""
    return {
        "legal_basis": rule.legal_basis,
        "counted_from": None if rule.counted_from is None else rule.counted_from.value,
        "report_until_min": rule.report_until_min,
        "mend_days": rule.mend_days,
        "verify_days": rule.verify_days,
        "silence": rule.silence.value,
        "withdraw_days": rule.withdraw_days,
    }


async def rule_on(unit_id: int, day: date) -> Deadlines | None:
    """The deadlines of a unit for work of a day; None: it has none."""
    return (await rules([unit_id])).on(unit_id, day)


@dataclass(frozen=True)
class Rules:
    """The deadlines of some units and those above them."""

    places: Mapping[int, Sequence[int]]
    by_unit: Mapping[int, Sequence[Deadlines]]
    """The latest first."""

    def on(self, unit_id: int, day: date) -> Deadlines | None:
        """What holds in a unit for work of a day: of the nearest unit with a row the one that began last."""
        for place in self.places.get(unit_id, ()):
            for rule in self.by_unit.get(place, ()):
                if rule.valid_from <= day:
                    return rule
        return None


async def rules(units: Collection[int]) -> Rules:
    """The deadlines that may hold in some units."""
    places = await above(units)
    higher = sorted({place for found in places.values() for place in found})
    by_unit: dict[int, list[Deadlines]] = defaultdict(list)
    for rule in await DeadlineRow.filter(unit_id__in=higher).order_by("-valid_from"):
        by_unit[rule.unit_id].append(deadlines_of(rule))
    return Rules(places, by_unit)


@dataclass(frozen=True)
class Watch:
    """Where rules decide when a superior is silent: their units, the fewest days they give, the first day they hold."""

    units: Sequence[int]
    fewest: int
    first: date


async def watched() -> Watch | None:
    """Where somebody's silence has to be looked for; None: nowhere."""
    found = DeadlineRow.exclude(silence=Silence.NOTHING.value).filter(verify_days__isnull=False)
    rows = await found.values_list("unit_id", "verify_days", "valid_from")
    if not rows:
        return None
    units, days, begins = zip(*rows, strict=True)
    return Watch(sorted(set(units)), min(days), min(begins))


async def waiting(watch: Watch, before: datetime, after: int, most: int) -> list[ActivityRow]:
    """Activities under a watch that were sent before an instant and wait, by id, from an id on."""
    found = ActivityRow.filter(
        unit_id__in=below(watch.units),
        state="submitted",
        date__gte=watch.first,
        submitted_at__lt=before,
        escalated_at=None,
        id__gt=after,
    )
    return await found.order_by("id").limit(most)


async def higher_up(people: Collection[int]) -> dict[int, int]:
    """The superior of the superior of each, by the placements of today, where there is one who is somebody else."""
    first = await _superiors(people)
    second = await _superiors(set(first.values()))
    return {one: second[two] for one, two in first.items() if two in second and second[two] != one}


async def _superiors(people: Collection[int]) -> dict[int, int]:
    rows = await EmployeeRow.filter(id__in=sorted(people), supervisor_id__isnull=False).only(
        "id", "supervisor_id"
    )
    return {row.id: row.supervisor_id for row in rows if row.supervisor_id is not None}
