"""A hook without its mark."""


# refused: eperf_scoring_schemes is not marked with @hookimpl; write @hookimpl above it
def eperf_scoring_schemes():
    """Gives nothing."""
    return []
