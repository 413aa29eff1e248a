"""A hook that says it answers with a dictionary."""

from eperf.plugins import hookimpl


# refused: eperf_scoring_schemes says that it returns dict, not a list of Scheme; write: def eperf_scoring_schemes() -> list[Scheme]
@hookimpl
def eperf_scoring_schemes() -> dict[str, object]:
    """Gives nothing."""
    return {}
