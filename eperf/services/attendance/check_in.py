"""Keeping tries to check in: the accepted ones beside their punch, the refused ones because raw records are evidence.

Coordinates are personal data and needed for days: after that only inside or outside is left.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from eperf.domain.attendance.check_in import Fence, Told, seen_from
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import NotFound, Refused
from eperf.services.call import Call, work
from eperf.store.file import FileRow
from eperf.store.people import EmployeeRow
from eperf.store.position import CheckInFileRow, CheckInRow, count_copy

_AT_ONCE = 1000


@dataclasses.dataclass(frozen=True)
class Try:
    """A try to check in: who, where they serve, which way, when, and what it is held against."""

    employee: EmployeeRow
    unit_id: int
    kind: PunchKind
    at: datetime
    day: date
    fences: Sequence[Fence]
    told: Told | None
    files: tuple[int, ...] = ()


async def keep_refused(call: Call, tried: Try, refusal: Refused) -> None:
    """Keeps a try that does not count, in a transaction of its own; the same one again is a copy."""
    async with work(call):
        await EmployeeRow.select_for_update(no_key=True).get(id=tried.employee.id)
        content = _digest(tried)
        if not await count_copy(content):
            reason = refusal.message("en")[:300]
            await _create(
                tried, {**_values(call, tried), "digest": content, "accepted": False, "reason": reason}
            )


async def keep_accepted(call: Call, tried: Try, punch_id: int, content: str) -> None:
    """Keeps the position of a punch with what it was held against, inside the punch's transaction."""
    values = _values(call, tried)
    await _create(tried, {**values, "digest": content, "accepted": True, "punch_id": punch_id})


async def require_files(call: Call, files: Sequence[int]) -> None:
    """Refuses a file that is not the caller's own."""
    if not files:
        return
    own = {row.id for row in await FileRow.filter(id__in=list(files), account_id=call.viewer.account_id)}
    for file_id in files:
        if file_id not in own:
            raise NotFound("files", file_id)


async def reduce(call: Call, before: date) -> int:
    """Takes the coordinates, the phone's names and the pictures from check-ins before a day; gives how many."""
    done = 0
    while True:
        rows = CheckInRow.filter(date__lt=before, reduced_at=None).order_by("date", "id").limit(_AT_ONCE)
        some = [row.id for row in await rows.only("id")]
        if not some:
            return done
        async with work(call):
            await CheckInFileRow.filter(check_in_id__in=some).delete()
            await CheckInRow.filter(id__in=some).update(
                lat_e6=None, lon_e6=None, accuracy_h=None, distance_m=None, captured_at=None, phone=None,
                phone_model=None, reason=None, reduced_at=call.now,
            )  # fmt: skip
        done += len(some)


async def _create(tried: Try, values: dict[str, Any]) -> None:
    row = await CheckInRow.create(**values)
    await CheckInFileRow.bulk_create(
        [CheckInFileRow(check_in_id=row.id, file_id=file_id) for file_id in tried.files]
    )


def _values(call: Call, tried: Try) -> dict[str, Any]:
    values: dict[str, Any] = {
        "employee_id": tried.employee.id, "unit_id": tried.unit_id, "date": tried.day, "received_at": call.now,
        "kind": tried.kind.value,
    }  # fmt: skip
    told = tried.told
    if told is None:
        return values
    phone, model = told.hints()
    values |= {
        "lat_e6": told.point.lat_e6, "lon_e6": told.point.lon_e6, "accuracy_h": told.accuracy_h,
        "captured_at": told.captured_at, "mock": told.mock, "phone": phone, "phone_model": model,
    }  # fmt: skip
    seen = seen_from(tried.fences, told)
    if seen is not None:
        values |= {
            "fence_id": seen.fence.fence_id, "duty_id": seen.fence.duty_id, "radius_m": seen.fence.place.radius_m,
            "distance_m": seen.distance_m, "inside": seen.inside,
        }  # fmt: skip
    return values


def _digest(tried: Try) -> str:
    """A fix that is sent again is the same try; without its time, one of the same second."""
    told = tried.told
    said: tuple[object, ...] = (tried.at.isoformat(),)
    if told is not None:
        taken = told.captured_at or tried.at
        said = (told.point.lat_e6, told.point.lon_e6, told.accuracy_h, taken.isoformat())
    parts = ("check-in", tried.employee.id, tried.day.isoformat(), tried.kind.value, *said)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
