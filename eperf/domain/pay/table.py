"""Pay advice as a table that an office opens: one row a person, with the steps as JSON in the last column.

Who has no amount is a row too, with the state `missing` and its cause; the cell of the amount is then empty.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from eperf.domain.pay.facts import PayLine
from eperf.domain.period import YearMonth

COLUMNS = (
    "period", "unit", "nip", "name", "job_class", "state", "amount_rp", "cause", "policy", "steps",
)  # fmt: skip
ADVISED, MISSING = "advised", "missing"
# A spreadsheet takes text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cells(
    period: YearMonth,
    unit_code: str,
    nip: str | None,
    name: str,
    job_class: int | None,
    policy: str | None,
    line: PayLine,
) -> tuple[str, ...]:
    """One person's row, in the order of `COLUMNS`."""
    return (
        str(period),
        _plain(unit_code),
        nip or "",
        _plain(name),
        "" if job_class is None else str(job_class),
        MISSING if line.amount_rp is None else ADVISED,
        "" if line.amount_rp is None else str(line.amount_rp),
        _plain(line.cause or ""),
        policy or "",
        json.dumps([step.as_dict() for step in line.steps], ensure_ascii=False, separators=(",", ":")),
    )


def as_csv(rows: Iterable[Sequence[str]], *, header: bool = True) -> str:
    """Rows as CSV (RFC 4180: lines end with CR and LF), with the header unless told otherwise."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    if header:
        writer.writerow(COLUMNS)
    writer.writerows(rows)
    return made.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
