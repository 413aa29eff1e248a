"""What becomes of the records of a large file: the same as in `intake`, in columns and for a million at once.

Two ways and one meaning: a property test gives both the same records. They differ in what follows. A push tells of each
punch and classifies its day at once; a file tells once what it brought, marks the days, and the job that keeps days
true (`days.reclassify`) classifies them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from eperf.domain.attendance.calendar import zone_named
from eperf.domain.attendance.clock_error import ClockError
from eperf.domain.attendance.punch import SkippedLine
from eperf.domain.events import PunchesImported
from eperf.services.attendance.intake import UNKNOWN_PIN
from eperf.services.attendance.known import Upload
from eperf.services.attendance.unread import keep_unread, unread_known
from eperf.services.attendance.whose import errors_of
from eperf.services.call import Call, Work
from eperf.store import punches, stale
from eperf.store.ahead import ahead
from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.device import count_kept
from eperf.store.lock import Lock, take
from eperf.store.people import EmployeeRow
from eperf.store.punches import Ready

Progress = Callable[[str, int, int], None]
"""Told of a step (`check`, `write`), how many records are done, and of how many."""

AT_ONCE = 50_000
"""Records that are written in one statement, and lines that are kept at once."""

MOST_SHOWN = 100_000
"""So many unexplained records of a file are listed; all are counted and kept."""


@dataclass
class TakenFile:
    """What became of a file's records; `used`, `duplicates` and `unexplained` together are all of them."""

    used: int = 0
    duplicates: int = 0
    unexplained: int = 0
    strangers: list[tuple[int, str]] = field(default_factory=list)
    """Line and text of the first that are readable and nobody's, in order."""
    days: list[pl.DataFrame] = field(default_factory=list)
    """Employees and civil days that have new records: `employee_id` and `date`, some more than once."""


async def take_in_file(
    call: Call,
    opened: Work,
    device: DeviceRow,
    source: str,
    records: pl.DataFrame,
    skipped: pl.DataFrame,
    zone: str,
    progress: Progress | None = None,
) -> TakenFile:
    """Keeps the records of a file of a device whose row the caller has locked, and marks their days.

    `records` and `skipped` are columns by `eperf.domain.attendance.frames`.
    """
    told = await _explained(device, records, zone)
    taken = TakenFile(duplicates=len(records) - len(told))
    new = 0
    for lines in _lines(skipped):
        upload = Upload(device, source, (), lines, zone, call.now)
        new += (await keep_unread([upload]))[id(upload)]
    taken.unexplained += new
    taken.duplicates += len(skipped) - new
    wait = await punches.waiting(device.id)
    waited = len(wait)
    constants = {"source": source, "device_id": device.id, "received_at": call.now}
    done, met = 0, False

    def made(some: pl.DataFrame) -> tuple[pl.DataFrame, Ready | None]:
        return some, None if met else punches.ready(some, constants)

    async with aclosing(ahead(made, told.iter_slices(AT_ONCE))) as pieces:
        async for some, ready in pieces:
            fresh = some
            # Records of a file are new as a rule, and the unique index says so for nothing; once it has said no,
            # we ask.
            if ready is None or not await punches.write(ready):
                met = True
                fresh = await _fresh(some, taken)
                await punches.write(punches.ready(fresh, constants))
                await _count_again(some.join(fresh, on="digest", how="anti"))
            _count(fresh, taken)
            done += len(some)
            if progress:
                progress("write", done, len(told))
            wait = await _explain(fresh, wait)
    await count_kept({device.id: taken.used + taken.unexplained - (waited - len(wait))})
    await _follow(opened, device, taken)
    taken.strangers.sort()
    return taken


async def foreseen_file(
    device: DeviceRow,
    records: pl.DataFrame,
    skipped: pl.DataFrame,
    zone: str,
    progress: Progress | None = None,
) -> TakenFile:
    """What `take_in_file` would do now, without doing it."""
    told = await _explained(device, records, zone)
    taken = TakenFile(duplicates=len(records) - len(told))
    done = 0
    for some in told.iter_slices(AT_ONCE):
        _count(await _fresh(some, taken), taken)
        done += len(some)
        if progress:
            progress("check", done, len(told))
    seen: set[str] = set()
    for lines in _lines(skipped):
        fresh = [line for line in {line.raw: line for line in lines}.values() if line.raw not in seen]
        seen |= {line.raw for line in fresh}
        taken.unexplained += len(fresh) - await unread_known(device, fresh)
    taken.duplicates = len(records) + len(skipped) - taken.used - taken.unexplained
    taken.strangers.sort()
    return taken


