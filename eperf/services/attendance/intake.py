"""What becomes of raw records, whichever way they came: pushed, carried, or sent again.

Each record ends as exactly one of three: *used* (it counts for a person's day), *duplicate* of a record that is kept
(the kept one counts its copies), or *unexplained* with a reason (nobody's PIN, or not readable). So what came in is
what is kept and its copies, at any time; nothing is thrown away, and mending the cause explains what was kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.clock_error import ClockError, error_at, right_time
from eperf.domain.attendance.punch import RawPunch, SkippedLine
from eperf.domain.events import PunchRecorded
from eperf.services.attendance.days import classify
from eperf.services.attendance.known import Upload, content_of, known_of
from eperf.services.attendance.unread import explain_unread, keep_unread
from eperf.services.attendance.whose import errors_of, owner_by, owner_on, owners_among, owners_of
from eperf.services.call import Call, Work
from eperf.store.attendance import DeviceRow, EnrolmentRow, PunchRow, count_copies
from eperf.store.device import count_kept

UNKNOWN_PIN = "unknown-pin"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload's records; `used`, `duplicates` and `unexplained` together are all of them."""

    used: int = 0
    duplicates: int = 0
    unexplained: int = 0
    strangers: tuple[RawPunch, ...] = ()
    """The unexplained ones that are readable: nobody's PIN on their day."""
    fresh: tuple[RawPunch, ...] = ()
    """The readable ones that were new."""


async def take_in(
    call: Call,
    opened: Work,
    device: DeviceRow,
    source: str,
    punches: Sequence[RawPunch],
    skipped: Sequence[SkippedLine],
    zone: str,
) -> Taken:
    """Keeps the records of one upload of a device whose row the caller has locked, and classifies their days anew."""
    upload = Upload(device, source, punches, skipped, zone, call.now)
    return (await take_in_all(call, opened, [upload]))[0]


async def take_in_all(call: Call, opened: Work, uploads: Sequence[Upload]) -> list[Taken]:
    """Keeps the records of some uploads, in their order, and classifies their days anew; what became of each upload.

    All of them take as many statements as one.
    """
    sorted_ = await known_of(
        PunchRow, [(content_of(one.device, punch), (one, punch)) for one in uploads for punch in one.punches]
    )
    owners = await owners_among([(one.device.id, punch.pin) for one, punch in sorted_.fresh.values()])
    errors = await errors_of({one.device.id for one, _ in sorted_.fresh.values()})
    rows = [
        _row(one, content, punch, owners, errors, sorted_.again.pop(content, 0))
        for content, (one, punch) in sorted_.fresh.items()
    ]
    await PunchRow.bulk_create(rows, batch_size=_AT_ONCE)
    await count_copies(PunchRow, sorted_.again)
    unread = await keep_unread(uploads)
    kept = Counter(row.device_id or 0 for row in rows)
    for one in uploads:
        kept[one.device.id] += unread[id(one)]
    if rows:
        kept.subtract(
            await explain_unread([(one, content, punch) for content, (one, punch) in sorted_.fresh.items()])
        )
    await count_kept(kept)
    found = await _found([row.digest for row in rows if row.employee_id])
    units = {one.device.id: one.device.unit_id for one in uploads}
    await tell(call, opened, found, units)
    fresh: dict[int, list[PunchRow]] = defaultdict(list)
    for row, (one, _) in zip(rows, sorted_.fresh.values(), strict=True):
        fresh[id(one)].append(row)
    return [
        _taken(one, fresh[id(one)], [sorted_.fresh[row.digest][1] for row in fresh[id(one)]], unread[id(one)])
        for one in uploads
    ]


def _taken(upload: Upload, rows: Sequence[PunchRow], fresh: Sequence[RawPunch], unread: int) -> Taken:
    strangers = tuple(punch for row, punch in zip(rows, fresh, strict=True) if not row.employee_id)
    return Taken(
        used=len(rows) - len(strangers),
        duplicates=len(upload.punches) - len(rows) + len(upload.skipped) - unread,
        unexplained=len(strangers) + unread,
        strangers=strangers,
        fresh=tuple(fresh),
    )


