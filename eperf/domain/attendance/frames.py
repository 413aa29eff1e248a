"""Clock records in columns: what a reader of large files gives, so that a million of them are no million objects.

The columns are those of `RawPunch` that are kept; both ways of a reader give the same records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify

KIND: pl.DataType = pl.Enum([kind.value for kind in PunchKind])
VERIFY: pl.DataType = pl.Enum([way.value for way in Verify])
INSTANT: pl.DataType = pl.Datetime("us", "UTC")

_RECORDS: dict[str, pl.DataType] = {
    "line_no": pl.Int64(),
    "pin": pl.String(),
    "occurred_at": INSTANT,
    "status": pl.Int64(),
    "kind": KIND,
    "verify": VERIFY,
    "raw": pl.String(),
}
RECORDS = pl.Schema(_RECORDS)
"""A row for each record, by the names of `RawPunch`; `status` is null where the machine sent none."""

SKIPPED = pl.Schema({"line_no": pl.Int64, "raw": pl.String, "reason": pl.String})
"""A row for each line that is no record, by the names of `SkippedLine`."""

FrameRead = tuple[pl.DataFrame, pl.DataFrame]
"""The records of a file by `RECORDS`, and the lines that are none by `SKIPPED`: together, every line not blank."""


def records_of(punches: Iterable[RawPunch]) -> pl.DataFrame:
    """Records as columns."""
    rows = [
        (
            one.line_no,
            one.pin,
            one.occurred_at,
            one.status,
            one.kind.value,
            one.verify.value,
            one.raw,
        )
        for one in punches
    ]
    return pl.DataFrame(rows, schema=RECORDS, orient="row")


def skipped_of(skipped: Iterable[SkippedLine]) -> pl.DataFrame:
    """Lines that are none as columns."""
    rows = [(one.line_no, one.raw, one.reason) for one in skipped]
    return pl.DataFrame(rows, schema=SKIPPED, orient="row")


def sorted_out(read: Iterable[RawPunch | SkippedLine]) -> FrameRead:
    """Lines that were read one by one, as columns."""
    lines = list(read)
    return (
        records_of(one for one in lines if isinstance(one, RawPunch)),
        skipped_of(one for one in lines if isinstance(one, SkippedLine)),
    )


def joined(parts: Sequence[FrameRead]) -> FrameRead:
    """What was read piece by piece, in the order of the lines."""
    records = pl.concat([records for records, _ in parts] or [RECORDS.to_frame()])
    skipped = pl.concat([skipped for _, skipped in parts] or [SKIPPED.to_frame()])
    return records.sort("line_no"), skipped.sort("line_no")