async def _explained(device: DeviceRow, records: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The different records in the order of their keys, each with its day, its owner, and how often it stands there.

    That order is the one in which an index takes many rows soonest.
    """
    enrolled = await EnrolmentRow.filter(device_id=device.id).order_by("valid_from")
    owners = pl.DataFrame(
        [(row.pin, row.valid_from, row.valid_to, row.employee_id) for row in enrolled],
        {"pin": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "employee_id": pl.Int64},
        orient="row",
    )
    errors = (await errors_of([device.id])).get(device.id, ())
    at = pl.col("occurred_at")
    key = pl.concat_str(
        pl.lit(str(device.id)),
        "pin",
        at.dt.epoch("s").cast(pl.String),
        pl.col("status").cast(pl.String).fill_null("-"),
        separator=" ",
    )
    told = (
        records.rename({"raw": "line"})
        .with_columns(digest=key)
        .with_columns(_righted(errors))
        .with_columns(date=at.dt.convert_time_zone(zone_named(zone).key).dt.date())
        .drop("status")
        .sort("digest", "line_no")
        .with_row_index("place")
        .filter(pl.col("digest").ne_missing(pl.col("digest").shift(1)))
    )
    copies = (
        pl.col("place").cast(pl.Int64).shift(-1, fill_value=len(records)) - pl.col("place").cast(pl.Int64) - 1
    )
    owned = _owned(told.select("pin", "date").unique(), owners)
    return (
        told.with_columns(copies=copies)
        .drop("place")
        .join(owned, on=["pin", "date"], how="left", maintain_order="left")
        .with_columns(
            outcome=pl.when(pl.col("employee_id").is_null())
            .then(pl.lit("unexplained"))
            .otherwise(pl.lit("used")),
            reason=pl.when(pl.col("employee_id").is_null()).then(pl.lit(UNKNOWN_PIN)),
        )
    )


def _righted(errors: Sequence[ClockError]) -> list[pl.Expr]:
    """The right time of each record, and where that is another one the machine's own and what was told of its clock."""
    at, none = pl.col("occurred_at"), pl.lit(None)
    ahead, told = pl.lit(timedelta(0)), none.cast(pl.Int64)
    for error in errors:  # the latest told counts
        covered = at >= error.first if error.until is None else (at >= error.first) & (at < error.until)
        ahead = pl.when(covered).then(pl.lit(error.ahead)).otherwise(ahead)
        told = pl.when(covered).then(pl.lit(error.id)).otherwise(told)
    moved = ahead != timedelta(0)
    return [
        (at - ahead).alias("occurred_at"),
        pl.when(moved).then(at).otherwise(none.cast(pl.Datetime("us", "UTC"))).alias("device_at"),
        pl.when(moved).then(told).alias("clock_error_id"),
    ]


def _owned(pairs: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Whose each PIN is on each day: by the latest enrolment that has begun, unless that has ended."""
    found = pairs.sort("date").join_asof(
        owners, left_on="date", right_on="valid_from", by="pin", strategy="backward", check_sortedness=False
    )
    ended = pl.col("valid_to").is_not_null() & (pl.col("valid_to") <= pl.col("date"))
    return found.select("pin", "date", pl.when(~ended).then("employee_id").alias("employee_id"))


async def _fresh(some: pl.DataFrame, taken: TakenFile) -> pl.DataFrame:
    """Those that are not kept yet; the others are duplicates."""
    there = await punches.known(some["digest"])
    taken.duplicates += len(there)
    return some.filter(~pl.col("digest").is_in(there.implode()))


async def _count_again(again: pl.DataFrame) -> None:
    await punches.count_again(again.select("digest", times=pl.col("copies") + 1))


def _count(fresh: pl.DataFrame, taken: TakenFile) -> None:
    strange = fresh.filter(pl.col("employee_id").is_null())
    taken.unexplained += len(strange)
    taken.used += len(fresh) - len(strange)
    room = MOST_SHOWN - len(taken.strangers)
    taken.strangers += strange.select("line_no", "line").head(room).rows()
    taken.days.append(fresh.drop_nulls("employee_id").select("employee_id", "date").unique())


async def _explain(fresh: pl.DataFrame, wait: pl.DataFrame) -> pl.DataFrame:
    """A line that could not be read, and now can, is a duplicate of what it says; gives those that still wait."""
    if wait.is_empty():
        return wait
    said = wait.join(fresh.select("line", "digest").unique("line", keep="last"), on="line")
    if said.is_empty():
        return wait
    await punches.explain(said.select("id", "digest").rows())
    return wait.join(said, on="id", how="anti")


def _lines(skipped: pl.DataFrame) -> Iterator[list[SkippedLine]]:
    for some in skipped.iter_slices(AT_ONCE):
        yield [SkippedLine(place, raw, reason) for place, raw, reason in some.rows()]


async def _follow(opened: Work, device: DeviceRow, taken: TakenFile) -> None:
    """Tells of the file, and marks the days of those whose records are new, by the units where they are today."""
    days = pl.concat(taken.days).unique() if taken.days else pl.DataFrame()
    if days.is_empty():
        return
    whose = days["employee_id"].unique().sort().to_list()
    units: dict[int, int] = {}
    for start in range(0, len(whose), 500):
        rows = EmployeeRow.filter(id__in=whose[start : start + 500]).only("id", "unit_id")
        units |= {row.id: row.unit_id for row in await rows}
    unit = pl.col("employee_id").replace_strict(units, return_dtype=pl.Int64)
    await take(Lock.CALENDAR)
    await stale.mark_pairs(days.select("date", unit).unique().rows())
    first, last = days.select(pl.col("date").min(), last=pl.col("date").max()).row(0)
    opened.emit(
        PunchesImported(subject_id=device.id, unit_id=device.unit_id, rows=taken.used, first=first, last=last)
    )
