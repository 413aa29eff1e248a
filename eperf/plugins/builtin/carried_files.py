"""Readers of files: `usb-file` for what a machine writes on a stick, `table-file` for CSV and XLSX."""

from __future__ import annotations

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FileRead
from eperf.domain.attendance.frames import FrameRead
from eperf.domain.errors import BadInput, FileUnreadable
from eperf.domain.table import Table
from eperf.plugins.builtin.code_tables import Codes, codes_named
from eperf.plugins.builtin.offline import Offline
from eperf.plugins.builtin.punch_table import read_table
from eperf.plugins.builtin.punch_table_frame import read_table_frame
from eperf.plugins.builtin.usb import ColumnProfile, read_usb
from eperf.plugins.builtin.usb_frame import read_usb_frame

_USUAL = ColumnProfile(device=2, state=3, verify=4, workcode=5)
_PLACES = ("pin", "time", "device", "state", "verify", "workcode")


class UsbFile(Offline):
    """The built-in source `usb-file`: `<n>_attlog.dat`."""

    name = "usb-file"

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """The columns are places from 0; without a profile PIN, time, device, state, verify, work code."""
        return read_usb(file.content, *_usb(profile))

    def read_frame(self, file: CarriedFile, profile: FileProfile) -> FrameRead:
        """As `read_file`."""
        return read_usb_frame(file.content, *_usb(profile))


class TableFile(Offline):
    """The built-in source `table-file`: a table with a line of headings."""

    name = "table-file"

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """The columns are headings; without a profile `pin`, `date`, `time`, `state`, `verify`, `workcode`."""
        return read_table(_table(file), profile)

    def read_frame(self, file: CarriedFile, profile: FileProfile) -> FrameRead:
        """As `read_file`."""
        return read_table_frame(_table(file), profile)


def _table(file: CarriedFile) -> Table:
    if file.table is None:
        raise FileUnreadable("file", "it holds no table")
    return file.table


def _usb(profile: FileProfile) -> tuple[ColumnProfile, int, Codes]:
    columns = _places(profile) if profile.columns else _USUAL
    return columns, profile.zone_offset_min, codes_named(profile.codes)


def _places(profile: FileProfile) -> ColumnProfile:
    places: dict[str, int] = {}
    for name, place in profile.columns.items():
        if name not in _PLACES:
            raise BadInput("columns", name, f"a column means one of {', '.join(_PLACES)}")
        if not (place.isascii() and place.isdigit() and len(place) <= 2):
            raise BadInput("columns", place, "a column of this file is a place from 0")
        places[name] = int(place)
    return ColumnProfile(**places)
