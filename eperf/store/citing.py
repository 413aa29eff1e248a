"""What may cite a file, but for activities, whose reach is their own: the rows between, their column, who cites."""

from __future__ import annotations

from typing import Any

from eperf.store.appeal import AnswerFileRow, AppealFileRow, AppealRow
from eperf.store.attendance import CorrectionFileRow, CorrectionRow
from eperf.store.leave import DutyFileRow, DutyRow, LeaveFileRow, LeaveRow
from eperf.store.plan import RealisationFileRow, RealisationRow
from eperf.store.position import CheckInFileRow, CheckInRow

CITING: tuple[tuple[type[Any], str, type[Any]], ...] = (
    (LeaveFileRow, "leave_id", LeaveRow),
    (DutyFileRow, "duty_id", DutyRow),
    (CorrectionFileRow, "correction_id", CorrectionRow),
    (CheckInFileRow, "check_in_id", CheckInRow),
    (RealisationFileRow, "realisation_id", RealisationRow),
    (AppealFileRow, "appeal_id", AppealRow),
    (AnswerFileRow, "appeal_id", AppealRow),
)
