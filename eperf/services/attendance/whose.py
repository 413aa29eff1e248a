"""Whose a device's records are, and when they really were: its enrolments, and what was told of its clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from eperf.domain.attendance.clock_error import ClockError
from eperf.store.attendance import EnrolmentRow
from eperf.store.device import ClockErrorRow

_AT_ONCE = 500

Owners = Mapping[str, Sequence[EnrolmentRow]]


async def owners_of(device_id: int, pins: Iterable[str]) -> Owners:
    """Who is enrolled under each PIN of a device, the latest enrolment first."""
    found = await owners_among([(device_id, pin) for pin in pins])
    return {pin: rows for (_, pin), rows in found.items()}


async def owners_among(pins: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], Sequence[EnrolmentRow]]:
    """Who is enrolled under each of some PINs of devices, the latest enrolment first."""
    owners: dict[tuple[int, str], list[EnrolmentRow]] = defaultdict(list)
    wanted = sorted(set(pins))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = EnrolmentRow.filter(
            device_id__in=sorted({device for device, _ in some}), pin__in=sorted({pin for _, pin in some})
        )
        asked = set(some)
        for row in await rows.order_by("-valid_from"):
            if (row.device_id, row.pin) in asked:
                owners[row.device_id, row.pin].append(row)
    return owners


def owner_on(owners: Owners, pin: str, day: date) -> int | None:
    """Whose a PIN is on a day; None when nobody's."""
    return owner_by(owners.get(pin, ()), day)


def owner_by(enrolments: Sequence[EnrolmentRow], day: date) -> int | None:
    """Whose a PIN is on a day by its enrolments, the latest first; None when nobody's."""
    for row in enrolments:
        if row.valid_from <= day:
            return row.employee_id if row.valid_to is None or day < row.valid_to else None
    return None


async def errors_of(devices: Collection[int]) -> Mapping[int, Sequence[ClockError]]:
    """What was told of the clocks of devices, in the order of its being told."""
    found: dict[int, list[ClockError]] = defaultdict(list)
    if devices:
        for row in await ClockErrorRow.filter(device_id__in=sorted(devices)).order_by("id"):
            told = ClockError(row.id, row.begins, row.ends, timedelta(seconds=row.ahead_sec))
            found[row.device_id].append(told)
    return found
