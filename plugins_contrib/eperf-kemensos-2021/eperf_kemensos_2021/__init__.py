"""Kemensos 2021: weighed activities, behaviour by superior and peers, attendance; every number is a setting."""

from eperf.plugins import hookimpl
from eperf_kemensos_2021.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `kemensos-2021/performance`."""
    return [SCHEME]
