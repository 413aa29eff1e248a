"""A misspelt hook."""

from eperf.plugins import hookimpl


# refused: unknown hook eperf_scoring_scheme, did you mean eperf_scoring_schemes?
@hookimpl
def eperf_scoring_scheme():
    """Gives nothing."""
    return []