async def attribute(call: Call, opened: Work, device: DeviceRow, pins: Sequence[str], since: date) -> int:
    """Gives the kept punches of some PINs, from a day on, to whom the enrolments say, and classifies the days of who
    has them and of who had them; gives how many changed hands.
    """
    owners = await owners_of(device.id, pins)
    moved: list[PunchRow] = []
    lost: list[tuple[int, date]] = []
    for start in range(0, len(pins), _AT_ONCE):
        kept = PunchRow.filter(device_id=device.id, date__gte=since, pin__in=pins[start : start + _AT_ONCE])
        for punch in await kept.order_by("id"):
            owner = owner_on(owners, punch.pin, punch.date)
            if owner == punch.employee_id:
                continue
            if punch.employee_id is not None:
                lost.append((punch.employee_id, punch.date))
            punch.employee_id = owner
            punch.outcome, punch.reason = outcome_of(owner)
            moved.append(punch)
    if moved:
        await PunchRow.bulk_update(moved, ("employee_id", "outcome", "reason"), batch_size=_AT_ONCE)
    await tell(call, opened, [punch for punch in moved if punch.employee_id], {device.id: device.unit_id})
    await classify(call, opened, lost)
    return len(moved)


async def tell(
    call: Call, opened: Work, punches: Sequence[PunchRow], units: Mapping[int, int | None]
) -> None:
    """Tells of punches that have an owner, and classifies their days; `units` are those of their devices."""
    for punch in punches:
        opened.emit(
            PunchRecorded(
                subject_id=punch.id,
                unit_id=units.get(punch.device_id or 0),
                employee_id=punch.employee_id,
                punched=punch.kind,
                date=punch.date,
            )
        )
    await classify(call, opened, [(punch.employee_id, punch.date) for punch in punches if punch.employee_id])


def _when(
    punch: RawPunch, zone: str, errors: Sequence[ClockError]
) -> tuple[datetime, date, ClockError | None]:
    """When a record really was, its civil day, and what was told of the clock if that moved it."""
    error = error_at(errors, punch.occurred_at)
    at = right_time(punch.occurred_at, error)
    return at, civil_day(at, zone_named(zone)), None if at == punch.occurred_at else error


def _row(
    upload: Upload,
    content: str,
    punch: RawPunch,
    owners: Mapping[tuple[int, str], Sequence[EnrolmentRow]],
    errors: Mapping[int, Sequence[ClockError]],
    copies: int,
) -> PunchRow:
    device_id = upload.device.id
    at, day, error = _when(punch, upload.zone, errors.get(device_id, ()))
    owner = owner_by(owners.get((device_id, punch.pin), ()), day)
    outcome, reason = outcome_of(owner)
    return PunchRow(
        source=upload.source,
        device_id=device_id,
        pin=punch.pin,
        occurred_at=at,
        date=day,
        kind=punch.kind.value,
        verify=punch.verify.value,
        line=punch.raw,
        digest=content,
        received_at=upload.received_at,
        employee_id=owner,
        outcome=outcome,
        reason=reason,
        copies=copies,
        device_at=None if error is None else punch.occurred_at,
        clock_error_id=None if error is None else error.id,
    )


def outcome_of(owner: int | None) -> tuple[str, str | None]:
    """How a readable record ends, and why it is unexplained."""
    return ("used", None) if owner else ("unexplained", UNKNOWN_PIN)


async def _found(contents: Sequence[str]) -> list[PunchRow]:
    found: list[PunchRow] = []
    for start in range(0, len(contents), _AT_ONCE):
        found += await PunchRow.filter(digest__in=contents[start : start + _AT_ONCE])
    return found
