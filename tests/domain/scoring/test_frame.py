from __future__ import annotations

import dataclasses
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring import ACTIVITIES, DAYS, EMPLOYEES, Frame, UnitPeriod
from eperf.testing import activity, behaviour, day, employee, predikat, target, unit_period
from tests.domain.scoring.months import months
from tests.support.examples import examples


def month(**tables: pl.DataFrame) -> UnitPeriod:
    good = unit_period([employee(1), employee(2)], [activity(1)], [day(date(2026, 3, 2))])
    given_tables = {"employees": good.employees, "activities": good.activities, "days": good.days} | tables
    return UnitPeriod(1, "U-1", YearMonth(2026, 3), 20, **given_tables)


def changed(rows: pl.DataFrame, **values: object) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(value).cast(rows.schema[name]).alias(name) for name, value in values.items()
    )


GOOD = month()


@pytest.mark.parametrize(
    ("field", "tables"),
    [
        ("employees.employee_id", {"employees": pl.concat([GOOD.employees, GOOD.employees])}),
        ("employees.group", {"employees": GOOD.employees.drop("group")}),
        ("employees.salary", {"employees": GOOD.employees.with_columns(salary=pl.lit(1))}),
        ("employees.job_class", {"employees": GOOD.employees.cast({"job_class": pl.Float64})}),
        ("employees.employee_id", {"employees": changed(GOOD.employees, employee_id=None)}),
        ("activities.activity_id", {"activities": pl.concat([GOOD.activities, GOOD.activities])}),
        ("activities.employee_id", {"activities": changed(GOOD.activities, employee_id=99)}),
        ("activities.date", {"activities": changed(GOOD.activities, date=date(2026, 4, 1))}),
        ("activities.quantity_h", {"activities": changed(GOOD.activities, quantity_h=-1)}),
        ("activities.quantity_h", {"activities": changed(GOOD.activities, quantity_h=10**9 + 1)}),
        (
            "activities.points_per_unit_h",
            {"activities": changed(GOOD.activities, points_per_unit_h=10**7 + 1)},
        ),
        ("activities.unit_size_h", {"activities": changed(GOOD.activities, unit_size_h=0)}),
        ("activities.minutes", {"activities": changed(GOOD.activities, minutes=None)}),
        ("activities.state", {"activities": changed(GOOD.activities, state="approved")}),
        ("activities.fraction_policy", {"activities": changed(GOOD.activities, fraction_policy="half")}),
        ("days.employee_id", {"days": changed(GOOD.days, employee_id=3)}),
        ("days.date", {"days": pl.concat([GOOD.days, GOOD.days])}),
        ("days.late_min", {"days": changed(GOOD.days, late_min=-1)}),
        ("days", {"days": GOOD.days.lazy()}),
    ],
)
def test_a_fact_that_does_not_fit_is_refused_by_table_and_column(
    field: str, tables: dict[str, pl.DataFrame]
) -> None:
    with pytest.raises(ScoringFrameInvalid) as refusal:
        month(**tables)
    assert refusal.value.field == field
    assert field in refusal.value.message("id")


@pytest.mark.parametrize("days", [-1, 32])
def test_a_month_has_no_more_working_days_than_days(days: int) -> None:
    with pytest.raises(ScoringFrameInvalid, match="working_days"):
        unit_period([employee(1)], working_days=days)


def test_what_cannot_be_known_may_be_missing() -> None:
    odd = day(date(2026, 3, 2), late_min=None, early_min=None, worked_min=None)
    assert unit_period([employee(1)], [activity(1, norm_min=None)], [odd]).days["late_min"].to_list() == [
        None
    ]


def test_an_empty_unit_is_a_unit() -> None:
    empty = UnitPeriod(
        1,
        "U-1",
        YearMonth(2026, 2),
        20,
        pl.DataFrame(schema=EMPLOYEES),
        pl.DataFrame(schema=ACTIVITIES),
        pl.DataFrame(schema=DAYS),
    )
    assert empty.input_digest.startswith("sha256:")


def test_a_batch_refuses_somebody_who_is_not_of_the_unit() -> None:
    with pytest.raises(ScoringFrameInvalid, match="99"):
        GOOD.only([1, 99])


def test_the_digest_of_a_known_month_is_the_same_for_ever() -> None:
    known = unit_period(
        [employee(2, nip="198001012006041001", job_class=7), employee(1, group="Ahli\tMuda\\N\n")],
        [activity(5, name="Rapat “dinas”", quantity="2.5", norm_min=45), activity(4, state="returned")],
        [day(date(2026, 3, 2), late_min=None)],
    )
    assert known.input_digest == "sha256:f5883190efece6fcda4cb30b565c451091af0498b66e0979c56a251c6562eb9a"


