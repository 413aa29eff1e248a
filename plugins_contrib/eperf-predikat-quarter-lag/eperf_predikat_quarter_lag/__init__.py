"""What the predikat of an earlier period pays: a quarter decides the next (Permenlu 3/2025), a year the next year."""

from eperf.plugins import hookimpl
from eperf_predikat_quarter_lag.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `predikat-quarter-lag/paid`."""
    return [SCHEME]
