"""A hook that answers with what is not a list."""

from eperf.plugins import hookimpl


# refused: eperf_scoring_schemes returned dict, not a list; write: return [Scheme(…)]
@hookimpl
def eperf_scoring_schemes():
    """Gives nothing."""
    return {}
