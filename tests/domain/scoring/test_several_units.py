"""Many units of one period, checked and scored at once, are the units that they are."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.scoring import PartOutput, Scheme, StagePart, UnitPeriod, leaves, part, score
from eperf.domain.scoring.cut import Cohort, cut
from eperf.domain.scoring.frame import Frame
from eperf.domain.scoring.joint import results
from eperf.plugins.builtin import norm_minutes
from eperf.testing import activity, employee, unit_period
from tests.domain.scoring.months import SCHEMES, months, scheme_of
from tests.support.examples import examples

PLAIN = norm_minutes.NormMinutes()


def divided(facts: UnitPeriod, rng: Random) -> list[Cohort]:
    """The people of a month in up to three units, one of which may have nobody."""
    people = facts.employees["employee_id"].to_list()
    places = [rng.randrange(3) for _ in people]
    return [
        Cohort(10 + unit, f"U-{unit}", facts.working_days, tuple(p for p, at in zip(people, places, strict=True) if at == unit))
        for unit in range(3)
    ]  # fmt: skip


def alone(facts: UnitPeriod, cohort: Cohort) -> UnitPeriod:
    some = facts.only(cohort.employee_ids)
    return UnitPeriod(
        cohort.unit_id,
        cohort.unit_code,
        facts.period,
        cohort.working_days,
        some.employees,
        some.activities,
        some.days,
    )


def shuffled(facts: UnitPeriod, seed: int) -> dict[str, pl.DataFrame]:
    return {name: rows.sample(fraction=1, shuffle=True, seed=seed) for name, rows in facts.content().items()}


@given(facts=months(), seed=st.integers(0, 2**32))
@examples(21)
def test_a_cut_unit_is_the_unit_made_alone(facts: UnitPeriod, seed: int) -> None:
    cohorts = divided(facts, Random(seed))
    for cohort, month in zip(cohorts, cut(cohorts, facts.period, shuffled(facts, seed)), strict=True):
        wanted = alone(facts, cohort)
        assert isinstance(month, UnitPeriod)
        assert month.input_digest == wanted.input_digest
        assert month.input_digests == wanted.input_digests


@given(facts=months(), seed=st.integers(0, 2**32))
@examples(10)
def test_a_bad_fact_is_its_unit_s_trouble_alone(facts: UnitPeriod, seed: int) -> None:
    cohorts = [cohort for cohort in divided(facts, Random(seed)) if cohort.employee_ids]
    bad = cohorts[0].employee_ids[0]
    tables = facts.content() | {
        "employees": facts.employees.with_columns(
            job_class=pl.when(pl.col("employee_id") == bad).then(-1).otherwise("job_class")
        )
    }
    first, *others = cut(cohorts, facts.period, tables)
    assert isinstance(first, ScoringFrameInvalid)
    assert first.field == "employees.job_class"
    assert [one.input_digest for one in others if isinstance(one, UnitPeriod)] == [
        alone(facts, cohort).input_digest for cohort in cohorts[1:]
    ]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(facts=months(), seed=st.integers(0, 2**32))
@examples(14)
def test_units_scored_together_get_what_each_gets_alone(
    scheme: Scheme[norm_minutes.NormMinutes], facts: UnitPeriod, seed: int
) -> None:
    units = [alone(facts, cohort) for cohort in divided(facts, Random(seed))]
    together = results(scheme, PLAIN, units).sort("employee_id")
    singly = pl.concat([results(scheme, PLAIN, [unit]) for unit in units]).sort("employee_id")
    assert together.equals(singly)
    for unit in units:
        scored = score(scheme, PLAIN, unit)
        mine = together.filter(pl.col("unit_id") == unit.unit_id)
        assert mine.select(scored.scores.columns).equals(scored.scores)
        assert dict(mine.select("employee_id", "input_digest").iter_rows()) == scored.input_digests
        assert mine["breakdown"].to_list() == scored.breakdowns()["breakdown"].to_list()


TWO = [
    unit_period([employee(1)], [activity(1)], unit_id=1, unit_code="A"),
    unit_period([employee(2)], [activity(2, employee_id=2)], unit_id=2, unit_code="B"),
]


def test_a_rule_that_asks_for_the_unit_gets_the_right_one() -> None:
    @part("t.unit", "Perwal 1/2026")
    def named(frame: Frame, given: object) -> PartOutput:
        amount = pl.lit(100 if frame.unit_code == "A" else 200, dtype=pl.Int64)
        return PartOutput(leaves(frame.employees, amount=amount, label_id=frame.unit_code, label_en="x"))

    found = results(scheme_of(StagePart("work", named)), PLAIN, TWO)
    assert dict(found.select("employee_id", "score_h").iter_rows()) == {1: 100, 2: 200}


def test_a_part_that_fails_for_one_unit_leaves_the_other_s_scores() -> None:
    @part("t.fails", "Perwal 1/2026")
    def fails(frame: Frame, given: object) -> PartOutput:
        if 2 in frame.employees["employee_id"].to_list():
            raise ValueError("not this one")
        return PartOutput(
            leaves(frame.employees, amount=pl.lit(100, dtype=pl.Int64), label_id="a", label_en="b")
        )

    found = results(scheme_of(StagePart("work", fails)), PLAIN, TWO)
    assert found.select("employee_id", "score_h", "state", "cause").rows() == [
        (1, 100, "final", None),
        (2, None, "provisional", "part-failed:t.fails/raised"),
    ]


def test_units_of_other_months_are_not_scored_together() -> None:
    with pytest.raises(ValueError, match="working days"):
        results(norm_minutes.SCHEME, PLAIN, [TWO[0], unit_period([employee(3)], working_days=3)])
