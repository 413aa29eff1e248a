"""The shelf: parts that more than one scheme needs. A scheme fills its stages from here or with its own.

A shelf part is built with small functions of the scheme's settings, so it knows no scheme; rule id and
legal basis are the scheme's, since the same arithmetic stands in different regulations.
"""

from eperf.domain.attendance.ladders import ladder_named
from eperf.plugins.parts.bound import Bound
from eperf.plugins.parts.ladder import AttendanceDeduction, Ladder, Step
from eperf.plugins.parts.minutes import Minutes
from eperf.plugins.parts.points import Points
from eperf.plugins.parts.weigh import Weigh

__all__ = ["AttendanceDeduction", "Bound", "Ladder", "Minutes", "Points", "Step", "Weigh", "ladder_named"]
