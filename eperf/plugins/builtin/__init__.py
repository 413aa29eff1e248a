"""The parts that come with eperf, handed over through the same hooks as anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eperf.domain import events, lifecycle
from eperf.domain.appraisal import events as of_appraisal
from eperf.domain.attendance import events as of_attendance
from eperf.domain.attendance.policy import WorkTimePolicy
from eperf.domain.attendance.source import AttendanceSource
from eperf.domain.events import Event
from eperf.domain.integrity.detector import Detector
from eperf.domain.pay.policy import PayPolicy
from eperf.domain.scoring import Scheme
from eperf.domain.webhook import events as of_webhook
from eperf.plugins.builtin import norm_minutes
from eperf.plugins.builtin.adms import AdmsPush
from eperf.plugins.builtin.carried_files import TableFile, UsbFile
from eperf.plugins.builtin.class_allowance import ClassAllowance
from eperf.plugins.builtin.detectors import DETECTORS
from eperf.plugins.builtin.office_hours import OfficeHours
from eperf.plugins.builtin.shifts import Shifts
from eperf.plugins.builtin.soap import SoapFile
from eperf.plugins.hookspecs import hookimpl


@hookimpl
def eperf_scoring_schemes() -> Sequence[Scheme[Any]]:
    """Schemes that need no region's catalogue."""
    return [norm_minutes.SCHEME]


@hookimpl
def eperf_work_time_policies() -> Sequence[WorkTimePolicy]:
    """Office hours of Perpres 21/2023, and work by roster."""
    return [OfficeHours(), Shifts()]


@hookimpl
def eperf_attendance_sources() -> Sequence[AttendanceSource]:
    """Machines whose protocol is known well enough to ship."""
    return [AdmsPush(), UsbFile(), TableFile(), SoapFile()]


@hookimpl
def eperf_integrity_detectors() -> Sequence[Detector]:
    """Detectors that a month of days and activities can feed."""
    return DETECTORS


@hookimpl
def eperf_pay_policies() -> Sequence[PayPolicy]:
    """Pay by class allowance."""
    return [ClassAllowance()]


@hookimpl
def eperf_event_kinds() -> Sequence[type[Event]]:
    """What the core's own verbs emit."""
    return [*events.KINDS, *of_attendance.KINDS, *of_appraisal.KINDS, *lifecycle.KINDS, *of_webhook.KINDS]
