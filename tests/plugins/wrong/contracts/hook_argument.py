"""A hook with an argument."""

from eperf.plugins import hookimpl


# refused: eperf_scoring_schemes has parameters that the hook does not give: registry; write: def eperf_scoring_schemes() -> list[Scheme]
@hookimpl
def eperf_scoring_schemes(registry: object):
    """Gives nothing."""
    return []
