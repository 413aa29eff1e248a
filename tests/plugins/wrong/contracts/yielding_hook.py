"""A hook that yields."""

from eperf.plugins import hookimpl


# refused: eperf_scoring_schemes yields; hooks return a list
@hookimpl
def eperf_scoring_schemes():
    """Gives nothing."""
    yield from ()
