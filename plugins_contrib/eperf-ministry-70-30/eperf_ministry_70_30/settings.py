"""What a unit decides when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.plugins.rules import Deciding


@dataclass(frozen=True)
class AttendanceSettings:
    """`senior_exception`: pay the attendance part in full from job class 15 on.

    That is practice without written basis, so it is off unless the unit turns it on; the explanation then
    shows the cuts and what gave them back. `senior_exception_basis`: who decided it, needed when it is on.
    """

    senior_exception: bool = False
    senior_exception_basis: str = ""

    def __post_init__(self) -> None:
        if self.senior_exception and not 1 <= len(self.senior_exception_basis.strip()) <= 300:
            raise ValueError("senior_exception_basis must say in 1 to 300 characters who decided it")


@dataclass(frozen=True, kw_only=True)
class PaySettings(AttendanceSettings):
    """`deciding`: whose predikat decides a month. The rule says "periodic", so the unit must say which period."""

    deciding: Deciding
