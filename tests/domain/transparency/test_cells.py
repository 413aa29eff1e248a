from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NotInForce
from eperf.domain.transparency.breach import breach_deadline, restriction_deadline
from eperf.domain.transparency.cells import (
    count_hidden,
    counts_hidden,
    published_mean,
    rate_published,
    total_published,
)
from eperf.domain.transparency.fields import PUBLIC_FIELDS, is_public
from eperf.domain.transparency.retention import RETENTIONS, AtTheEnd, retention
from eperf.domain.transparency.rules import SuppressionRule, suppression_rule

shares = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
contributions = st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=8)


@given(st.integers(0, 1000), st.integers(1, 50))
def test_a_count_is_shown_from_the_bound_on_and_stays_shown_above_it(count: int, least: int) -> None:
    assert count_hidden(count, least) is (count < least)


def test_what_is_not_known_is_hidden() -> None:
    assert counts_hidden([None, 0, 6], 6) == [True, True, False]


@given(shares, st.integers(1, 50))
def test_a_rate_depends_on_its_base_and_on_not_telling_about_everybody(
    share: tuple[int, int], least: int
) -> None:
    numerator, base = share
    assert rate_published(numerator, base, least) is (base >= least and 0 < numerator < base)
    assert rate_published(numerator, base, least, hide_full_share=False) is (base >= least)


@given(shares, st.integers(1, 50))
def test_a_rate_is_published_exactly_when_its_opposite_is(share: tuple[int, int], least: int) -> None:
    numerator, base = share
    assert rate_published(numerator, base, least) is rate_published(base - numerator, base, least)


@given(contributions, st.randoms(use_true_random=False), st.integers(1, 1000))
def test_dominance_knows_neither_order_nor_scale(parts: list[Decimal], random: object, scale: int) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total_published(parts) is total_published([part * scale for part in shuffled])


def test_a_total_of_one_person_is_hidden_and_one_of_nobody_is_none() -> None:
    assert not total_published([Decimal(5)])
    assert not total_published([])
    assert total_published([Decimal(80), Decimal(20)])
    assert not total_published([Decimal("80.01"), Decimal("19.99")])


def test_a_mean_needs_enough_values_and_is_rounded_half_up() -> None:
    values = [Decimal(1)] * 3 + [Decimal(2)] * 3
    assert published_mean(values, 6) == 2
    assert published_mean(values, 6, 1) == Decimal("1.5")
    assert published_mean(values[1:], 6) is None


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: count_hidden(-1, 6), "count"),
        (lambda: count_hidden(3, 0), "min_publishable"),
        (lambda: rate_published(7, 6, 6), "numerator"),
        (lambda: rate_published(-1, 6, 6), "numerator"),
        (lambda: rate_published(0, -6, 6), "denominator"),
        (lambda: published_mean([], 6, 3), "decimals"),
        (lambda: SuppressionRule(date(2026, 1, 1), None, "x", min_publishable=0), "min_publishable"),
        (lambda: SuppressionRule(date(2026, 1, 1), None, "x", min_publishable=11), "min_publishable"),
        (lambda: SuppressionRule(date(2026, 1, 1), None, "x", dominance_pct=Decimal(101)), "dominance_pct"),
        (lambda: breach_deadline(datetime(2026, 3, 2, 9)), "discovered_at"),
    ],
)
def test_impossible_figures_are_refused_by_name(call: object, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        call()  # type: ignore[operator]
    assert refusal.value.field == field


def test_sensitive_topics_need_more() -> None:
    rule = suppression_rule(date(2026, 3, 1))
    assert (rule.least(), rule.least(sensitive=True)) == (6, 10)


def test_before_the_act_there_was_no_rule() -> None:
    with pytest.raises(NotInForce):
        suppression_rule(date(2008, 4, 29))
    with pytest.raises(NotInForce):
        breach_deadline(datetime(2022, 10, 16, 12, tzinfo=UTC))


@given(
    st.datetimes(datetime(2023, 1, 1), datetime(2060, 1, 1)),
    st.integers(-12, 14),
)
def test_a_breach_has_72_running_hours_in_any_zone(moment: datetime, hours: int) -> None:
    found = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert breach_deadline(found) - found == timedelta(hours=72)
    assert breach_deadline(found).utcoffset() == found.utcoffset()
    assert restriction_deadline(found) - found == timedelta(hours=72)


def test_what_nobody_decided_about_is_not_public() -> None:
    assert not is_public("shoe_size")
    assert {field.name for field in PUBLIC_FIELDS if is_public(field.name)} == {
        "service_output", "unit_ej", "staff_count", "share_reaching_target", "decrees_signed",
        "median_signing_days",
    }  # fmt: skip


def test_coordinates_are_reduced_after_ninety_days_and_annual_reports_stay() -> None:
    row = retention("coordinates", date(2026, 3, 1))
    assert (row.until(date(2026, 3, 1)), row.end) == (date(2026, 5, 30), AtTheEnd.REDUCE)
    assert retention("monthly_report", date(2026, 3, 1)).until(date(2024, 2, 29)) == date(2026, 3, 1)
    assert retention("annual_report", date(2026, 3, 1)).until(date(2024, 2, 29)) is None


@given(st.dates(date(2017, 1, 1), date(2090, 1, 1)), st.sampled_from(RETENTIONS))
def test_nothing_is_gone_before_it_was_made_and_later_data_is_kept_longer(day: date, row: object) -> None:
    until = row.until(day)  # type: ignore[attr-defined]
    later = row.until(day + timedelta(days=1))  # type: ignore[attr-defined]
    assert until is None or day < until <= later


def test_a_kind_without_a_schedule_is_refused() -> None:
    with pytest.raises(BadInput, match="selfies"):
        retention("selfies", date(2026, 3, 1))
