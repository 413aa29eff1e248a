"""What a part hands back is checked before it counts: a plugin is a guest, and a guest may be wrong.

A wrong shape makes the whole part fail (nobody's figure can be trusted); a missing or absurd amount makes
only that person provisional, so that one odd row cannot take a unit's month away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from eperf.domain.scoring.leaf import LEAVES
from eperf.domain.scoring.stage import Part, PartOutput

AMOUNT_LIMIT = 1_000_000_000_000
"""No single leaf passes ten thousand million points."""

MISSING = pl.Schema({"employee_id": pl.Int64(), "cause": pl.String()})
_NO_VALUES = pl.DataFrame(schema={"employee_id": pl.Int64()})
_NOBODY = pl.DataFrame(schema=MISSING)
_OPTIONAL_TEXT = ("evidence_kind", "evidence_id")
_TEXT = ("rule_id", "label_id", "label_en", "legal_basis", *_OPTIONAL_TEXT)


class WrongOutput(Exception):
    """A part's answer does not have the agreed shape; `code` is what the score's cause says."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        super().__init__(why)


@dataclass(frozen=True, eq=False)
class Found:
    """A checked output: leaves as `LEAVES`, `COMPACT` or `AMOUNTS`; values and missing never None."""

    leaves: pl.DataFrame
    values: pl.DataFrame
    missing: pl.DataFrame
    looped: int


Complete = Callable[[pl.DataFrame], pl.DataFrame]
"""From leaves as a part may give them to the columns that the run keeps."""


def checked(
    output: object,
    part: Part[Any],
    employees: pl.DataFrame,
    kept: pl.Schema = LEAVES,
    as_kept: Complete | None = None,
) -> Found:
    """The output made complete; raises `WrongOutput`. `employees` has the unit's `employee_id`.

    `kept`: the columns that the run keeps of leaves; `as_kept` brings those to it that are complete instead.
    """
    if not isinstance(output, PartOutput):
        raise WrongOutput("wrong-type", f"a part must return PartOutput, not {type(output).__name__}")
    found = _leaves(output.leaves, part, kept, as_kept)
    missing = _missing(output.missing)
    values = _values(output.values)
    for rows in (found, missing, values):
        _known(rows, employees)
    if not _amounts(found).all():
        absurd = found.filter(~_amounts(found)).select("employee_id")
        cause = pl.lit(f"amount-out-of-range:{part.rule_id}")
        missing = pl.concat([missing, absurd.with_columns(cause=cause)])
    return Found(found, values, missing, output.looped)


def _amounts(found: pl.DataFrame) -> pl.Series:
    return found.get_column("amount_h").is_between(-AMOUNT_LIMIT, AMOUNT_LIMIT).fill_null(value=False)


def _leaves(
    found: pl.DataFrame | Sequence[pl.DataFrame] | None,
    part: Part[Any],
    kept: pl.Schema,
    as_kept: Complete | None,
) -> pl.DataFrame:
    several: list[Any] = list(found) if isinstance(found, (list, tuple)) else [found]
    complete = [_kept(rows, part, kept, as_kept) for rows in several if rows is not None]
    filled = [rows for rows in complete if rows.height]
    return pl.concat(filled) if filled else pl.DataFrame(schema=kept)


def _kept(found: pl.DataFrame, part: Part[Any], kept: pl.Schema, as_kept: Complete | None) -> pl.DataFrame:
    _is_frame(found, "leaves")
    if as_kept is None:
        return _complete(found, part)
    if dict(found.schema) != dict(kept):
        return as_kept(_complete(found, part))
    if found.get_column("employee_id").null_count():
        raise WrongOutput("null", "leaves.employee_id has a missing value")
    return found


def _complete(found: pl.DataFrame, part: Part[Any]) -> pl.DataFrame:
    unknown = set(found.columns) - set(LEAVES)
    if unknown:
        raise WrongOutput("wrong-column", f"leaves have unknown columns {sorted(unknown)}")
    complete = found.with_columns(_completion(found, part))
    for name, dtype in LEAVES.items():
        if name not in complete.columns:
            raise WrongOutput("wrong-column", f"leaves have no column {name}")
        if complete.schema[name] != dtype:
            raise WrongOutput("wrong-dtype", f"leaves.{name} is {complete.schema[name]}, not {dtype}")
    for name in ("employee_id", *(name for name in _TEXT if name not in _OPTIONAL_TEXT)):
        if complete.get_column(name).null_count():
            raise WrongOutput("null", f"leaves.{name} has a missing value")
    return complete.select(LEAVES.names())


def _completion(found: pl.DataFrame, part: Part[Any]) -> list[pl.Expr]:
    defaults = {"rule_id": part.rule_id, "legal_basis": part.legal_basis, "facts": "{}"}
    filled = [pl.lit(text).alias(name) for name, text in defaults.items() if name not in found.columns]
    filled += [
        pl.lit(None, dtype=pl.String).alias(name) for name in _OPTIONAL_TEXT if name not in found.columns
    ]
    if "facts" in found.columns:
        facts = found.schema["facts"]
        if not isinstance(facts, pl.Struct) or any(field.dtype != pl.String() for field in facts.fields):
            raise WrongOutput("wrong-dtype", f"leaves.facts is {facts}, not a struct of texts")
        filled.append(pl.col("facts").struct.json_encode())
    return filled


def _missing(found: pl.DataFrame | None) -> pl.DataFrame:
    if found is None:
        return _NOBODY
    _is_frame(found, "missing")
    if dict(found.schema) != dict(MISSING):
        raise WrongOutput("wrong-column", f"missing has {dict(found.schema)}, not {dict(MISSING)}")
    return found


def _values(found: pl.DataFrame | None) -> pl.DataFrame:
    if found is None:
        return _NO_VALUES
    _is_frame(found, "values")
    if any(dtype != pl.Int64() for dtype in found.schema.values()):
        raise WrongOutput("wrong-dtype", f"values must be Int64 columns, not {dict(found.schema)}")
    if "employee_id" not in found.columns or found.get_column("employee_id").is_duplicated().any():
        raise WrongOutput("wrong-column", "values need employee_id, once per employee")
    return found


def _is_frame(found: object, name: str) -> None:
    if not isinstance(found, pl.DataFrame):
        raise WrongOutput("wrong-type", f"{name} is {type(found).__name__}, not a polars DataFrame")


def _known(rows: pl.DataFrame, employees: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    if rows.get_column("employee_id").null_count():
        raise WrongOutput("null", "employee_id has a missing value")
    people = rows.select(pl.col("employee_id").unique(maintain_order=True))
    strangers = people.join(employees, on="employee_id", how="anti")
    if strangers.height:
        stranger = strangers.get_column("employee_id")[0]
        raise WrongOutput("stranger", f"employee {stranger} is not in this unit and period")
