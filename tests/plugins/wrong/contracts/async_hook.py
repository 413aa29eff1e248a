"""A hook that is async."""

from eperf.plugins import hookimpl


# refused: eperf_scoring_schemes is async; hooks are ordinary functions; write: def eperf_scoring_schemes() -> list[Scheme]
@hookimpl
async def eperf_scoring_schemes():
    """Gives nothing."""
    return []
