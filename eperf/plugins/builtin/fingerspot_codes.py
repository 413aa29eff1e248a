"""The numbers of Fingerspot's machines, for files that somebody carries; its clouds are read by a plugin.

Their states are not those of ADMS: break in and break out are numbered the other way round, and there are
meetings and codes of the office's own. So the tables stand here and are shared with no other family.
"""

from __future__ import annotations

from eperf.domain.attendance.punch import PunchKind, Verify

STATUS: dict[int, PunchKind] = {
    0: PunchKind.IN,
    1: PunchKind.OUT,
    2: PunchKind.BREAK_IN,
    3: PunchKind.BREAK_OUT,
    4: PunchKind.OVERTIME_IN,
    5: PunchKind.OVERTIME_OUT,
    6: PunchKind.MEETING_IN,
    7: PunchKind.MEETING_OUT,
    8: PunchKind.CUSTOM,
    9: PunchKind.CUSTOM,
}
"""States (`status_scan`)."""

VERIFY: dict[int, Verify] = {
    1: Verify.FINGER,
    2: Verify.PASSWORD,
    3: Verify.CARD,
    4: Verify.FACE,
    5: Verify.GPS,
    6: Verify.VEIN,
}
"""Verify codes."""
