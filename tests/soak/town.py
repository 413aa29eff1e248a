"""Who is there: one unit, its people, and a machine for every five hundred of them, written by the thousand."""

from __future__ import annotations

from datetime import date

from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.organisation import UnitRow, UnitTreeRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.soak.stream import Stream
from tests.soak.ways import WAYS

_SINCE = date(2020, 1, 1)
_AT_ONCE = 2000


async def settle(stream: Stream) -> None:
    """Writes what the stream needs; nothing where it is there already."""
    if await DeviceRow.filter(serial=stream.serial(stream.devices - 1)).exists():
        return
    way = WAYS[stream.way]
    unit = await UnitRow.create(code=stream.way, name=stream.way, kind="agency", zone="Asia/Jakarta")
    await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=unit.id, depth=0)
    people = await _people(stream, unit.id)
    await PlacementRow.bulk_create(
        [PlacementRow(employee_id=one, unit_id=unit.id, valid_from=_SINCE) for one in people],
        batch_size=_AT_ONCE,
    )
    for number in range(stream.devices):
        device = await DeviceRow.create(
            serial=stream.serial(number), name=f"{stream.way} {number}", source=way.source, unit_id=unit.id,
            state="active", options=way.options,
        )  # fmt: skip
        await EnrolmentRow.bulk_create(
            [
                EnrolmentRow(device_id=device.id, pin=pin, employee_id=people[person], valid_from=_SINCE)
                for pin, person in stream.pins(number)
            ]
        )


async def _people(stream: Stream, unit_id: int) -> list[int]:
    rows = [
        EmployeeRow(kind="PNS", name=f"{stream.way} {number:07}", unit_id=unit_id)
        for number in range(stream.people)
    ]
    await EmployeeRow.bulk_create(rows, batch_size=_AT_ONCE)
    found = EmployeeRow.filter(unit_id=unit_id).order_by("name").values_list("id", flat=True)
    return [int(str(one)) for one in await found]
