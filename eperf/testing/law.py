"""What must hold for every scheme, as assertions that a plugin's own tests can call.

Each law has a name, and a scheme that breaks one is told by it: `LawBroken.law`. The laws need no database and no
server; one of them (`assert_same_elsewhere` in `eperf.testing.elsewhere`) starts another process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

import polars as pl

from eperf.domain.scoring import PROVISIONAL, Scheme, Scored, UnitPeriod, score
from eperf.testing.broken import hold

S = TypeVar("S")


def assert_explained(result: Scored) -> None:
    """The leaves of everyone sum to the score exactly, name their rule and basis, and hold no floats."""
    sums = result.leaves.group_by("employee_id").agg(explained=pl.col("amount_h").sum())
    both = result.scores.join(sums, on="employee_id", how="left").with_columns(
        pl.col("explained").fill_null(0)
    )
    wrong = both.filter((pl.col("state") == "final") & (pl.col("score_h") != pl.col("explained")))
    hold("explained", wrong.is_empty(), f"leaves do not sum to the score: {wrong.to_dicts()[:3]}")
    unnamed = result.leaves.filter((pl.col("rule_id") == "") | (pl.col("legal_basis") == ""))
    hold(
        "explained",
        unnamed.is_empty(),
        f"a leaf without rule or legal basis: {unnamed.to_dicts()[:1]}",
        _rule(unnamed),
    )
    unsaid = result.leaves.filter((pl.col("label_id") == "") & pl.col("evidence_kind").ne_missing("activity"))
    hold("explained", unsaid.is_empty(), f"a leaf that says nothing: {unsaid.to_dicts()[:1]}", _rule(unsaid))
    for rows in (result.scores, result.leaves):
        floats = [name for name, dtype in rows.schema.items() if dtype.is_float()]
        hold("explained", not floats, f"float columns: {floats}")


def assert_order_free(scheme: Scheme[S], settings: S, facts: UnitPeriod, seed: int = 0) -> None:
    """Shuffled rows, and batches of one employee and of half of them, give the same scores and leaves."""
    whole = score(scheme, settings, facts)
    shuffled = changed(facts, lambda rows: rows.sample(fraction=1, shuffle=True, seed=seed))
    hold("order", shuffled.input_digest == facts.input_digest, "the digest depends on the order of rows")
    assert_same("order", score(scheme, settings, shuffled), whole, "another order of rows")
    assert_batch_free(scheme, settings, facts)


def assert_batch_free(scheme: Scheme[S], settings: S, facts: UnitPeriod) -> None:
    """Batches of one employee, and of half of them, give the scores and leaves of one batch."""
    whole = score(scheme, settings, facts)
    for ids in _batches(facts.employees["employee_id"].to_list()):
        apart = score(scheme, settings, facts.only(ids))
        mine = pl.col("employee_id").is_in(ids)
        leaves = whole.leaves.filter(mine)
        rule = _differing(apart.leaves, leaves)
        hold("batches", apart.scores.equals(whole.scores.filter(mine)), f"{ids} alone score otherwise", rule)
        hold("batches", apart.leaves.equals(leaves), f"{ids} alone have other leaves", rule)


def assert_pure(scheme: Scheme[S], settings: S, facts: UnitPeriod) -> None:
    """Twice the same input, twice the same output, and the input as it was."""
    before = {name: rows.clone() for name, rows in tables_of(facts).items()}
    assert_same("pure", score(scheme, settings, facts), score(scheme, settings, facts), "a second run")
    for name, rows in tables_of(facts).items():
        hold("pure", rows.equals(before[name]), f"the scheme changed {name}")


def assert_missing_is_said(scheme: Scheme[S], settings: S, facts: UnitPeriod, needed: str) -> None:
    """Without a fact that a figure needs there is a cause and no figure, and nobody else's figure moves.

    `needed`: a table (`days`), whose rows are taken away from one employee after the other, or a column
    (`employees.job_class`), which is made unknown.
    """
    whole = score(scheme, settings, facts)
    for employee_id in facts.employees["employee_id"]:
        scores = score(scheme, settings, _lacking(facts, needed, employee_id)).scores
        mine = pl.col("employee_id") == employee_id
        state, score_h, cause = scores.filter(mine).select("state", "score_h", "cause").row(0)
        said = f"without {needed} the score of {employee_id} is {score_h}, {state}, cause {cause!r}"
        hold("missing", state == PROVISIONAL and score_h is None and bool(cause), said)
        hold("missing", not str(cause).startswith("part-failed"), f"without {needed} a part fails: {cause}")
        same = scores.filter(~mine).equals(whole.scores.filter(~mine))
        hold("missing", same, f"what {employee_id} lacks moves others")


def tables_of(facts: UnitPeriod) -> Mapping[str, pl.DataFrame]:
    """The tables of a unit's month by name."""
    found = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return {name: rows for name, rows in found.items() if isinstance(rows, pl.DataFrame)}


def changed(facts: UnitPeriod, change: Callable[[pl.DataFrame], pl.DataFrame]) -> UnitPeriod:
    """The facts with every table changed."""
    given: dict[str, Any] = {name: change(rows) for name, rows in tables_of(facts).items()}
    return replace(facts, **given)


def _batches(ids: list[int]) -> list[list[int]]:
    middle = len(ids) // 2
    halves = [half for half in (ids[:middle], ids[middle:]) if half]
    return [*([one] for one in ids), *(halves if len(ids) > 2 else [])]


def _lacking(facts: UnitPeriod, needed: str, employee_id: int) -> UnitPeriod:
    table, _, column = needed.partition(".")
    rows, mine = tables_of(facts)[table], pl.col("employee_id") == employee_id
    if not column:
        without: dict[str, Any] = {table: rows.filter(~mine)}
        return replace(facts, **without)
    unknown = pl.when(mine).then(None).otherwise(pl.col(column)).alias(column)
    without = {table: rows.with_columns(unknown.cast(rows.schema[column]))}
    return replace(facts, **without)


def assert_same(law: str, one: Scored, other: Scored, what: str) -> None:
    """Two runs gave the same scores and leaves."""
    hold(law, one.scores.equals(other.scores), f"{what} gives other scores", differing(one, other))
    hold(law, one.leaves.equals(other.leaves), f"{what} gives other leaves", differing(one, other))


def differing(one: Scored, other: Scored) -> str:
    """The first rule whose leaves differ in two runs; empty when none do."""
    return _differing(one.leaves, other.leaves)


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> str:
    for rule in [*one["rule_id"].unique(maintain_order=True), *other["rule_id"].unique()]:
        mine, theirs = (rows.filter(pl.col("rule_id") == rule) for rows in (one, other))
        if not mine.equals(theirs):
            return str(rule)
    return ""


def _rule(leaves: pl.DataFrame) -> str:
    return str(leaves["rule_id"][0]) if leaves.height else ""
