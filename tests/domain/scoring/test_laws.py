from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.scoring import Explanation, Scheme, UnitPeriod, expanded, score
from eperf.testing import (
    activity,
    assert_explained,
    assert_order_free,
    assert_pure,
    day,
    employee,
    unit_period,
)
from tests.domain.scoring.months import SCHEMES, months, without
from tests.support.examples import examples

every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


@every_scheme
@given(facts=months())
@examples(21)
def test_leaves_sum_to_the_score_exactly_and_hold_no_floats(scheme: Scheme, facts: UnitPeriod) -> None:
    result = score(scheme, scheme.settings(), facts)
    assert not result.failures
    assert result.scores["employee_id"].to_list() == facts.employees["employee_id"].to_list()
    assert_explained(result)


@every_scheme
@given(facts=months(), seed=st.integers(0, 2**32))
@examples(14)
def test_order_of_rows_and_size_of_batches_change_nothing(
    scheme: Scheme, facts: UnitPeriod, seed: int
) -> None:
    assert_order_free(scheme, scheme.settings(), facts, seed)


@every_scheme
@given(facts=months())
@examples(10)
def test_the_same_input_gives_the_same_output_and_stays_as_it_was(scheme: Scheme, facts: UnitPeriod) -> None:
    assert_pure(scheme, scheme.settings(), facts)


@every_scheme
@given(facts=months(), data=st.data())
@examples(21)
def test_taking_evidence_away_moves_only_leaves_that_cite_it_or_the_period(
    scheme: Scheme, facts: UnitPeriod, data: st.DataObject
) -> None:
    if facts.activities.is_empty():
        return
    gone = data.draw(st.sampled_from(facts.activities["activity_id"].to_list()))
    before = score(scheme, scheme.settings(), facts)
    after = score(scheme, scheme.settings(), without(facts, gone))
    untouched = (pl.col("evidence_kind") != "period") & ~(
        (pl.col("evidence_kind") == "activity") & (pl.col("evidence_id") == str(gone))
    )
    same = [name for name in before.leaves.columns if name != "seq"]
    assert before.leaves.filter(untouched).select(same).equals(after.leaves.filter(untouched).select(same))


@every_scheme
@given(facts=months(), data=st.data())
@examples(21)
def test_one_more_verified_activity_never_lowers_a_score(
    scheme: Scheme, facts: UnitPeriod, data: st.DataObject
) -> None:
    verified = facts.activities.filter(pl.col("state") == "verified")
    if verified.is_empty():
        return
    gone = data.draw(st.sampled_from(verified["activity_id"].to_list()))
    more = score(scheme, scheme.settings(), facts).scores
    less = score(scheme, scheme.settings(), without(facts, gone)).scores
    pairs = zip(more["score_h"], less["score_h"], strict=True)
    assert all(one is None or one >= other for one, other in pairs)


@every_scheme
@given(facts=months())
@examples(10)
def test_only_verified_activities_count(scheme: Scheme, facts: UnitPeriod) -> None:
    kept = UnitPeriod(
        facts.unit_id,
        facts.unit_code,
        facts.period,
        facts.working_days,
        facts.employees,
        facts.activities.filter(pl.col("state") == "verified"),
        facts.days,
    )
    one, other = (score(scheme, scheme.settings(), month) for month in (facts, kept))
    assert one.scores.equals(other.scores)
    assert one.leaves.equals(other.leaves)


@every_scheme
@given(facts=months(), stored_way=st.booleans())
@examples(21)
def test_the_stored_text_is_the_same_explanation(scheme: Scheme, facts: UnitPeriod, stored_way: bool) -> None:
    way = Explanation.STORED if stored_way else Explanation.WHOLE
    result = score(scheme, scheme.settings(), facts, explanation=way)
    stored = dict(result.breakdowns().iter_rows())
    assert list(stored) == facts.employees["employee_id"].to_list()
    for employee_id, text in stored.items():
        assert expanded(json.loads(text)) == result.trail(employee_id)


@every_scheme
@given(facts=months())
@examples(14)
def test_a_stored_text_does_not_depend_on_who_was_scored_beside(scheme: Scheme, facts: UnitPeriod) -> None:
    together = dict(score(scheme, scheme.settings(), facts).breakdowns().iter_rows())
    for employee_id, text in together.items():
        alone = score(scheme, scheme.settings(), facts.only([employee_id])).breakdowns()
        assert alone["breakdown"].to_list() == [text]


@every_scheme
def test_parts_from_the_shelf_are_stored_as_phrases(scheme: Scheme) -> None:
    facts = unit_period(
        [employee(1)],
        [activity(1, name="Rapat"), activity(2, name="Rapat", quantity=90)],
        [day(date(2026, 3, 2), status="absent"), day(date(2026, 3, 3), late_min=45, missing_taps=1)],
    )
    (text,) = score(scheme, scheme.settings(), facts).breakdowns()["breakdown"]
    stored = json.loads(text)
    assert stored["leaves"]
    assert all("*" not in rule["own"] for rule in stored["rules"].values())
