"""A hook that there is not."""

from eperf.plugins import hookimpl


# refused: unknown hook eperf_weather
@hookimpl
def eperf_weather():
    """Gives nothing."""
    return []
