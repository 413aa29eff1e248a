"""A hook that says it answers with another hook's kind."""

from eperf.plugins import Models, hookimpl


# refused: eperf_scoring_schemes says that it returns Models, not Scheme
@hookimpl
def eperf_scoring_schemes() -> list[Models]:
    """Gives nothing."""
    return []
