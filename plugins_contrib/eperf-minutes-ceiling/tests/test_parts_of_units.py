"""The scheme on a month of columns beside the rule on plain values, where quantities are no whole units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from eperf.testing import activity, day, employee, scored, unit_period
from eperf_minutes_ceiling.rules import Activities, work_activity
from eperf_minutes_ceiling.scheme import SCHEME
from eperf_minutes_ceiling.settings import CeilingSettings

CHOSEN = CeilingSettings(absent_min=300, leave_min=150, reducer_basis="Pergub contoh 1/2026 pasal 4")
ON = date(2026, 3, 1)
DONE = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 4_000)), max_size=8)
"""Norm in minutes and hundredths of a unit."""


@given(done=DONE, working_days=st.integers(1, 31))
def test_a_month_of_parts_of_units_scores_what_the_rule_says(
    done: list[tuple[int, int]], working_days: int
) -> None:
    volumes = [(norm, Decimal(quantity) / 100) for norm, quantity in done]
    told = [
        activity(number, norm_min=norm, quantity=str(volume)) for number, (norm, volume) in enumerate(volumes)
    ]
    facts = unit_period([employee(1)], told, [day(ON)], working_days=working_days)
    rule = work_activity(working_days, [Activities(Decimal(norm), volume) for norm, volume in volumes], 0, ON)
    assert scored(SCHEME, facts, CHOSEN).scores["score_h"].item() == rule.score_pct * 100
