from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.ladder import Cause
from eperf.domain.attendance.ladder_month import Event, month_cut
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.errors import BadInput, RateUnknown, WeightsNot100
from eperf.domain.scoring import StagePart, score
from eperf.plugins.builtin.norm_minutes import SCHEME, NormMinutes
from eperf.plugins.parts import AttendanceDeduction, Bound, Ladder, Points, Step, Weigh
from eperf.testing import activity, day, employee, scored, unit_period
from tests.domain.scoring.months import RATES, scheme_of

BASIS = "Perwal 1/2026"


def points(target_h: int, stage: str = "work") -> StagePart[NormMinutes]:
    return StagePart(stage, Points(f"t.{stage}", BASIS, lambda settings: target_h))


def amounts(scheme: object, facts: object) -> list[tuple[str, str]]:
    return [(leaf["label"]["en"], leaf["amount"]) for leaf in scored(scheme, facts).trail(1)]  # type: ignore[arg-type]


def test_points_are_a_share_of_the_target_and_rounding_is_a_leaf() -> None:
    thirds = [activity(number, points=1) for number in (1, 2, 3)]
    assert amounts(scheme_of(points(900)), unit_period([employee(1)], thirds)) == [
        ("Entri data", "11.11"),
        ("Entri data", "11.11"),
        ("Entri data", "11.11"),
    ]
    sixths = [activity(number, points=1) for number in (1, 2)]
    assert amounts(scheme_of(points(600)), unit_period([employee(1)], sixths)) == [
        ("Entri data", "16.67"),
        ("Entri data", "16.67"),
        ("Rounding of the month's sum", "-0.01"),
    ]


def test_the_rounding_leaf_shows_what_it_was_computed_from() -> None:
    facts = unit_period([employee(1)], [activity(number, points=1) for number in (1, 2)])
    rounding = scored(scheme_of(points(600)), facts).trail(1)[-1]
    assert rounding["facts"] == {"sum": "2.00", "whole": "6.00", "rounding": "half_up"}
    assert rounding["evidence"] == [{"kind": "period", "id": "2026-03"}]


def test_a_bound_takes_what_is_above_and_gives_what_is_below() -> None:
    facts = unit_period([employee(1)], [activity(1, points=50)])
    cap = StagePart("work", Bound("t.cap", BASIS, "work", low_h=lambda s: 0, high_h=lambda s: 4_000))
    assert amounts(scheme_of(points(10_000), cap), facts) == [
        ("Entri data", "50.00"),
        ("Capped at 40.00", "-10.00"),
    ]
    floor = StagePart("combine", Bound("t.floor", BASIS, "total", low_h=lambda s: 6_000))
    assert amounts(scheme_of(points(10_000), floor), facts)[-1] == ("Raised to the floor of 60.00", "10.00")
    loose = StagePart(
        "combine", Bound("t.floor", BASIS, "total", low_h=lambda s: 5_000, high_h=lambda s: 5_000)
    )
    assert len(amounts(scheme_of(points(10_000), loose), facts)) == 1


LADDER = scheme_of(StagePart("attendance", Ladder("t.ladder", BASIS, lambda settings: RATES)))


@pytest.mark.parametrize(
    ("values", "cut"),
    [
        ({"late_min": 0}, []),
        ({"late_min": None}, []),
        ({"late_min": 1}, ["-0.50"]),
        ({"late_min": 30}, ["-0.50"]),
        ({"late_min": 31}, ["-1.00"]),
        ({"late_min": 60}, ["-1.00"]),
        ({"late_min": 61}, ["-1.25"]),
        ({"late_min": 600}, ["-1.25"]),
        ({"early_min": 5}, ["-0.50"]),
        ({"status": "absent"}, ["-5.00"]),
        ({"missing_taps": 1}, ["-1.50"]),
        ({"missing_taps": 2}, ["-3.00"]),
        ({"late_min": 31, "early_min": 5, "missing_taps": 1}, ["-1.00", "-0.50", "-1.50"]),
    ],
)
def test_a_day_costs_what_its_steps_say(values: dict[str, object], cut: list[str]) -> None:
    facts = unit_period([employee(1)], [], [day(date(2026, 3, 2), **values)])  # type: ignore[arg-type]
    trail = scored(LADDER, facts).trail(1)
    assert sorted(leaf["amount"] for leaf in trail) == sorted(cut)
    assert all(leaf["evidence"] == [{"kind": "day", "id": "2026-03-02"}] for leaf in trail)


