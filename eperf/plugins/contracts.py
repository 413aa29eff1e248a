"""What each hook hands over: the kind of its members, and the methods that eperf calls on them.

The signatures stand in the protocols alone; here is only which of them is whose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eperf.domain.attendance.carried import FileSource, FrameSource
from eperf.domain.attendance.policy import WorkTimePolicy
from eperf.domain.attendance.pull import PullSource
from eperf.domain.attendance.source import AttendanceSource
from eperf.domain.integrity.detector import Detector
from eperf.domain.pay.policy import PayPolicy
from eperf.domain.scoring.stage import Part
from eperf.plugins.chores import EventSink
from eperf.plugins.signatures import method_fault


@dataclass(frozen=True)
class Contract:
    """The members of one hook: their `kind`, the methods that each must have, and those that it may have.

    `part`: methods of the parts that a member is made of.
    """

    kind: str
    methods: tuple[Callable[..., Any], ...] = ()
    may: tuple[Callable[..., Any], ...] = ()
    part: tuple[Callable[..., Any], ...] = ()

    def able(self, guest: type) -> bool:
        """Whether a class of a guest's own may be a member: by its name's family, or by what it can do."""
        if any(one.__name__ == self.kind for one in guest.__mro__):
            return True
        return bool(self.methods) and all(hasattr(guest, method.__name__) for method in self.methods)

    def fault(self, member: object) -> str | None:
        """What is wrong with the methods of a member, with file and line; None when nothing is."""
        for method in self.methods:
            why = method_fault(member, method.__name__, method)
            if why:
                return why
        for method in self.may:
            why = method_fault(member, method.__name__, method) if hasattr(member, method.__name__) else None
            if why:
                return why
        return None


CONTRACTS: Mapping[str, Contract] = {
    "eperf_scoring_schemes": Contract("Scheme", part=(Part.run,)),
    "eperf_work_time_policies": Contract("WorkTimePolicy", (WorkTimePolicy.classify,)),
    "eperf_attendance_sources": Contract(
        "AttendanceSource",
        (AttendanceSource.serial_of, AttendanceSource.handle),
        (FileSource.read_file, FrameSource.read_frame, PullSource.is_asked, PullSource.pull),
    ),
    "eperf_integrity_detectors": Contract("Detector", (Detector.find,)),
    "eperf_pay_policies": Contract("PayPolicy", (PayPolicy.advise,)),
    "eperf_api": Contract("Contribution"),
    "eperf_models": Contract("Models"),
    "eperf_event_kinds": Contract("Event"),
    "eperf_settings": Contract("type"),
    "eperf_event_sinks": Contract("EventSink", (EventSink.send,)),
    "eperf_jobs": Contract("Job"),
    "eperf_commands": Contract("Command"),
    "eperf_lifespan": Contract("Lifespan"),
    "eperf_routes": Contract("HttpRoute"),
}
