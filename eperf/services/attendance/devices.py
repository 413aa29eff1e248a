"""Machines of units: registered, or adopted after they knocked, and whose PINs are whose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.attendance.command import OPEN
from eperf.domain.attendance.network import NETWORKS_OPTION, networks_of
from eperf.domain.errors import BadInput, NotFound, TooMany
from eperf.domain.events import DeviceSeen
from eperf.domain.text import clean
from eperf.services.attendance.intake import attribute
from eperf.services.call import Call, work
from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.device import DeviceCommandRow
from eperf.store.scope import subject_of_unit

MOST_OPTIONS = 32
_OPTION_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_OPTION_CHARS = 512


async def register(
    call: Call, serial: str, name: str, unit_id: int, source: str, options: Mapping[str, str] | None = None
) -> int:
    """Registers a machine for a unit, or adopts one that was met before; gives its id.

    `options` are the machine's settings by the source's own names, such as the token that its webhooks are signed
    with; they replace those before, and None leaves them.
    """
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(unit_id), "unit")
    if source not in call.parts.sources:
        raise NotFound("source", source)
    if not (
        0 < len(serial) <= 64 and serial.isascii() and serial.replace("-", "").replace("_", "").isalnum()
    ):
        raise BadInput("serial", serial, "1 to 64 letters, digits, - and _")
    name = clean("name", name, most=200)
    chosen = None if options is None else _options(options)
    async with work(call) as opened:
        row = await DeviceRow.get_or_none(serial=serial)
        if row is not None and row.unit_id is not None:
            call.require(Operation.DEVICE_WRITE, await subject_of_unit(row.unit_id), "serial")
        values: dict[str, Any] = {"name": name, "unit_id": unit_id, "source": source, "state": "active"}
        if chosen is not None:
            values["options"] = chosen
        if row is None:
            row = await DeviceRow.create(serial=serial, **values)
        else:
            await row.update_from_dict(values).save()
        opened.emit(DeviceSeen(subject_id=row.id, unit_id=unit_id, serial=serial, state="active"))
        return int(row.id)


def _options(options: Mapping[str, str]) -> dict[str, str]:
    if len(options) > MOST_OPTIONS:
        raise TooMany("options", MOST_OPTIONS, len(options))
    for name, value in options.items():
        if not _OPTION_NAME.fullmatch(name):
            raise BadInput("options", name, "a name is 1 to 64 letters, digits and _")
        if not 0 < len(value) <= _OPTION_CHARS or not value.isprintable():
            # The value may be a secret, so it is not shown.
            raise BadInput("options", name, f"its value is not 1 to {_OPTION_CHARS} printable characters")
    if NETWORKS_OPTION in options:
        networks_of(options[NETWORKS_OPTION])
    return dict(options)


async def enrol(call: Call, device_id: int, people: Sequence[tuple[str, int]], valid_from: date) -> int:
    """Says whose PINs a device's are, from a day on; punches kept so far find their owner, the unexplained and those of
    a PIN that was taken for somebody else's.

    `people` are (PIN, employee id). Gives the number of punches that have another owner now.
    """
    device = await DeviceRow.get_or_none(id=device_id)
    if device is None or device.unit_id is None:
        raise NotFound("device", device_id)
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(device.unit_id), "device")
    named = [(clean("pin", pin, most=24), employee_id) for pin, employee_id in people]
    async with work(call) as opened:
        await DeviceRow.select_for_update().get(id=device_id)
        for pin, employee_id in named:
            await EnrolmentRow.update_or_create(
                {"employee_id": employee_id}, device_id=device_id, pin=pin, valid_from=valid_from
            )
        return await attribute(call, opened, device, [pin for pin, _ in named], valid_from)


async def waiting_commands(devices: Sequence[int]) -> dict[int, int]:
    """How many commands of machines that the caller may see have not ended."""
    rows = DeviceCommandRow.filter(device_id__in=sorted(devices), state__in=OPEN)
    return dict(Counter(row["device_id"] for row in await rows.values("device_id")))
