"""The shelf: parts that more than one scheme needs. A scheme fills its stages from here or with its own.

A shelf part is built with small functions of the scheme's settings, so it knows no scheme; rule id and
legal basis are the scheme's, since the same arithmetic stands in different regulations.
"""

from eperf.domain.attendance.ladders import ladder_named
from eperf.plugins.parts.achievement import Achievement, Factor, check_factors
from eperf.plugins.parts.behaviour import Behaviour, Dimension, Scale, check_dimensions
from eperf.plugins.parts.bound import Bound
from eperf.plugins.parts.citing import Citing
from eperf.plugins.parts.ladder import AttendanceDeduction, Ladder, LadderOf, Step
from eperf.plugins.parts.minutes import Minutes
from eperf.plugins.parts.points import Points
from eperf.plugins.parts.predikat import PredikatPays
from eperf.plugins.parts.start import Full, Needs, of_days
from eperf.plugins.parts.weigh import Weigh, WeighOf

__all__ = [
    "Achievement",
    "AttendanceDeduction",
    "Behaviour",
    "Bound",
    "Citing",
    "Dimension",
    "Factor",
    "Full",
    "Ladder",
    "LadderOf",
    "Minutes",
    "Needs",
    "Points",
    "PredikatPays",
    "Scale",
    "Step",
    "Weigh",
    "WeighOf",
    "check_dimensions",
    "check_factors",
    "ladder_named",
    "of_days",
]
