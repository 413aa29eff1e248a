"""Random units and months for the laws of scoring."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import polars as pl
from hypothesis import strategies as st

from eperf.domain.scoring import Scheme, StagePart, UnitPeriod
from eperf.plugins.builtin import norm_minutes
from eperf.plugins.parts import AttendanceDeduction, Bound, Ladder, Points, Step, Weigh
from eperf.testing import activity, day, employee, unit_period
from eperf.testing.unit_period import MARCH

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TWO_DECIMALS = st.integers(0, 20_000).map(lambda hundredth: Decimal(hundredth) / 100)
STATES = st.sampled_from(["verified", "verified", "verified", "submitted", "returned", "rejected", "draft"])


@st.composite
def months(draw: st.DrawFn) -> UnitPeriod:
    """A unit of up to five people with up to twenty activities and ten days, some of them odd."""
    people = draw(st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True))
    ids = draw(st.lists(st.integers(1, 10_000), max_size=20, unique=True))
    activities = [
        activity(
            number,
            employee_id=draw(st.sampled_from(people)),
            on=MARCH.first + timedelta(days=draw(st.integers(0, 30))),
            name=draw(TEXT),
            quantity=draw(TWO_DECIMALS),
            points=draw(TWO_DECIMALS),
            unit_size=draw(st.sampled_from([1, 10, 7, "0.5"])),
            norm_min=draw(st.none() | st.integers(0, 600)),
            fraction_policy=draw(st.sampled_from(["proportional", "whole_units"])),
            state=draw(STATES),
        )
        for number in ids
    ]
    dates = draw(st.lists(st.tuples(st.sampled_from(people), st.integers(0, 30)), max_size=10, unique=True))
    days = [
        day(
            MARCH.first + timedelta(days=offset),
            employee_id=person,
            status=draw(st.sampled_from(["present", "absent", "late"])),
            late_min=draw(st.none() | st.integers(0, 200)),
            early_min=draw(st.none() | st.integers(0, 200)),
            missing_taps=draw(st.integers(0, 2)),
        )
        for person, offset in dates
    ]
    return unit_period(
        [employee(one) for one in people], activities, days, working_days=draw(st.sampled_from([0, 1, 20]))
    )


RATES = AttendanceDeduction(
    absent=Decimal(5),
    missing_tap=Decimal("1.5"),
    late=(Step(1, Decimal("0.5")), Step(31, Decimal(1)), Step(61, Decimal("1.25"))),
    early=(Step(1, Decimal("0.5")),),
    most=Decimal(30),
)


def scheme_of(*parts: StagePart[norm_minutes.NormMinutes]) -> Scheme[norm_minutes.NormMinutes]:
    """A scheme for a test; its settings play no part."""
    return Scheme("test", "1", "Uji", "Test", "Perwal 1/2026", norm_minutes.NormMinutes, parts)


WEIGHED = scheme_of(
    StagePart("work", Points("t.points", "Perwal 1/2026", lambda settings: 33_300)),
    StagePart("work", Bound("t.cap", "Perwal 1/2026", "work", high_h=lambda settings: 12_000)),
    StagePart("other", Points("t.other", "Perwal 1/2026", lambda settings: 70_000)),
    StagePart("attendance", Ladder("t.ladder", "Perwal 1/2026", lambda settings: RATES)),
    StagePart("attendance", Bound("t.most", "Perwal 1/2026", "attendance", low_h=lambda settings: -3_000)),
    StagePart("combine", Weigh("t.weigh", "Perwal 1/2026", lambda settings: {"work": 80, "other": 20})),
    StagePart("combine", Bound("t.floor", "Perwal 1/2026", "total", low_h=lambda settings: 0)),
)
"""Every shelf part at once."""

SCHEMES = [norm_minutes.SCHEME, WEIGHED]


def without(facts: UnitPeriod, activity_id: int) -> UnitPeriod:
    """The same month as if one activity had never been reported."""
    rest = facts.activities.filter(pl.col("activity_id") != activity_id)
    return UnitPeriod(
        facts.unit_id, facts.unit_code, facts.period, facts.working_days, facts.employees, rest, facts.days
    )