def test_a_scheme_without_deduction_cuts_nothing() -> None:
    none = scheme_of(StagePart("attendance", Ladder("t.ladder", BASIS, lambda settings: None)))
    facts = unit_period([employee(1)], [], [day(date(2026, 3, 2), status="absent")])
    assert scored(none, facts).leaves.is_empty()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Step(0, Decimal(1)),
        lambda: Step(1, Decimal("1.234")),
        lambda: Step(1, Decimal(-1)),
        lambda: Step(1, Decimal("NaN")),
        lambda: AttendanceDeduction(absent=Decimal(101)),
        lambda: AttendanceDeduction(late=(Step(31, Decimal(1)), Step(1, Decimal(2)))),
        lambda: AttendanceDeduction(early=(Step(1, Decimal(1)), Step(1, Decimal(2)))),
    ],
)
def test_rates_that_make_no_ladder_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match=r"not between|minute"):
        make()  # type: ignore[operator]


STEPPED = [
    "ma-2020",
    "kementan-2012",
    "kemenkeu-2011",
    "kemenag-2014",
    "ministry-2013",
    "bgn-2025",
    "dki-2015",
]


@pytest.mark.parametrize("profile", STEPPED)
@given(late=st.integers(0, 200), early=st.integers(0, 200), taps=st.integers(0, 2), absent=st.booleans())
def test_a_regulation_s_ladder_costs_the_same_as_a_part_and_as_a_rule(
    profile: str, late: int, early: int, taps: int, absent: bool
) -> None:
    ladder = ladder_named(profile)
    rates = AttendanceDeduction.of(ladder)
    part = scheme_of(StagePart("attendance", Ladder("t.ladder", BASIS, lambda settings: rates)))
    values = {"late_min": late, "early_min": early, "missing_taps": taps}
    values |= {"status": "absent" if absent else "late"}
    facts = unit_period([employee(1)], [], [day(date(2026, 3, 2), **values)])  # type: ignore[arg-type]
    events = [
        Event(Cause.LATE, late),
        Event(Cause.EARLY, early),
        Event(Cause.MISSING_OUT, count=taps),
        Event(Cause.ABSENT, count=int(absent)),
    ]
    leaves = [Decimal(leaf["amount"]) for leaf in scored(part, facts).trail(1)]
    assert -sum(leaves) == month_cut(ladder, events).cut_pct
    assert rates.most == ladder.cap_pct


@pytest.mark.parametrize(
    ("profile", "refusal"),
    [
        ("kemenkeu-2021", RateUnknown),
        ("kemnaker-2024", BadInput),
        ("kemendikdasmen-2025", BadInput),
        ("kemenpanrb-2018", BadInput),
        ("kemenag-variant", BadInput),
    ],
)
def test_a_ladder_that_does_not_go_by_steps_of_a_day_is_refused(
    profile: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal, match=r"ladder|rate"):
        AttendanceDeduction.of(ladder_named(profile))


def test_a_weight_is_a_leaf_and_the_weighted_sum_is_rounded_once() -> None:
    facts = unit_period([employee(1)], [activity(1, points="90.03")])
    weigh = StagePart("combine", Weigh("t.weigh", BASIS, lambda settings: {"work": 80, "other": 20}))
    scheme = scheme_of(points(10_000), points(20_000, "other"), weigh)
    assert amounts(scheme, facts) == [
        ("Entri data", "90.03"),
        ("Entri data", "45.02"),
        ("Weight of 20 per cent", "-36.02"),
        ("Weight of 80 per cent", "-18.01"),
        ("Rounding of the weighted sum", "0.01"),
    ]
    assert scored(scheme, facts).scores["score_h"].to_list() == [8103]


