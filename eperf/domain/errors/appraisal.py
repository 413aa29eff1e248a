"""What plans, ratings and predikat refuse."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class CascadeCycle(Refused):
    """A target would, by way of those it serves, serve itself."""

    code = "CASCADE_CYCLE"
    text_id = "Sasaran {value} pada akhirnya akan menunjang dirinya sendiri."
    text_en = "The target {value} would in the end serve itself."


class DeadlinePassed(Refused):
    """The last day for this step has passed; `value` is that day."""

    code = "DEADLINE_PASSED"
    text_id = "Batas waktu {value} untuk {step} sudah lewat."
    text_en = "The deadline {value} for {step} has passed."


class RoundStanding(Refused):
    """A round of ratings is not in the state for this step: still open, or closed."""

    code = "ROUND_STANDING"
    text_id = "Putaran penilaian perilaku tidak pada keadaan yang tepat: {why}."
    text_en = "The round of ratings is not in the right state: {why}."
