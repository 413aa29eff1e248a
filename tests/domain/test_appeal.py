"""Appeals: their days, who may answer, and the leaf that says the same afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from eperf.domain.appeal import (
    AppealDays,
    Remedy,
    evidence_of,
    leaf_at,
    require_fitting,
    require_free,
    require_in_time,
    twin_of,
)
from eperf.domain.errors import AppealTooLate, BadInput, ReviewerNotFree

DAYS = AppealDays(14, 7, "Perwal Contoh 1/2026")


def leaf(
    rule: str = "points", number: str = "7", label: str = "Laporan", amount: str = "1.00"
) -> dict[str, Any]:
    return {
        "stage": "work", "rule": rule, "label": {"id": label, "en": label}, "amount": amount, "legal_basis": "x",
        "evidence": [{"kind": "activity", "id": number}], "facts": {},
    }  # fmt: skip


def test_the_last_day_to_appeal_is_a_day_on_which_one_still_may() -> None:
    until = DAYS.raise_until(date(2026, 12, 1))
    assert until == date(2026, 12, 15)
    require_in_time(until, until)
    with pytest.raises(AppealTooLate, match="2026-12-15"):
        require_in_time(until, date(2026, 12, 16))
    require_in_time(None, date(2030, 1, 1))


@pytest.mark.parametrize("wrong", [{"raise_days": 0}, {"answer_days": 367}, {"legal_basis": ""}])
def test_days_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AppealDays(**{**vars(DAYS), **wrong})


@pytest.mark.parametrize(
    ("viewer", "stands_in_for", "free"),
    [(1, (), False), (2, (), False), (3, (), True), (3, (1,), False), (3, (4,), True)],
)
def test_whoever_decided_or_acts_for_them_is_not_free(
    viewer: int, stands_in_for: tuple[int, ...], free: bool
) -> None:
    if free:
        require_free([1, 2], viewer, frozenset(stands_in_for))
        return
    with pytest.raises(ReviewerNotFree):
        require_free([1, 2], viewer, frozenset(stands_in_for))


def test_a_leaf_is_found_again_by_its_rule_and_evidence_whatever_its_amount() -> None:
    other = [leaf(number="8"), leaf(rule="cap"), leaf(amount="9.00"), leaf(label="Lain")]
    assert twin_of(leaf(), other) is other[2]
    assert twin_of(leaf(), other[3:]) is other[3]
    assert twin_of(leaf(), other[:2]) is None
    assert evidence_of({**leaf(), "evidence": []}) == ("", "")


def test_a_place_without_a_leaf_is_refused() -> None:
    assert leaf_at([leaf()], 0) == leaf()
    for place in (-1, 1):
        with pytest.raises(BadInput, match="1 leaves"):
            leaf_at([leaf()], place)


def test_a_remedy_fits_what_the_leaf_rests_on() -> None:
    tap = datetime(2026, 11, 2, 1, tzinfo=UTC)
    require_fitting(Remedy(), "period")
    require_fitting(Remedy(minutes=3), "activity")
    require_fitting(Remedy(tap_in=tap), "day")
    for remedy, kind in ((Remedy(quantity_h=1), "day"), (Remedy(tap_out=tap), "activity")):
        with pytest.raises(BadInput):
            require_fitting(remedy, kind)
