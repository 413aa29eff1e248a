"""However much of the explanation is made: the scores are the same, and so is what is told to whoever asks."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.scoring import (
    Explanation,
    PartOutput,
    Scheme,
    StagePart,
    UnitPeriod,
    expanded,
    leaves,
    part,
    score,
)
from eperf.plugins.builtin import norm_minutes
from eperf.testing import activity, employee, unit_period
from tests.domain.scoring.months import SCHEMES, months, scheme_of
from tests.support.examples import examples

PLAIN = norm_minutes.NormMinutes()
MONTH = unit_period([employee(1), employee(2)], [activity(1), activity(2, employee_id=2)])
ONE = pl.lit(100, dtype=pl.Int64)


def said(label: str | pl.Expr, **more: object) -> pl.DataFrame:
    return leaves(MONTH.employees, amount=ONE, label_id=label, label_en="x", **more)  # type: ignore[arg-type]


WAYS = [Explanation.STORED, Explanation.NONE]


@given(facts=months(), scheme=st.sampled_from(SCHEMES), way=st.sampled_from(WAYS))
@examples(21)
def test_they_are_the_same_and_whoever_asks_why_is_told(
    facts: UnitPeriod, scheme: Scheme[norm_minutes.NormMinutes], way: Explanation
) -> None:
    whole, bare = score(scheme, PLAIN, facts), score(scheme, PLAIN, facts, explanation=way)
    assert bare.scores.equals(whole.scores)
    assert bare.leaves.equals(whole.leaves)
    texts = dict(bare.breakdowns().iter_rows())
    assert {who: expanded(json.loads(text)) for who, text in texts.items()} == {
        who: whole.trail(who) for who in texts
    }
    assert bare.breakdowns().equals(whole.breakdowns())


@pytest.mark.parametrize(
    "made",
    [
        lambda: said("x"),
        lambda: [said("x"), said(pl.col("nip").fill_null("?"))],
        lambda: pl.concat([said("x"), said("y")]),
        lambda: said("x").with_columns(label_en=pl.lit("y")),
        lambda: said("x").filter(pl.col("label_id") == "x"),
        lambda: said("x").select("employee_id", "amount_h", "label_id", "label_en"),
        lambda: said("x").drop("label_en"),
        lambda: said(pl.col("nip")),
        lambda: said("x", facts={"a": pl.col("no such column")}),
        lambda: said("x", facts={"a": pl.col("nip")}, legal_basis=pl.col("nip")),
        lambda: MONTH.employees.select("employee_id", amount_h=ONE),
        lambda: MONTH.employees.select(
            "employee_id", amount_h=ONE, label_id=pl.lit("x"), label_en=pl.lit("y"), rule_id=pl.lit("z")
        ),
        lambda: PartOutput(leaves=said("x"), missing=pl.DataFrame({"employee_id": [1], "cause": ["gone"]})),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_what_fails_fails_in_every_way_and_what_is_odd_counts_in_each(made: object, way: Explanation) -> None:
    @part("t.odd", "Perwal 1/2026")
    def odd(frame: object, given: object) -> object:
        return made()  # type: ignore[operator]

    scheme = scheme_of(StagePart("work", odd))  # type: ignore[arg-type]
    whole, bare = score(scheme, PLAIN, MONTH), score(scheme, PLAIN, MONTH, explanation=way)
    assert bare.scores.equals(whole.scores)
    assert [one.cause for one in bare.failures] == [one.cause for one in whole.failures]
    assert bare.leaves.equals(whole.leaves)
    texts = dict(bare.breakdowns().iter_rows())
    assert {who: expanded(json.loads(text)) for who, text in texts.items()} == {
        who: whole.trail(who) for who in texts
    }