def test_work_of_90_and_behaviour_of_80_weigh_88() -> None:
    facts = unit_period([employee(1)], [activity(1, points=72)])
    weigh = StagePart("combine", Weigh("t.weigh", BASIS, lambda settings: {"work": 80, "behaviour": 20}))
    both = scheme_of(points(8_000), points(9_000, "behaviour"), weigh)
    assert scored(both, facts).scores["score_h"].to_list() == [8800]


def test_weights_that_do_not_sum_to_100_leave_the_score_provisional() -> None:
    facts = unit_period([employee(1)], [activity(1)])
    weigh = StagePart("combine", Weigh("t.weigh", BASIS, lambda settings: {"work": 80, "other": 30}))
    result = score(scheme_of(points(100), weigh), NormMinutes(), facts)
    assert isinstance(result.failures[0].error, WeightsNot100)
    assert result.scores["score_h"].to_list() == [None]


def minutes(*norms: int | None, quantity: str = "1", **values: object) -> list[object]:
    return [
        activity(number, norm_min=norm, quantity=quantity, **values)  # type: ignore[arg-type]
        for number, norm in enumerate(norms)
    ]


@pytest.mark.parametrize(
    ("settings", "norms", "expected"),
    [
        (NormMinutes(), [3_000], 5_000),
        (NormMinutes(minutes_per_day=330), [3_630], 5_500),
        (NormMinutes(minutes_per_month=6_600), [3_300], 5_000),
        (NormMinutes(minutes_per_month=6_600), [6_600, 60], 10_000),
        (NormMinutes(minutes_per_month=6_000, cap_percent=Decimal("120.5")), [9_000], 12_050),
        (NormMinutes(), [None, 60], 100),
        (NormMinutes(), [], 0),
    ],
)
def test_norm_minutes_are_a_capped_share_of_the_months_standard(
    settings: NormMinutes, norms: list[int | None], expected: int
) -> None:
    result = scored(SCHEME, unit_period([employee(1)], minutes(*norms)), settings)  # type: ignore[arg-type]
    assert result.scores["score_h"].to_list() == [expected]


def test_the_norm_counts_not_the_time_somebody_says_it_took() -> None:
    slow, quick = (unit_period([employee(1)], minutes(45, minutes=said)) for said in (400, 1))  # type: ignore[arg-type]
    assert scored(SCHEME, slow).scores.equals(scored(SCHEME, quick).scores)


def test_a_norm_is_per_unit_of_quantity() -> None:
    facts = unit_period([employee(1)], minutes(60, quantity="2.5"))  # type: ignore[arg-type]
    assert scored(SCHEME, facts).trail(1)[0]["facts"]["counted_min"] == "150.00"


def test_parts_of_a_minute_add_up_and_are_not_rounded_away_entry_by_entry() -> None:
    facts = unit_period([employee(1)], minutes(*[30] * 10, quantity="1.25"))  # type: ignore[arg-type]
    assert scored(SCHEME, facts).scores["score_h"].to_list() == [625]


def test_a_month_without_working_days_has_no_score_and_says_so() -> None:
    result = scored(SCHEME, unit_period([employee(1)], minutes(60), working_days=0))  # type: ignore[arg-type]
    assert result.scores.row(0) == (1, None, "provisional", "no-working-days")


@pytest.mark.parametrize(
    "values",
    [
        {"minutes_per_day": 0},
        {"minutes_per_day": 1_441},
        {"minutes_per_month": 0},
        {"minutes_per_month": 44_641},
        {"cap_percent": Decimal(0)},
        {"cap_percent": Decimal("100.001")},
        {"cap_percent": Decimal("NaN")},
    ],
)
def test_a_standard_that_cannot_be_is_refused_by_name(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        NormMinutes(**values)  # type: ignore[arg-type]
