"""What happened in the town: clock records and activities of the working days, drawn by seed.

Most people come on time and report what they did; some are late now and then, some report little, and two kinds stand
out for whoever looks: present without output, and output without presence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from eperf.domain.activity import ActivityState
from eperf.domain.attendance.punch import PunchKind
from eperf.services.attendance.history import PastDay
from eperf.services.history import Past

_ZONE = ZoneInfo("Asia/Jakarta")
_RESULTS = (
    "Laporan bulanan selesai disusun dan dikirim",
    "Berkas permohonan diperiksa dan dicatat",
    "Data warga diperbarui dalam sistem",
    "Rapat koordinasi dihadiri, notula dibagikan",
    "Surat jawaban disiapkan untuk ditandatangani",
    "Kunjungan lapangan dilakukan, foto terlampir",
)


@dataclass(frozen=True)
class Person:
    """One employee of the town as the generator needs them."""

    employee_id: int
    unit_id: int
    supervisor_id: int | None
    pin: str


def working_days(first: date, last: date) -> list[date]:
    """Mondays to Fridays in `[first, last]`."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def attendance(people: Sequence[Person], days: Sequence[date], seed: int) -> Iterator[PastDay]:
    """A day with its taps for each person and working day."""
    for person in people:
        random = Random(f"{seed}-taps-{person.employee_id}")
        lateness = random.choice((0, 0, 0, 1, 3, 8))
        for day in days:
            yield PastDay(
                person.employee_id, person.pin, day, tuple(_taps(random, person.pin, day, lateness))
            )


def _taps(random: Random, pin: str, day: date, lateness: int) -> Iterator[tuple[PunchKind, datetime, str]]:
    fate = random.random()
    if fate < 0.02:
        return
    came = (
        7 * 3600
        + random.randint(300, 1790)
        + (random.randint(0, 3000) if random.random() * 30 < lateness else 0)
    )
    yield _tap(PunchKind.IN, day, came, pin)
    if fate > 0.03:
        end = 16 * 3600 + (1800 if day.weekday() == 4 else 0)
        yield _tap(PunchKind.OUT, day, end + random.randint(20, 3600), pin)


def _tap(kind: PunchKind, day: date, seconds: int, pin: str) -> tuple[PunchKind, datetime, str]:
    local = datetime.combine(day, time(), _ZONE) + timedelta(seconds=seconds)
    status = 0 if kind is PunchKind.IN else 1
    return kind, local.astimezone(UTC), f"{pin}\t{local:%Y-%m-%d %H:%M:%S}\t{status}\t1\t0\t0\t0"


def activities(
    people: Sequence[Person], items: Sequence[int], days: Sequence[date], seed: int
) -> Iterator[Past]:
    """What people reported, decided by their superiors but for the last few days."""
    for person in people:
        if person.supervisor_id is None:
            continue
        random = Random(f"{seed}-work-{person.employee_id}")
        zeal = random.choice((0.3, 0.8, 0.9, 0.95, 1.0, 1.0))
        for number, day in enumerate(days):
            if random.random() < zeal:
                waits = number >= len(days) - 2 or random.random() < 0.03
                yield _activity(random, person, items, day, waits)


def _activity(random: Random, person: Person, items: Sequence[int], day: date, waits: bool) -> Past:
    submitted = datetime.combine(day, time(16, random.randint(0, 59)), _ZONE).astimezone(UTC)
    return Past(
        employee_id=person.employee_id,
        unit_id=person.unit_id,
        item_id=random.choice(items),
        date=day,
        minutes=random.choice((60, 90, 120, 180, 240)),
        quantity_h=random.randint(2, 9) * 100,
        result=random.choice(_RESULTS),
        state=ActivityState.SUBMITTED if waits else ActivityState.VERIFIED,
        submitted_at=submitted,
        decided_at=None if waits else submitted + timedelta(hours=random.randint(1, 40)),
        decided_by_id=None if waits else person.supervisor_id,
    )
