"""What happened, for whoever subscribes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.plugins import Event


@dataclass(frozen=True, kw_only=True)
class Commended(Event):
    """An employee was commended: `commendation` is its number, `day` the day it is for."""

    kind = "sample.commended"
    subject_type = "Employee"
    commendation: int
    day: date
