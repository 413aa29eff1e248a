"""What a pay policy is written with: the facts it gets and the line, with its steps, that it gives.

Leave and standings come with their rows of law (`cut_of` a leave, `leave_pay_named`, `verdict`), so that a policy
of an agency says only what differs there.
"""

from eperf.domain.attendance.leave_pay import LeaveCase, LeaveCut, leave_cut_in_month
from eperf.domain.attendance.leave_pays import leave_pay_named
from eperf.domain.pay.circumstance import Circumstance, CircumstanceKind
from eperf.domain.pay.facts import Counted, LeaveTaken, Missing, PayFacts, PayLine, PayStep
from eperf.domain.pay.leave import cut_of
from eperf.domain.pay.policy import PayPolicy
from eperf.domain.pay.punishment import PunishmentRule, Running, running
from eperf.domain.scoring.eligibility import Standing, Verdict, verdict

__all__ = [
    "Circumstance",
    "CircumstanceKind",
    "Counted",
    "LeaveCase",
    "LeaveCut",
    "LeaveTaken",
    "Missing",
    "PayFacts",
    "PayLine",
    "PayPolicy",
    "PayStep",
    "PunishmentRule",
    "Running",
    "Standing",
    "Verdict",
    "cut_of",
    "leave_cut_in_month",
    "leave_pay_named",
    "running",
    "verdict",
]
