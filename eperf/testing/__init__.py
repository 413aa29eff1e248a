"""For the tests of plugin authors: build a unit's month in a line, score it, and hold the result to the law; hold an
attendance source to its own.

from eperf.testing import activity, employee, scored, unit_period

result = scored(SCHEME, unit_period([employee(1)], [activity(1, points="35", quantity="4")]))
assert result.scores["score_h"].to_list() == [167]
"""

from eperf.testing.broken import LawBroken
from eperf.testing.elsewhere import Run, assert_same_elsewhere
from eperf.testing.law import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
)
from eperf.testing.mandatory import assert_settings_are_asked_for
from eperf.testing.plugins import candidate, registry_of
from eperf.testing.random_month import DIMENSIONS, random_month
from eperf.testing.source import Answers, Upload, assert_file_whole, assert_pull_whole, assert_source_whole
from eperf.testing.unit_period import (
    activity,
    behaviour,
    day,
    employee,
    predikat,
    scored,
    target,
    unit_period,
)

__all__ = [
    "DIMENSIONS",
    "Answers",
    "LawBroken",
    "Run",
    "Upload",
    "activity",
    "assert_explained",
    "assert_file_whole",
    "assert_missing_is_said",
    "assert_order_free",
    "assert_pull_whole",
    "assert_pure",
    "assert_same_elsewhere",
    "assert_settings_are_asked_for",
    "assert_source_whole",
    "behaviour",
    "candidate",
    "day",
    "employee",
    "predikat",
    "random_month",
    "registry_of",
    "scored",
    "target",
    "unit_period",
]
