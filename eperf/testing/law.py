"""What must hold for every scheme, as assertions a plugin's own tests can call."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from eperf.domain.scoring import Scheme, Scored, UnitPeriod, score

S = TypeVar("S")


def assert_explained(result: Scored) -> None:
    """The leaves of everyone sum to the score exactly, name their rule and basis, and hold no floats."""
    sums = result.leaves.group_by("employee_id").agg(explained=pl.col("amount_h").sum())
    both = result.scores.join(sums, on="employee_id", how="left").with_columns(
        pl.col("explained").fill_null(0)
    )
    wrong = both.filter((pl.col("state") == "final") & (pl.col("score_h") != pl.col("explained")))
    _hold(wrong.is_empty(), f"leaves do not sum to the score: {wrong.to_dicts()[:3]}")
    unnamed = result.leaves.filter((pl.col("rule_id") == "") | (pl.col("legal_basis") == ""))
    _hold(unnamed.is_empty(), f"a leaf without rule or legal basis: {unnamed.to_dicts()[:1]}")
    for rows in (result.scores, result.leaves):
        floats = [name for name, dtype in rows.schema.items() if dtype.is_float()]
        _hold(not floats, f"float columns: {floats}")


def assert_order_free(scheme: Scheme[S], settings: S, facts: UnitPeriod, seed: int = 0) -> None:
    """Shuffled rows and batches of one employee give the same scores and leaves."""
    whole = score(scheme, settings, facts)
    shuffled = UnitPeriod(
        facts.unit_id,
        facts.unit_code,
        facts.period,
        facts.working_days,
        *(rows.sample(fraction=1, shuffle=True, seed=seed) for rows in _tables(facts)),
    )
    _hold(shuffled.input_digest == facts.input_digest, "the digest depends on the order of rows")
    _assert_same(score(scheme, settings, shuffled), whole, "another order of rows")
    for employee_id in facts.employees["employee_id"]:
        alone = score(scheme, settings, facts.only([employee_id]))
        mine = pl.col("employee_id") == employee_id
        _hold(alone.scores.equals(whole.scores.filter(mine)), f"{employee_id} alone scores otherwise")
        _hold(alone.leaves.equals(whole.leaves.filter(mine)), f"{employee_id} alone has other leaves")


def assert_pure(scheme: Scheme[S], settings: S, facts: UnitPeriod) -> None:
    """Twice the same input, twice the same output, and the input as it was."""
    before = [rows.clone() for rows in _tables(facts)]
    _assert_same(score(scheme, settings, facts), score(scheme, settings, facts), "a second run")
    for rows, was in zip(_tables(facts), before, strict=True):
        _hold(rows.equals(was), "the scheme changed its input")


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)


def _tables(facts: UnitPeriod) -> tuple[pl.DataFrame, ...]:
    first = (facts.employees, facts.activities, facts.days)
    return (*first, facts.targets, facts.behaviour, facts.predikat)


def _assert_same(one: Scored, other: Scored, what: str) -> None:
    _hold(one.scores.equals(other.scores), f"{what} gives other scores")
    _hold(one.leaves.equals(other.leaves), f"{what} gives other leaves")
