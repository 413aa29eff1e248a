"""Importing a file of clock records of one device: what can be read lands, what cannot comes back with its line.

A record that is there already, pushed or carried, is a duplicate and changes nothing, so a file may be imported again,
and two sticks of one machine may overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

import polars as pl

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import zone_named, zone_offset_min
from eperf.domain.attendance.carried import (
    CODES_OPTION,
    COLUMN_OPTION,
    CarriedFile,
    FileProfile,
    FileSource,
    FrameSource,
)
from eperf.domain.attendance.frames import FrameRead, records_of, skipped_of
from eperf.domain.errors import NotFound
from eperf.services.attendance.bulk import MOST_SHOWN, foreseen_file, take_in_file
from eperf.services.attendance.intake import UNKNOWN_PIN
from eperf.services.call import Call, work
from eperf.services.imports.report import Progress
from eperf.store.attendance import DeviceRow
from eperf.store.organisation import UnitRow
from eperf.store.scope import subject_of_unit


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A record that counts for nobody: its line in the file, why, and what it says."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class PunchReport:
    """The outcome by number of rows: `used`, `duplicates` and `unexplained` together are all `rows`.

    Of the unexplained, `unread` could not be read at all; the `strangers` are kept and wait for their PIN to be
    enrolled. Of each the first 100,000 are listed; all are counted and kept.
    """

    device: str
    source: str
    dry_run: bool
    rows: int
    used: int
    duplicates: int
    unexplained: int
    unread: tuple[Unexplained, ...]
    strangers: tuple[Unexplained, ...]

    def as_json(self) -> dict[str, object]:
        """The report as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Previewed:
    """A line as the profile reads it: a record with its time at the device, or why it is none."""

    line: int
    pin: str = ""
    time_local: str = ""
    kind: str = ""
    verify: str = ""
    reason: str = ""


async def import_punches(
    call: Call,
    serial: str,
    source: str,
    file: CarriedFile,
    columns: Mapping[str, str],
    dry_run: bool,
    progress: Progress | None = None,
) -> PunchReport:
    """Takes a file of a registered device in, in one transaction: who is killed has imported nothing.

    `source` is the reader (`eperf/usb-file`…); `columns` say what stands where, and when empty the device's own
    options do. With `dry_run` nothing is written and the report says what would be.
    """
    device, zone = await _device(call, serial)
    if progress:
        progress("read", 0, 1)
    records, skipped = _read(call, device, source, file, columns, zone)
    if progress:
        progress("read", 1, 1)
    if dry_run:
        taken = await foreseen_file(device, records, skipped, zone, progress)
    else:
        async with work(call) as opened:
            # As with pushes: two copies of one upload must not both count as new.
            locked = await DeviceRow.select_for_update(no_key=True).get(id=device.id)
            taken = await take_in_file(call, opened, locked, source, records, skipped, zone, progress)
    return PunchReport(
        device=serial,
        source=source,
        dry_run=dry_run,
        rows=len(records) + len(skipped),
        used=taken.used,
        duplicates=taken.duplicates,
        unexplained=taken.unexplained,
        unread=tuple(Unexplained(line, reason, raw) for line, raw, reason in skipped.head(MOST_SHOWN).rows()),
        strangers=tuple(Unexplained(line, UNKNOWN_PIN, raw) for line, raw in taken.strangers),
    )


async def preview_punches(
    call: Call, serial: str, source: str, file: CarriedFile, columns: Mapping[str, str], most: int
) -> list[Previewed]:
    """The first lines of a file as they would be read; nothing is written and nobody is looked up."""
    device, zone = await _device(call, serial)
    records, skipped = _read(call, device, source, file, columns, zone)
    offset = timedelta(minutes=zone_offset_min(zone_named(zone)))
    wall = (pl.col("occurred_at") + offset).dt.to_string("%Y-%m-%d %H:%M:%S")
    read = records.head(most).select("line_no", "pin", wall, "kind", "verify").rows()
    lines = [Previewed(*values) for values in read]
    lines += [Previewed(line, reason=reason) for line, _, reason in skipped.head(most).rows()]
    return sorted(lines, key=lambda line: line.line)[:most]


async def _device(call: Call, serial: str) -> tuple[DeviceRow, str]:
    device = await DeviceRow.get_or_none(serial=serial)
    if device is None or device.unit_id is None or device.state != "active":
        raise NotFound("device", serial)
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(device.unit_id), "device")
    return device, (await UnitRow.get(id=device.unit_id)).zone


def _read(
    call: Call, device: DeviceRow, source: str, file: CarriedFile, columns: Mapping[str, str], zone: str
) -> FrameRead:
    found = call.parts.sources.get(source)
    part: object = found.part if found else None
    if not isinstance(part, FileSource):
        raise NotFound("source", source)
    options = device.options or {}
    own = {
        name.removeprefix(COLUMN_OPTION): value
        for name, value in options.items()
        if name.startswith(COLUMN_OPTION)
    }
    family = call.parts.sources.get(device.source)
    usual = getattr(family.part, "codes", "adms") if family else "adms"
    codes = str(options.get(CODES_OPTION, usual))
    profile = FileProfile(zone_offset_min(zone_named(zone)), dict(columns) or own, codes)
    if isinstance(part, FrameSource):
        return part.read_frame(file, profile)
    punches, skipped = part.read_file(file, profile)
    return records_of(punches), skipped_of(skipped)