def test_targets_behaviour_and_predikat_are_in_the_digest_of_whose_they_are() -> None:
    facts = [(), ([target(1)],), ([target(1, realised=3)],), ((), [behaviour("loyal", 4)])]
    facts += [((), [behaviour("loyal", None)]), ((), (), [predikat("baik")]), ((), (), [predikat("kurang")])]
    people = [employee(1), employee(2)]
    months = [unit_period(people, (), (), *one) for one in facts]  # type: ignore[misc]
    assert len({one.input_digest for one in months}) == len(months)
    assert len({one.input_digests[1] for one in months}) == len(months)
    assert len({one.input_digests[2] for one in months}) == 1
    assert months[1].only([2]).targets.is_empty()
    assert Frame(months[1], months[1].employees).targets.equals(months[1].targets)


OF_APPRAISAL = unit_period([employee(1)], (), (), [target(1)], [behaviour("loyal", 4)], [predikat("baik")])


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("targets.employee_id", {"employee_id": 2}),
        ("targets.target_h", {"target_h": 0}),
        ("targets.aspect", {"aspect": "beauty"}),
        ("targets.kind", {"kind": "other"}),
        ("targets.period", {"period": "2026-Q1"}),
        ("targets.realised_through", {"realised_through": "2026"}),
        ("targets.realised_h", {"realised_h": -1}),
        ("behaviour.score_h", {"score_h": 501}),
        ("behaviour.score_h", {"state": "too_few"}),
        ("behaviour.score_h", {"lowest_h": 500}),
        ("behaviour.state", {"state": "some"}),
        ("behaviour.known_on", {"known_on": None}),
        ("predikat.predikat", {"predikat": "istimewa"}),
        ("predikat.work", {"work": "high"}),
        ("predikat.period", {"period": "2026Q5"}),
    ],
)
def test_a_fact_of_appraisal_that_does_not_fit_is_refused(field: str, values: dict[str, object]) -> None:
    table = field.partition(".")[0]
    rows = changed(getattr(OF_APPRAISAL, table), **values)
    with pytest.raises(ScoringFrameInvalid) as refusal:
        dataclasses.replace(OF_APPRAISAL, **{table: rows})
    assert refusal.value.field == field


def test_what_a_superior_did_not_say_may_be_missing_and_is_no_zero() -> None:
    facts = unit_period((), (), (), [target(1)], [behaviour("loyal", None)], [predikat("baik")])
    assert facts.targets["realised_h"].to_list() == [None]
    assert facts.behaviour["score_h"].to_list() == [None]
    assert facts.predikat["work"].to_list() == [None]


@given(facts=months(), data=st.data())
@examples(21)
def test_any_changed_value_changes_the_digest(facts: UnitPeriod, data: st.DataObject) -> None:
    if facts.activities.is_empty():
        return
    row = data.draw(st.integers(0, facts.activities.height - 1))
    column = data.draw(st.sampled_from(["minutes", "quantity_h", "norm_min", "item_name", "item_code"]))
    value = facts.activities[row, column]
    other = f"{value}\\" if isinstance(value, str) else (value or 0) + 1
    activities = facts.activities.clone()
    activities[row, column] = other
    changed_facts = UnitPeriod(
        facts.unit_id,
        facts.unit_code,
        facts.period,
        facts.working_days,
        facts.employees,
        activities,
        facts.days,
    )
    assert changed_facts.input_digest != facts.input_digest


@given(st.lists(st.text(st.sampled_from("\\\t\n\rNn|a"), max_size=4) | st.none(), min_size=2, max_size=2))
def test_no_text_can_look_like_two_values_or_like_a_missing_one(texts: list[str | None]) -> None:
    one = unit_period([employee(1, nip=texts[0], position_code=texts[1])])
    other = unit_period([employee(1, nip=texts[1], position_code=texts[0])])
    assert (one.input_digest == other.input_digest) == (texts[0] == texts[1])


@given(facts=months())
@examples(14)
def test_a_persons_digest_is_that_of_a_batch_with_nobody_else(facts: UnitPeriod) -> None:
    alone = {one: facts.only([one]).input_digest for one in facts.employees["employee_id"]}
    assert facts.input_digests == alone
    assert len(set(alone.values())) == len(alone)


def test_unit_period_and_working_days_are_part_of_the_digest() -> None:
    facts = [
        unit_period([employee(1)]),
        unit_period([employee(1)], working_days=19),
        unit_period([employee(1)], unit_id=2),
        unit_period([employee(1)], unit_code="U-2"),
        unit_period([employee(1)], period=YearMonth(2026, 4)),
    ]
    assert len({one.input_digest for one in facts}) == len(facts)
