"""Reporting work and deciding on it: drafts, reports, decisions one at a time or many, withdrawing a verification."""

from eperf.services.activity.decide import Outcome, decide, decide_many, withdraw
from eperf.services.activity.draft import discard_draft, save_draft
from eperf.services.activity.report import submit, submitted
from eperf.services.activity.resend import resubmit

__all__ = [
    "Outcome", "decide", "decide_many", "discard_draft", "resubmit", "save_draft", "submit", "submitted", "withdraw",
]  # fmt: skip
