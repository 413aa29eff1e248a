from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import pytest

from eperf.domain.scoring import (
    Activity,
    Frame,
    PartOutput,
    Scheme,
    StagePart,
    leaves,
    part,
    per_activity,
    score,
)
from eperf.testing import activity, employee, scored, unit_period


@dataclass(frozen=True)
class Plain:
    per_unit: int = 100


def scheme(*stages: StagePart[Plain]) -> Scheme[Plain]:
    return Scheme("test", "1", "Uji", "Test", "Perwal 1/2026", Plain, stages)


def rule(function: Callable[[Frame, Plain], object], stage: str = "work") -> StagePart[Plain]:
    return StagePart(stage, part("test.rule", "Perwal 1/2026 pasal 1")(function))  # type: ignore[arg-type]


def each(frame: Frame, settings: Plain) -> pl.DataFrame:
    return leaves(
        frame.verified,
        amount=pl.col("quantity_h") * settings.per_unit // 100,
        label_id=pl.col("item_name"),
        label_en=pl.col("item_name"),
        evidence=("activity", pl.col("activity_id")),
    )


FACTS = unit_period(
    [employee(1), employee(2), employee(3)],
    [activity(10, quantity=2), activity(9, quantity=3), activity(11, employee_id=2, state="submitted")],
)


def test_everybody_gets_a_row_and_nobody_without_activities_gets_a_leaf() -> None:
    result = scored(scheme(rule(each)), FACTS)
    assert result.scores.rows() == [(1, 500, "final", None), (2, 0, "final", None), (3, 0, "final", None)]
    assert result.trail(3) == []
    assert result.breakdowns()["breakdown"].to_list()[1:] == ["[]", "[]"]


def test_leaves_come_in_the_natural_order_of_their_evidence() -> None:
    result = scored(scheme(rule(each)), FACTS)
    assert result.leaves["evidence_id"].to_list() == ["9", "10"]
    assert result.leaves["seq"].to_list() == [0, 1]


def test_a_leaf_tells_stage_rule_basis_and_evidence() -> None:
    assert scored(scheme(rule(each)), FACTS).trail(1)[0] == {
        "stage": "work",
        "rule": "test.rule",
        "label": {"id": "Entri data", "en": "Entri data"},
        "amount": "3.00",
        "legal_basis": "Perwal 1/2026 pasal 1",
        "evidence": [{"kind": "activity", "id": "9"}],
        "facts": {},
    }


def test_stages_run_in_their_fixed_order_and_see_what_came_before() -> None:
    seen: list[tuple[str, int]] = []

    def watch(name: str) -> Callable[[Frame, Plain], pl.DataFrame]:
        def run(frame: Frame, settings: Plain) -> pl.DataFrame:
            seen.append((name, frame.totals["total"].sum()))
            return each(frame, settings)

        return run

    order = ["combine", "work", "capacity", "attendance", "work"]
    scored(scheme(*(rule(watch(stage), stage) for stage in order)), FACTS)
    assert seen == [("capacity", 0), ("work", 500), ("work", 1000), ("attendance", 1500), ("combine", 2000)]


def test_a_part_reads_what_an_earlier_part_published() -> None:
    def publish(frame: Frame, settings: Plain) -> PartOutput:
        return PartOutput(values=frame.employees.select("employee_id", ceiling=pl.col("employee_id") * 100))

    def use(frame: Frame, settings: Plain) -> pl.DataFrame:
        return leaves(frame.value("ceiling"), amount=pl.col("ceiling"), label_id="Batas", label_en="Ceiling")

    result = scored(scheme(rule(publish, "capacity"), rule(use)), FACTS)
    assert result.scores["score_h"].to_list() == [100, 200, 300]
    assert result.trail(1)[0]["evidence"] == []


