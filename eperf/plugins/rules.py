"""What the pure rules of a plugin are written with: rows of law, the predikat, exact numbers, refusals.

A rule of an agency is a row with its days and its basis (`Regulated`), found with `in_force`; numbers are
checked with `in_range` and `positive` and rounded with `half_up_to`. What several agencies share is here to
be used instead of being written again: the predikat, class allowances, effective time, weighted scores.
"""

from eperf.domain.appraisal.predikat import Expectation, Predikat, predikat_of
from eperf.domain.appraisal.predikat_pay import Lag, PredikatPay, pay_rule
from eperf.domain.number import in_range, positive
from eperf.domain.regulation import UNDATED, Mark, Regulated, in_force
from eperf.domain.scoring.class_allowances import class_allowance_rp
from eperf.domain.scoring.component_weights import weights_of
from eperf.domain.scoring.deciding import Deciding
from eperf.domain.scoring.effective_time import effective_time, month_minutes, share_pct
from eperf.domain.scoring.rounding import half_up_to
from eperf.domain.scoring.weights import Component, check_weights, weighted_score

__all__ = [
    "UNDATED",
    "Component",
    "Deciding",
    "Expectation",
    "Lag",
    "Mark",
    "Predikat",
    "PredikatPay",
    "Regulated",
    "check_weights",
    "class_allowance_rp",
    "effective_time",
    "half_up_to",
    "in_force",
    "in_range",
    "month_minutes",
    "pay_rule",
    "positive",
    "predikat_of",
    "share_pct",
    "weighted_score",
    "weights_of",
]
