"""What becomes of raw records, whichever way they came: pushed, carried, or sent again.

Each record ends as exactly one of three: *used* (it counts for a person's day), *duplicate* of a record that is kept
(the kept one counts its copies), or *unexplained* with a reason (nobody's PIN, or not readable). So what came in is
what is kept and its copies, at any time; nothing is thrown away, and mending the cause explains what was kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.punch import RawPunch, SkippedLine, record_key
from eperf.domain.events import PunchRecorded
from eperf.services.attendance.days import classify
from eperf.services.call import Call, Work
from eperf.store.attendance import DeviceRow, EnrolmentRow, PunchRow, UnreadRow, count_copies

UNKNOWN_PIN = "unknown-pin"
_AT_ONCE = 500

Owners = Mapping[str, Sequence[EnrolmentRow]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload's records; `used`, `duplicates` and `unexplained` together are all of them."""

    used: int = 0
    duplicates: int = 0
    unexplained: int = 0
    strangers: tuple[RawPunch, ...] = ()
    """The unexplained ones that are readable: nobody's PIN on their day."""


@dataclass(slots=True)
class _Sorted:
    """Records by what is known of them: those that are new, and how often each kept one came again."""

    fresh: dict[str, Any] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)


async def take_in(
    call: Call,
    opened: Work,
    device: DeviceRow,
    source: str,
    punches: Sequence[RawPunch],
    skipped: Sequence[SkippedLine],
    zone: str,
) -> Taken:
    """Keeps the records of one upload of a device whose row the caller has locked, and classifies their days anew.

    `source` is the way they came; a record is known by its device, PIN, time and status, whichever way it comes.
    """
    sorted_ = await _sort(PunchRow, [(_content(device, punch), punch) for punch in punches])
    owners = await owners_of(device.id, [punch.pin for punch in sorted_.fresh.values()])
    rows = [
        _row(source, device.id, content, punch, zone, owners, call.now, sorted_.again.pop(content, 0))
        for content, punch in sorted_.fresh.items()
    ]
    await PunchRow.bulk_create(rows, batch_size=_AT_ONCE)
    await count_copies(PunchRow, sorted_.again)
    unread = await keep_unread(call, device, source, skipped)
    if rows:
        await _explain_unread(device, list(sorted_.fresh.items()))
    found = await _found([row.digest for row in rows if row.employee_id])
    await tell(call, opened, found, device.unit_id)
    strangers = tuple(sorted_.fresh[row.digest] for row in rows if not row.employee_id)
    return Taken(
        used=len(rows) - len(strangers),
        duplicates=len(punches) - len(rows) + len(skipped) - unread,
        unexplained=len(strangers) + unread,
        strangers=strangers,
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
            punch.outcome, punch.reason = _outcome(owner)
            moved.append(punch)
    if moved:
        await PunchRow.bulk_update(moved, ("employee_id", "outcome", "reason"), batch_size=_AT_ONCE)
    await tell(call, opened, [punch for punch in moved if punch.employee_id], device.unit_id)
    await classify(call, opened, lost)
    return len(moved)


async def tell(call: Call, opened: Work, punches: Sequence[PunchRow], unit_id: int | None) -> None:
    """Tells of punches that have an owner, and classifies their days."""
    for punch in punches:
        opened.emit(
            PunchRecorded(
                subject_id=punch.id,
                unit_id=unit_id,
                employee_id=punch.employee_id,
                punched=punch.kind,
                date=punch.date,
            )
        )
    await classify(call, opened, [(punch.employee_id, punch.date) for punch in punches if punch.employee_id])


async def owners_of(device_id: int, pins: Iterable[str]) -> Owners:
    """Who is enrolled under each PIN of a device, the latest enrolment first."""
    owners: dict[str, list[EnrolmentRow]] = defaultdict(list)
    wanted = sorted(set(pins))
    for start in range(0, len(wanted), _AT_ONCE):
        rows = EnrolmentRow.filter(device_id=device_id, pin__in=wanted[start : start + _AT_ONCE])
        for row in await rows.order_by("-valid_from"):
            owners[row.pin].append(row)
    return owners


def owner_on(owners: Owners, pin: str, day: date) -> int | None:
    """Whose a PIN is on a day; None when nobody's."""
    for row in owners.get(pin, ()):
        if row.valid_from <= day:
            return row.employee_id if row.valid_to is None or day < row.valid_to else None
    return None


def _content(device: DeviceRow, punch: RawPunch) -> str:
    return record_key(device.id, punch.pin, punch.occurred_at, punch.status)


def _unread(device: DeviceRow, raw: str) -> str:
    return hashlib.sha256("\x1f".join(("unread", device.serial, raw)).encode()).hexdigest()


async def _sort(rows: type[PunchRow | UnreadRow], records: Sequence[tuple[str, Any]]) -> _Sorted:
    done = _Sorted()
    for content, record in records:
        if content in done.fresh:
            done.again[content] += 1
        else:
            done.fresh[content] = record
    contents = list(done.fresh)
    for start in range(0, len(contents), _AT_ONCE):
        for known in await rows.filter(digest__in=contents[start : start + _AT_ONCE]).only("id", "digest"):
            del done.fresh[known.digest]
            done.again[known.digest] += 1
    return done


def _day(punch: RawPunch, zone: str) -> date:
    return civil_day(punch.occurred_at, zone_named(zone))


def _row(
    source: str, device_id: int, content: str, punch: RawPunch, zone: str, owners: Owners, now: datetime, copies: int
) -> PunchRow:  # fmt: skip
    day = _day(punch, zone)
    owner = owner_on(owners, punch.pin, day)
    outcome, reason = _outcome(owner)
    return PunchRow(
        source=source,
        device_id=device_id,
        pin=punch.pin,
        occurred_at=punch.occurred_at,
        date=day,
        kind=punch.kind.value,
        verify=punch.verify.value,
        line=punch.raw,
        digest=content,
        received_at=now,
        employee_id=owner,
        outcome=outcome,
        reason=reason,
        copies=copies,
    )


def _outcome(owner: int | None) -> tuple[str, str | None]:
    return ("used", None) if owner else ("unexplained", UNKNOWN_PIN)


async def keep_unread(call: Call, device: DeviceRow, source: str, skipped: Sequence[SkippedLine]) -> int:
    """Keeps lines that are no records, each once; gives how many were new."""
    sorted_ = await _sort(UnreadRow, [(_unread(device, skip.raw), skip) for skip in skipped])
    rows = [
        UnreadRow(
            source=source,
            device_id=device.id,
            line=skip.raw,
            line_no=skip.line_no,
            digest=content,
            received_at=call.now,
            outcome="unexplained",
            reason=skip.reason[:64],
            copies=sorted_.again.pop(content, 0),
        )
        for content, skip in sorted_.fresh.items()
    ]
    await UnreadRow.bulk_create(rows, batch_size=_AT_ONCE)
    await count_copies(UnreadRow, sorted_.again)
    return len(rows)


async def unread_known(device: DeviceRow, skipped: Sequence[SkippedLine]) -> int:
    """How many of these different lines are kept already."""
    return (await _sort(UnreadRow, [(_unread(device, skip.raw), skip) for skip in skipped])).again.total()


async def _explain_unread(device: DeviceRow, fresh: Sequence[tuple[str, RawPunch]]) -> None:
    """A line that could not be read, and now can (another column profile), is a duplicate of what it says."""
    if not await UnreadRow.filter(device_id=device.id, outcome="unexplained").exists():
        return
    said = {_unread(device, punch.raw): content for content, punch in fresh}
    for start in range(0, len(said), _AT_ONCE):
        lines = list(said)[start : start + _AT_ONCE]
        for row in await UnreadRow.filter(digest__in=lines, outcome="unexplained"):
            row.punch_id = (await PunchRow.get(digest=said[row.digest])).id
            row.outcome, row.reason = "duplicate", None
            await row.save(update_fields=["punch_id", "outcome", "reason"])


async def _found(contents: Sequence[str]) -> list[PunchRow]:
    found: list[PunchRow] = []
    for start in range(0, len(contents), _AT_ONCE):
        found += await PunchRow.filter(digest__in=contents[start : start + _AT_ONCE])
    return found