def test_a_missing_figure_is_provisional_with_its_cause_and_never_zero() -> None:
    def unknown(frame: Frame, settings: Plain) -> PartOutput:
        nobody = pl.DataFrame({"employee_id": [1], "cause": ["behaviour-not-rated"]})
        return PartOutput(leaves=each(frame, settings), missing=nobody)

    result = score(scheme(rule(unknown)), Plain(), FACTS)
    assert result.scores.row(0) == (1, None, "provisional", "behaviour-not-rated")
    assert result.scores.row(1) == (2, 0, "final", None)
    assert result.trail(1) == []
    assert not result.failures


def test_one_absurd_amount_makes_one_person_provisional_not_the_unit() -> None:
    def absurd(frame: Frame, settings: Plain) -> list[pl.DataFrame]:
        person = frame.employees.filter(pl.col("employee_id") == 2)
        odd = [pl.lit(None, dtype=pl.Int64), pl.lit(10**15, dtype=pl.Int64)]
        return [
            each(frame, settings),
            *(leaves(person, amount=one, label_id="x", label_en="x") for one in odd),
        ]

    result = score(scheme(rule(absurd)), Plain(), FACTS)
    assert result.scores.row(0) == (1, 500, "final", None)
    assert result.scores.row(1) == (2, None, "provisional", "amount-out-of-range:test.rule")


def _raise(error: BaseException) -> object:
    raise error


def _float(frame: Frame, settings: Plain) -> pl.DataFrame:
    return leaves(frame.verified, amount=pl.lit(1.5), label_id="x", label_en="x")


def _stranger(frame: Frame, settings: Plain) -> pl.DataFrame:
    rows = frame.verified.with_columns(employee_id=pl.lit(77, dtype=pl.Int64))
    return leaves(rows, amount=pl.lit(1, dtype=pl.Int64), label_id="x", label_en="x")


def _extra(frame: Frame, settings: Plain) -> pl.DataFrame:
    return each(frame, settings).with_columns(secret=pl.lit(1))


def _twice(frame: Frame, settings: Plain) -> PartOutput:
    values = frame.employees.select("employee_id", capacity=pl.lit(1, dtype=pl.Int64))
    return PartOutput(values=pl.concat([values, values]))


FAULTY: dict[str, Callable[[Frame, Plain], object]] = {
    "raised": lambda frame, settings: _raise(ValueError("no")),
    "raised ": lambda frame, settings: _raise(SystemExit(3)),
    "raised  ": lambda frame, settings: _raise(BaseException("anything")),
    "raised   ": lambda frame, settings: frame.value("nobody published this"),
    "raised    ": lambda frame, settings: frame.employees.select("no such column"),
    "wrong-type": lambda frame, settings: [{"amount": 1}],
    "wrong-type ": lambda frame, settings: PartOutput(missing="all"),  # type: ignore[arg-type]
    "wrong-dtype": _float,
    "wrong-dtype ": lambda frame, settings: PartOutput(
        values=frame.employees.select("employee_id", capacity=pl.lit(0.5))
    ),
    "wrong-dtype  ": lambda frame, settings: each(frame, settings).with_columns(facts=pl.lit("{")),
    "wrong-column": _extra,
    "wrong-column ": lambda frame, settings: each(frame, settings).drop("label_en"),
    "wrong-column  ": _twice,
    "wrong-column   ": lambda frame, settings: PartOutput(missing=frame.employees),
    "null": lambda frame, settings: each(frame, settings).with_columns(
        label_id=pl.lit(None, dtype=pl.String)
    ),
    "stranger": _stranger,
}


@pytest.mark.parametrize("code", FAULTY)
def test_a_part_that_fails_leaves_the_unit_provisional_and_names_itself(code: str) -> None:
    ran_after = []
    after = rule(lambda frame, settings: ran_after.append(1) or PartOutput(), "combine")
    result = score(scheme(rule(each), rule(FAULTY[code]), after), Plain(), FACTS)
    assert result.scores["state"].unique().to_list() == ["provisional"]
    assert result.scores["score_h"].null_count() == 3
    assert result.scores["cause"].unique().to_list() == [f"part-failed:test.rule/{code.strip()}"]
    assert result.leaves.is_empty()
    assert result.failures[0].rule_id == "test.rule"
    assert result.failures[0].error is not None
    assert not ran_after


