"""Schemes with one thing wrong each, for the laws to find; and a right one."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from eperf.plugins import Frame, PartOutput, Scheme, StagePart, leaves, part

BASIS = "Perwal Contoh 1/2026"
_CALLS = [0]


@dataclass(frozen=True)
class Target:
    """What a month asks for; a source that prints none has no default."""

    minutes: int


@dataclass(frozen=True)
class Guessed:
    """The same with a default that no source prints."""

    minutes: int = 6_000


@dataclass(frozen=True)
class Unnamed:
    """The same, refused without saying which setting it is."""

    minutes: int | None = None

    def __post_init__(self) -> None:
        if self.minutes is None:
            raise ValueError("the target is missing")


def _scheme(*rules: object, settings: type = Target) -> Scheme[Target]:
    parts = tuple(StagePart("work", rule) for rule in rules)  # type: ignore[arg-type]
    return Scheme("planted", "1", "Uji", "Test", BASIS, settings, parts)


def _each(frame: Frame, amount: pl.Expr, cite: bool = True) -> pl.DataFrame:
    return leaves(
        frame.days,
        amount=amount,
        label_id="Hari",
        label_en="Day",
        evidence=("day", pl.col("date").dt.to_string("%Y-%m-%d")) if cite else None,
    )


def _known(frame: Frame) -> pl.DataFrame:
    everyone = frame.employees.select("employee_id")
    without = everyone.join(frame.days, on="employee_id", how="anti")
    return without.with_columns(cause=pl.lit("attendance-missing"))


@part("planted.right", BASIS)
def right(frame: Frame, settings: Target) -> PartOutput:
    """Two points for each day; without a day nothing is known."""
    return PartOutput(_each(frame, pl.lit(200, dtype=pl.Int64)), missing=_known(frame))


@part("planted.zero", BASIS)
def zero(frame: Frame, settings: Target) -> PartOutput:
    """Takes somebody without a day for somebody with none to count."""
    return PartOutput(_each(frame, pl.lit(200, dtype=pl.Int64)))


@part("planted.mute", BASIS)
def mute(frame: Frame, settings: Target) -> PartOutput:
    """Fails over what it lacks, and takes the others with it."""
    if _known(frame).height:
        raise ValueError("no days")
    return PartOutput(_each(frame, pl.lit(200, dtype=pl.Int64)))


@part("planted.row", BASIS)
def batch(frame: Frame, settings: Target) -> PartOutput:
    """Gives everybody what the last of those has who happen to be scored with them."""
    return PartOutput(_each(frame, 100 + pl.col("employee_id").max()))


@part("planted.again", BASIS)
def again(frame: Frame, settings: Target) -> PartOutput:
    """Counts its own calls."""
    _CALLS[0] += 1
    return PartOutput(_each(frame, pl.lit(_CALLS[0], dtype=pl.Int64)))


@part("planted.seed", BASIS)
def seed(frame: Frame, settings: Target) -> PartOutput:
    """Takes whatever a set gives first."""
    first = next(iter({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"}))
    return PartOutput(_each(frame, pl.lit(len(first) * 10 + ord(first[0]), dtype=pl.Int64)))


@part("planted.basis", "")
def baseless(frame: Frame, settings: Target) -> PartOutput:
    """Rests on nothing."""
    return PartOutput(_each(frame, pl.lit(1, dtype=pl.Int64)))


@part("planted.beside", BASIS)
def beside(frame: Frame, settings: Target) -> PartOutput:
    """Gives everybody as much as all have days."""
    return PartOutput(_each(frame, pl.lit(frame.days.height, dtype=pl.Int64)), missing=_known(frame))


RIGHT = _scheme(right)
ZERO = _scheme(zero)
MUTE = _scheme(mute)
BATCH = _scheme(batch)
AGAIN = _scheme(again)
SEED = _scheme(seed)
BASELESS = _scheme(baseless)
GUESSED = _scheme(right, settings=Guessed)
UNNAMED = _scheme(right, settings=Unnamed)
BESIDE = _scheme(beside)
SETTINGS = Target(6_000)
GIVEN = {"minutes": 6_000}
