"""Machines that push, with people of their own: for load, for faults, and for measuring."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.support.http import Connection, Unknown
from tests.support.town import SINCE, Town

PEOPLE = 8
"""People of a machine, with the PINs 1, 2, 3…"""
FIRST = date(2026, 1, 5)
_HEADERS = {"Content-Type": "text/plain"}


def serial(number: int) -> str:
    """The serial number of a machine."""
    return f"M{number:04}"


async def add_machines(town: Town, count: int) -> None:
    """Registers machines in the town's office, with people enrolled on each."""
    office = town.units["office"]
    made = [
        DeviceRow(serial=serial(n), name="Door", source="eperf/adms-push", unit_id=office, state="active")
        for n in range(count)
    ]
    await DeviceRow.bulk_create(made, batch_size=500)
    devices = await DeviceRow.filter(serial__startswith="M0").order_by("serial")
    position = (await EmployeeRow.get(id=town.people["Budi"])).position_id
    placed = {"unit_id": office, "position_id": position}
    names = [f"{device.serial} {pin}" for device in devices for pin in range(1, PEOPLE + 1)]
    people = [EmployeeRow(kind="PNS", name=name, active=True, **placed) for name in names]
    await EmployeeRow.bulk_create(people, batch_size=500)
    known = {row.name: row.id for row in await EmployeeRow.filter(name__startswith="M0")}
    placements = [PlacementRow(employee_id=known[name], valid_from=SINCE, **placed) for name in names]
    await PlacementRow.bulk_create(placements, batch_size=500)
    enrolments = [
        EnrolmentRow(
            device_id=device.id, pin=str(pin), employee_id=known[f"{device.serial} {pin}"], valid_from=SINCE
        )
        for device in devices
        for pin in range(1, PEOPLE + 1)
    ]
    await EnrolmentRow.bulk_create(enrolments, batch_size=500)


def records(start: int = 0) -> Iterator[str]:
    """The records of one machine for ever, from a day on: everybody comes, then everybody goes."""
    day = start
    while True:
        for hour, status in ((7, 0), (16, 1)):
            for pin in range(1, PEOPLE + 1):
                at = datetime(FIRST.year, FIRST.month, FIRST.day, hour, pin) + timedelta(days=day)
                yield f"{pin}\t{at:%Y-%m-%d %H:%M:%S}\t{status}\t1\t0\t0\t0"
        day += 1


@dataclass
class Log:
    """What machines know: the lines they were told OK for, how long answers took, and how often none came."""

    kept: set[tuple[str, str]] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    lost_answers: int = 0
    refused: int = 0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))] * 1000


async def push(connection: Connection, number: int, lines: list[str], log: Log) -> None:
    """One upload, again and again until it is acknowledged, as a machine does it."""
    path = f"/iclock/cdata?SN={serial(number)}&table=ATTLOG&Stamp=1"
    body = "".join(f"{line}\n" for line in lines).encode()
    while True:
        begun = time.perf_counter()
        try:
            status, answer = await connection.request("POST", path, body, _HEADERS)
        except Unknown:
            log.lost_answers += 1
            await asyncio.sleep(0.2)
            continue
        if status == 200:
            assert answer == f"OK: {len(lines)}".encode(), answer
            log.seconds.append(time.perf_counter() - begun)
            log.kept.update((serial(number), line) for line in lines)
            return
        assert status == 503, (status, answer)
        log.refused += 1
        await asyncio.sleep(0.2)
