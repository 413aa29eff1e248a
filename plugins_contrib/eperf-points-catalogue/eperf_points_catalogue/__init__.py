"""Unit points: what a catalogue says an activity is worth, added up and held against a monthly target."""

from eperf.plugins import hookimpl
from eperf_points_catalogue.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `points-catalogue/points`."""
    return [SCHEME]
