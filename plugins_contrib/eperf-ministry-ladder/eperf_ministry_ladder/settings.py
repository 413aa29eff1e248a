"""What a unit decides when it binds the scheme: whose ladder it is."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.plugins import Refused
from eperf.plugins.parts import AttendanceDeduction, ladder_named

PERMA = "ma-2020"


@dataclass(frozen=True)
class LadderSettings:
    """`profile`: the ladder, by the name under which eperf holds it; Perma 3/2020 unless given.

    A ladder that does not go by steps of a day, whose rates are not all known, or that caps a month below the whole,
    is refused when the scheme is bound.
    """

    profile: str = PERMA

    def __post_init__(self) -> None:
        try:
            rates = AttendanceDeduction.of(ladder_named(self.profile))
        except Refused as refusal:
            raise ValueError(f"profile: {refusal.message('en')}") from refusal
        if rates.most != 100:
            raise ValueError(f"profile {self.profile} cuts at most {rates.most} per cent of a month")
