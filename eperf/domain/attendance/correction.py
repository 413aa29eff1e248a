"""A tap corrected by an officer on evidence: the correction wins over what the machine said.

A corrected side is known, so the table of tap quality has nothing to say about it; the other side is judged as ever,
beside the corrected one. Two taps of which one was corrected are no tap copied twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from eperf.domain.attendance.arithmetic import TapReading, read_taps
from eperf.domain.errors import BadInput

_OF_IN = frozenset({"in_empty", "in_after_end"})
_OF_OUT = frozenset({"out_empty", "out_filled_in", "out_before_start"})
_EMPTY = frozenset({"in_empty", "out_empty"})


@dataclass(frozen=True, slots=True)
class Correction:
    """What an officer found, in minutes after midnight of the day; None leaves a side as it is."""

    in_min: int | None
    out_min: int | None
    evidence: str
    """The document it rests on; a correction without one is refused."""

    def __post_init__(self) -> None:
        if not self.evidence.strip():
            raise BadInput("evidence", self.evidence, "a correction rests on a document")
        if self.in_min is None and self.out_min is None:
            raise BadInput("in_min", None, "a correction names a tap")


@dataclass(frozen=True, slots=True)
class CorrectedTaps:
    """The taps that count, and what they are worth."""

    tap_in: int | None
    tap_out: int | None
    reading: TapReading


def corrected(
    tap_in: int | None, tap_out: int | None, start: int, end: int, correction: Correction | None
) -> CorrectedTaps:
    """The taps of a day with the correction applied, read by the table of tap quality."""
    if correction is None:
        return CorrectedTaps(tap_in, tap_out, read_taps(tap_in, tap_out, start, end))
    into = tap_in if correction.in_min is None else correction.in_min
    out = tap_out if correction.out_min is None else correction.out_min
    settled = {"copied_twice"}
    settled |= _OF_IN if correction.in_min is not None else set()
    settled |= _OF_OUT if correction.out_min is not None else set()
    faults = tuple(fault for fault in read_taps(into, out, start, end).faults if fault not in settled)
    reading = TapReading(
        missing_taps=len(_EMPTY & set(faults)) + bool(set(faults) - _EMPTY),
        in_usable=not _OF_IN & set(faults),
        out_usable=not _OF_OUT & set(faults),
        faults=faults,
    )
    return CorrectedTaps(into, out, reading)
