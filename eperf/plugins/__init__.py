"""What plugin authors import. Loads no ORM, no web framework and no GraphQL library.

Hooks: `hookimpl` marks them, `eperf.plugins.hookspecs` describes them. Schemes: `Scheme`, `StagePart`,
`part` and `per_activity` (a rule as a function), `Part`, `PartOutput`, `Frame`, `leaves`, `shares`;
roundings by name; `eperf.plugins.parts` is the shelf of ready parts. Attendance: `WorkTimePolicy`,
`DayInput`, `DayResult`; `AttendanceSource`, `Route`, `DeviceRequest`, `DeviceState`, `DeviceReply`,
`RawPunch`, `PunchKind`, `Verify`, `SkippedLine`; `FileSource`, `CarriedFile`, `FileProfile`. Integrity:
`Detector`, `ReadyDetector`, `Indicator`, `UnitPeriod`. Others: `Secret`, `Models`, `Event`, `Refused`. GraphQL
has its own face, `eperf.plugins.api`.
"""

from typing import TYPE_CHECKING

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FileSource
from eperf.domain.attendance.day import DayInput, DayResult, DayStatus
from eperf.domain.attendance.policy import WorkTimePolicy
from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify
from eperf.domain.attendance.source import (
    AttendanceSource,
    DeviceReply,
    DeviceRequest,
    DeviceState,
    Route,
)
from eperf.domain.errors import BadInput, Refused
from eperf.domain.events import Event
from eperf.domain.integrity.detector import Detector, ReadyDetector
from eperf.domain.integrity.finding import Detectable, EvidenceKind, Indicator, Strength
from eperf.domain.period import YearMonth
from eperf.domain.scoring import (
    Activity,
    Frame,
    Part,
    PartOutput,
    Scheme,
    StagePart,
    UnitPeriod,
    amount_text,
    amount_text_expr,
    ceiling,
    floor,
    floor_expr,
    half_up,
    half_up_expr,
    hundredths,
    leaves,
    part,
    per_activity,
)
from eperf.domain.scoring.share import shares
from eperf.plugins.hookspecs import hookimpl
from eperf.plugins.secrets import Secret
from eperf.plugins.values import Models

__all__ = [
    "Activity",
    "AttendanceSource",
    "BadInput",
    "CarriedFile",
    "DayInput",
    "DayResult",
    "DayStatus",
    "Detectable",
    "Detector",
    "DeviceReply",
    "DeviceRequest",
    "DeviceState",
    "Event",
    "EvidenceKind",
    "FileProfile",
    "FileSource",
    "Frame",
    "Indicator",
    "Models",
    "Part",
    "PartOutput",
    "PunchKind",
    "RawPunch",
    "ReadyDetector",
    "Refused",
    "Route",
    "Scheme",
    "Secret",
    "SkippedLine",
    "StagePart",
    "Strength",
    "UnitPeriod",
    "Verify",
    "WorkTimePolicy",
    "YearMonth",
    "amount_text",
    "amount_text_expr",
    "ceiling",
    "floor",
    "floor_expr",
    "half_up",
    "half_up_expr",
    "hookimpl",
    "hundredths",
    "leaves",
    "part",
    "per_activity",
    "shares",
]

if not TYPE_CHECKING:  # a type checker must go on to refuse names that are not there

    def __getattr__(name):
        """A name that goes away; see `eperf.plugins.deprecation`."""
        from eperf import __version__
        from eperf.plugins.deprecation import moved

        return moved(__name__, name, __version__, {})
