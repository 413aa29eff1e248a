"""For the tests of plugin authors: build a unit's month in a line, score it, and hold the result to the law.

from eperf.testing import activity, employee, scored, unit_period

result = scored(SCHEME, unit_period([employee(1)], [activity(1, points="35", quantity="4")]))
assert result.scores["score_h"].to_list() == [167]
"""

from eperf.testing.law import assert_explained, assert_order_free, assert_pure
from eperf.testing.plugins import candidate, registry_of
from eperf.testing.unit_period import activity, day, employee, scored, unit_period

__all__ = [
    "activity",
    "assert_explained",
    "assert_order_free",
    "assert_pure",
    "candidate",
    "day",
    "employee",
    "registry_of",
    "scored",
    "unit_period",
]
