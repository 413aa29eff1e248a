"""The shelf's parts on targets, behaviour, predikat and a regulation's ladder, against plain exact arithmetic."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.scoring import Scored, StagePart, half_up, score
from eperf.domain.scoring.deciding import Deciding
from eperf.plugins import YearMonth
from eperf.plugins.builtin.norm_minutes import NormMinutes
from eperf.plugins.parts import (
    Achievement,
    Behaviour,
    Dimension,
    Factor,
    Full,
    LadderOf,
    Needs,
    PredikatPays,
    Scale,
    WeighOf,
    check_dimensions,
    check_factors,
)
from eperf.plugins.rules import Predikat
from eperf.testing import behaviour, day, employee, predikat, scored, target, unit_period
from tests.domain.scoring.months import scheme_of
from tests.support.examples import examples

BASIS = "Perwal 1/2026"
NOW = "2026-03"
ASPECTS = ("quantity", "quality", "time", "cost")


def run(
    *parts: StagePart[NormMinutes], targets: Any = (), rated: Any = (), told: Any = (), days: Any = ()
) -> Scored:
    facts = unit_period([employee(1)], (), days, targets, rated, told)
    return scored(scheme_of(*parts), facts)


def only(found: Scored) -> tuple[Any, ...]:
    return found.scores.select("score_h", "cause").row(0)


@pytest.mark.parametrize(
    ("word", "march", "january"),
    [
        (Deciding.MONTH, "2026-03", "2026-01"),
        (Deciding.PREVIOUS_MONTH, "2026-02", "2025-12"),
        (Deciding.QUARTER, "2026Q1", "2026Q1"),
        (Deciding.PREVIOUS_QUARTER, "2025Q4", "2025Q4"),
        (Deciding.YEAR, "2026", "2026"),
        (Deciding.PREVIOUS_YEAR, "2025", "2025"),
    ],
)
def test_every_word_names_the_period_that_decides(word: Deciding, march: str, january: str) -> None:
    assert word.period(YearMonth(2026, 3)) == march
    assert word.period(YearMonth(2026, 1)) == january


def test_a_month_after_the_first_has_the_month_before_it() -> None:
    assert [Deciding.PREVIOUS_MONTH.period(YearMonth(2026, month)) for month in range(2, 13)] == [
        f"2026-{month:02d}" for month in range(1, 12)
    ]


def test_everybody_begins_at_a_hundred_and_nobody_without_what_is_needed() -> None:
    full = StagePart("attendance", Full("t.full", BASIS))
    assert only(run(full)) == (10_000, None)
    needs = StagePart("capacity", Needs("t.needs", BASIS))
    assert only(run(needs, full)) == (None, "attendance-missing")
    assert only(run(needs, full, days=[day(date(2026, 3, 2))])) == (10_000, None)
    assert only(run(needs, full, days=[day(date(2026, 3, 2), status="open")])) == (None, "attendance-missing")
    targets = Needs("t.plan", BASIS, "plan-missing", lambda frame: frame.targets)
    assert only(run(StagePart("capacity", targets), full)) == (None, "plan-missing")


def achieved(**changes: Any) -> StagePart[NormMinutes]:
    return StagePart("work", Achievement("t.work", BASIS, lambda settings: Deciding.MONTH, **changes))


TARGET = st.tuples(
    st.integers(1, 100_000), st.integers(0, 200_000), st.integers(1, 10_000), st.sampled_from(ASPECTS)
)


@given(rows=st.lists(TARGET, min_size=1, max_size=8), weighted=st.booleans())
@examples(21)
def test_reached_is_the_exact_mean_rounded_once(
    rows: list[tuple[int, int, int, str]], weighted: bool
) -> None:
    plan = [
        target(
            number,
            period=NOW,
            aspect=aspect,
            target=str(Decimal(wanted) / 100),
            realised=str(Decimal(reached) / 100),
            weight=str(Decimal(weight) / 100) if weighted else None,
        )
        for number, (wanted, reached, weight, aspect) in enumerate(rows)
    ]
    shares = [(Fraction(reached, wanted), weight if weighted else 1) for wanted, reached, weight, _ in rows]
    mean = sum(share * weight for share, weight in shares) / sum(weight for _, weight in shares)
    assert only(run(achieved(), targets=plan)) == (half_up(mean * 10_000), None)


@given(rows=st.lists(TARGET, min_size=4, max_size=10), split=st.integers(0, 100))
@examples(14)
def test_aspects_weigh_what_the_rule_says_and_factors_go_by_the_exact_ratio(
    rows: list[tuple[int, int, int, str]], split: int
) -> None:
    weights = {"quantity": split, "quality": 100 - split}
    table = (
        Factor(Decimal(0), Decimal(0)),
        Factor(Decimal("33.33"), Decimal("50.5")),
        Factor(Decimal(100), Decimal(120)),
    )
    plan, found = [], {name: [] for name, weight in weights.items() if weight}  # type: ignore[var-annotated]
    for number, (wanted, reached, _, aspect) in enumerate(rows):
        plan.append(
            target(
                number, period=NOW, aspect=aspect,
                target=str(Decimal(wanted) / 100), realised=str(Decimal(reached) / 100),
            )
        )  # fmt: skip
        share = Fraction(reached, wanted) * 100
        counts = [factor.counts_pct for factor in table if share >= Fraction(factor.from_pct)][-1]
        if aspect in found:
            found[aspect].append(Fraction(counts))
    part = achieved(weights=lambda settings: weights, factors=lambda settings: dict.fromkeys(weights, table))
    if not all(found.values()):
        assert only(run(part, targets=plan)) == (None, f"targets-missing:{NOW}")
        return
    mean = sum(weights[name] * sum(values) / len(values) for name, values in found.items()) / 100
    assert only(run(part, targets=plan)) == (half_up(mean * 100), None)


@pytest.mark.parametrize(
    ("plan", "cause"),
    [
        ([], f"targets-missing:{NOW}"),
        ([target(1, period="2026-02", realised=1)], f"targets-missing:{NOW}"),
        ([target(1, period=NOW, kind="additional", realised=1)], f"targets-missing:{NOW}"),
        ([target(1, period=NOW), target(2, period=NOW, realised=1)], f"realisation-missing:{NOW}"),
        (
            [target(1, period=NOW, realised=1, weight=1), target(2, period=NOW, realised=1)],
            "weights-incomplete",
        ),
        ([target(1, period=NOW, realised=1, weight=0)], "weights-incomplete"),
    ],
)
def test_a_plan_that_is_not_whole_has_a_cause(plan: list[Any], cause: str) -> None:
    assert only(run(achieved(), targets=plan)) == (None, cause)


def test_a_target_has_a_leaf_of_its_own_and_the_mean_cites_the_month() -> None:
    plan = [
        target(1, period=NOW, title="Satu", realised=50),
        target(2, period=NOW, title="Dua", realised=100),
    ]
    found = run(achieved(), targets=plan)
    assert [
        (leaf["label"]["id"], leaf["amount"], leaf["evidence"][0]["kind"]) for leaf in found.trail(1)
    ] == [
        ("Rata-rata sasaran", "-75.00", "period"),
        ("Satu", "50.00", "target"),
        ("Dua", "100.00", "target"),
    ]
    assert found.costs[0].looped == 2


def rated_by(scale: Scale, *dimensions: Dimension) -> StagePart[NormMinutes]:
    made = Behaviour(
        "t.behaviour",
        BASIS,
        lambda settings: dimensions,
        lambda settings: scale,
        lambda settings: Deciding.MONTH,
    )
    return StagePart("behaviour", made)


@given(
    ratings=st.lists(st.tuples(st.integers(100, 500), st.integers(1, 9)), min_size=1, max_size=6),
    scale=st.sampled_from(Scale),
)
@examples(21)
def test_behaviour_is_the_exact_weighted_mean_rounded_once(
    ratings: list[tuple[int, int]], scale: Scale
) -> None:
    dimensions = [Dimension(f"d{number}", weight) for number, (_, weight) in enumerate(ratings)]
    rows = [
        behaviour(f"d{number}", str(Decimal(score_h) / 100)) for number, (score_h, _) in enumerate(ratings)
    ]
    rows.append(behaviour("another", 5))
    low = 100 if scale is Scale.ABOVE_LOWEST else 0
    part = sum(Fraction(score_h - low, 500 - low) * weight for score_h, weight in ratings)
    expected = half_up(part / sum(weight for _, weight in ratings) * 10_000)
    assert only(run(rated_by(scale, *dimensions), rated=rows)) == (expected, None)


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([], f"behaviour-missing:{NOW}"),
        ([behaviour("a", 5)], f"behaviour-missing:{NOW}"),
        ([behaviour("a", 5), behaviour("b", None)], f"behaviour-missing:{NOW}"),
        ([behaviour("a", 5), behaviour("b", 5, period="2026-02")], f"behaviour-missing:{NOW}"),
        ([behaviour("a", 5), behaviour("b", 50, highest=100)], "behaviour-scales-differ"),
    ],
)
def test_a_rating_that_is_not_whole_has_a_cause(rows: list[Any], cause: str) -> None:
    part = rated_by(Scale.OF_HIGHEST, Dimension("a"), Dimension("b"))
    assert only(run(part, rated=rows)) == (None, cause)


def test_a_predikat_pays_its_rate_and_a_missing_one_is_said() -> None:
    rates = {word: Decimal(100 - 10 * number) for number, word in enumerate(Predikat)}
    part = PredikatPays("t.predikat", BASIS, lambda settings: Deciding.YEAR, lambda settings, month: rates)
    found = run(
        StagePart("work", part), told=[predikat("kurang", period="2026"), predikat("baik", period="2025")]
    )
    assert only(found) == (7_000, None)
    assert found.trail(1)[0]["facts"] == {"decided_on": "2026-01-10", "predikat": "kurang"}
    assert only(run(StagePart("work", part))) == (None, "predikat-missing:2026")


def test_a_ladder_of_a_regulation_is_the_row_of_the_month() -> None:
    part = StagePart("attendance", LadderOf("t.ladder", BASIS, lambda settings: "kementan-2012"))
    late = [day(date(2026, 3, 2), status="late", late_min=92)]
    assert only(run(part, days=late)) == (-200, None)
    early = unit_period([employee(1)], (), [day(date(2011, 3, 2))], period=YearMonth(2011, 3))
    found = score(scheme_of(part), NormMinutes(), early)
    assert found.scores["cause"].to_list() == ["part-failed:t.ladder/raised"]


def test_weights_may_hang_on_the_month() -> None:
    weigh = WeighOf(
        "t.weigh", BASIS, lambda settings, month: {"attendance": 100 if month.month == 3 else 50, "work": 0}
    )
    full = StagePart("attendance", Full("t.full", BASIS))
    assert only(run(full, StagePart("combine", weigh))) == (10_000, None)
    april = unit_period([employee(1)], period=YearMonth(2026, 4))
    refused = score(scheme_of(full, StagePart("combine", weigh)), NormMinutes(), april)
    assert refused.failures[0].rule_id == "t.weigh"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Factor(Decimal("NaN"), Decimal(0)),
        lambda: Factor(Decimal(0), Decimal(10_001)),
        lambda: check_factors("table", (Factor(Decimal(0), Decimal(0)),) * 2),
        lambda: check_factors("table", (Factor(Decimal(5), Decimal(0)),)),
        lambda: Dimension(""),
        lambda: Dimension("a", 1_001),
        lambda: check_dimensions("dimensions", ()),
    ],
)
def test_settings_of_the_shelf_that_cannot_be_are_refused(make: Any) -> None:
    with pytest.raises(ValueError, match=r"pct|table|name|weight|dimensions"):
        make()
