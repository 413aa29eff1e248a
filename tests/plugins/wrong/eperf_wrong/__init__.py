"""Parts with one thing wrong each, named for the law that must find it; and right ones."""

from eperf.plugins import hookimpl
from eperf_wrong.others import DETECTORS, POLICIES
from eperf_wrong.schemes import SCHEMES
from eperf_wrong.sources import SOURCES


@hookimpl
def eperf_scoring_schemes():
    return SCHEMES


@hookimpl
def eperf_attendance_sources():
    return SOURCES


@hookimpl
def eperf_work_time_policies():
    return POLICIES


@hookimpl
def eperf_integrity_detectors():
    return DETECTORS
