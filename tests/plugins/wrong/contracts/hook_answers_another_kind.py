"""A hook that answers with another hook's kind."""

from eperf.plugins import Models, hookimpl


# refused: eperf_scoring_schemes returned, as number 1: Models, not Scheme
@hookimpl
def eperf_scoring_schemes():
    """Gives nothing."""
    return [Models("m", "m.models", "m.migrations")]