def test_a_value_cannot_be_published_twice() -> None:
    def publish(frame: Frame, settings: Plain) -> PartOutput:
        return PartOutput(values=frame.employees.select("employee_id", capacity=pl.lit(1, dtype=pl.Int64)))

    result = score(scheme(rule(publish), rule(publish)), Plain(), FACTS)
    assert result.failures[0].cause == "part-failed:test.rule/value-twice"


def test_an_interrupt_by_the_operator_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        score(scheme(rule(lambda frame, settings: _raise(KeyboardInterrupt()))), Plain(), FACTS)


def test_a_part_that_changes_its_input_changes_only_its_own_copy() -> None:
    before = FACTS.input_digest

    def vandal(frame: Frame, settings: Plain) -> PartOutput:
        for rows in (frame.activities, frame.verified, frame.employees, frame.days, frame.totals):
            for name in rows.columns:
                rows.drop_in_place(name)
        frame.activities["quantity_h"][0] = 1
        frame.totals[0, "total"] = 10**9
        return PartOutput()

    result = scored(scheme(rule(vandal), rule(each)), FACTS)
    assert result.scores["score_h"].to_list() == [500, 0, 0]
    assert unit_period().__class__(*_fields()).input_digest == before


def _fields() -> tuple[object, ...]:
    one = FACTS
    return (
        one.unit_id,
        one.unit_code,
        one.period,
        one.working_days,
        one.employees,
        one.activities,
        one.days,
    )


def test_a_rule_per_activity_counts_what_it_visited() -> None:
    @per_activity("test.each", "Perwal 1/2026")
    def simple(activity: Activity, settings: Plain) -> int:
        return activity.quantity_h * settings.per_unit // 100

    result = scored(scheme(StagePart("work", simple)), FACTS)
    assert result.scores["score_h"].to_list() == [500, 0, 0]
    assert result.costs[0].looped == 2
    assert result.costs[0].nanoseconds > 0
    assert scored(scheme(rule(each)), FACTS).costs[0].looped == 0


@pytest.mark.parametrize("value", [1.5, True, None, "3", Decimal(1)])
def test_a_rule_per_activity_must_return_whole_hundredths(value: object) -> None:
    odd = per_activity("test.each", "Perwal 1/2026")(lambda activity, settings: value)  # type: ignore[arg-type, return-value]
    result = score(scheme(StagePart("work", odd)), Plain(), FACTS)
    assert result.failures[0].cause == "part-failed:test.each/raised"
    assert "integer hundredths" in str(result.failures[0].error)


def test_settings_of_another_scheme_are_refused() -> None:
    with pytest.raises(TypeError, match="Plain"):
        score(scheme(rule(each)), 3, FACTS)  # type: ignore[arg-type]


@dataclass(frozen=True)
class WithFloat:
    rates: tuple[float, ...] = ()


@dataclass
class NotFrozen:
    target: int = 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "Points"}, "lower case"),
        ({"name": "points\n"}, "lower case"),
        ({"parts": ()}, "no parts"),
        ({"settings": WithFloat}, "WithFloat.rates is a float"),
        ({"settings": NotFrozen}, "not frozen"),
        ({"settings": dict}, "not a dataclass"),
    ],
)
def test_a_scheme_that_is_not_well_formed_is_refused_with_the_reason(
    changes: dict[str, object], why: str
) -> None:
    good = {
        "name": "test",
        "version": "1",
        "title_id": "Uji",
        "title_en": "Test",
        "legal_basis": "Perwal",
        "settings": Plain,
        "parts": (rule(each),),
    }
    Scheme(**good)  # type: ignore[arg-type]
    with pytest.raises((ValueError, TypeError), match=why):
        Scheme(**good | changes)  # type: ignore[arg-type]


def test_a_stage_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="bonus"):
        rule(each, "bonus")
