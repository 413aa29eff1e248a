"""Files of clock records that people carry: the stick of an offline machine, a table out of another program.

Where what stands differs from machine to machine, so a device has a profile of its columns. A reader is pure,
like every source: bytes or a table in, records and the lines that are none out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from eperf.domain.attendance.frames import FrameRead
from eperf.domain.attendance.punch import RawPunch, SkippedLine
from eperf.domain.table import Table

COLUMN_OPTION = "column_"
"""A device's option of this beginning names a column of its files: `column_pin` is the PIN's."""

CODES_OPTION = "codes"
"""A device's option that names the family whose numbers its states and verify codes are."""


@dataclass(frozen=True, slots=True)
class FileProfile:
    """How a device's files are written."""

    zone_offset_min: int
    """The device clock's distance from UTC in minutes."""
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Column by field (`pin`, `time`, `state`…): a place from 0, or a heading; what the reader takes, it says.
    Empty: the reader's own default.
    """
    codes: str = "adms"
    """The family of the state and verify numbers: `adms` or `fingerspot`."""


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file as the edge read and bounded it: its bytes, and the table in them where there is one."""

    content: bytes = b""
    table: Table | None = None


FileRead = tuple[tuple[RawPunch, ...], tuple[SkippedLine, ...]]
"""The records of a file and the lines that are none: together, every line that is not blank."""


@runtime_checkable
class FileSource(Protocol):
    """An attendance source that also reads files."""

    name: str
    version: str

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """All records of a file; raises `Refused` for a file or a profile that cannot be read at all."""


@runtime_checkable
class FrameSource(FileSource, Protocol):
    """A source that also reads files in columns: for files of a million records, which are too many for objects."""

    def read_frame(self, file: CarriedFile, profile: FileProfile) -> FrameRead:
        """What `read_file` gives of the same file, as frames by `frames.RECORDS` and `frames.SKIPPED`, in the order of
        the lines. Raises the same refusals.
        """
