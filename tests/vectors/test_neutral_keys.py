"""A key that is null is as neutral as one that is absent: neither is an accident."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.adapter import run

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]
NEUTRAL = {
    "kemnaker_day": "break_min tolerance_min tap_in tap_out",
    "late_after_tolerance": "tolerance_min",
    "tap_quality": "tap_in tap_out",
    "late_count_threshold": "threshold",
    "shift_flex": "flex_before_min flex_after_min",
    "first_tap_day": "taps",
    "work_week": "days",
    "ladder_month": "events",
    "ladder_clock": "tap_in",
    "absence_run": "absent_working_days longest_consecutive_run",
    "penalty_score": "events profile",
    "sick_year_counter": "sick_days_before_this_year sick_days_now",
    "leave_daily": "days",
    "tks_cut": "performance_rp workload_rp no_news_days",
    "hourly_tpp": "base_rp missing_tap_days absent_days late_early_hours extra_rp",
    "pp94_tier": "absent_days_in_year longest_consecutive_run",
    "pp94_calendar": "absent_dates holidays",
    "pp94_running": "absent_day_batches",
    "minutes_to_days": "late_early_min_in_year",
    "attlog_post": "device_utc_offset_min",
    "device_gate": "known",
    "stamp_resume": "posted_stamp",
    "hub_accept": "signature_header timestamp_unix body_already_received",
    "kemnaker_month_pay": (
        "absent_days missing_taps late_min_after_tolerance early_leave_min left_office_min missed_ceremonies"
    ),
    "kemnaker_leave_month": "study_assignment absent_days missing_taps",
    "dki_activity": "absence_reducer_min",
    "dki_result": "deductions_rp",
    "norm_minutes_month": "extra_min",
    "norm_minutes_pay": "class_coefficient attendance_pct running_punishment",
    "point_price": "ceiling_rp",
    "simpegnas_score": "predikat attendance_cuts_pct",
    "pare_score_pct": "ethics_pct",
    "pare_score": "ethics_items",
    "pare_pay": "cut_pct",
    "quarter_lag_pay": "predikat_by_quarter",
    "year_lag_pay": "predikat",
    "bakamla_cut": "predikat",
    "bsn_plan_penalty": "missed_month",
    "skp2021_value": "target_is_maximum",
    "skp2021_total": "additional",
    "pp30_total": "asks_peers_and_subordinates new_idea",
    "ak_ledger": "periods opening_ak bonus_ak threshold_ak",
    "eligibility": (
        "rank_tmt education appraisals penalties under_examination suspended other_active_proposal exam_level "
        "diklatpim superior_golongan jenjang ak_total ak_needed eselon post_since employee_kind"
    ),
    "period_exists": "kind",
    "jf_earliest_tmt": "opening_ak",
    "task_need": "wke_min_per_year policies",
    "ratio_need": "wke",
    "equipment_need": "shifts",
    "effective_time": "round_hours",
    "post_grade": "wke_min_per_year",
    "unit_effectiveness": "wke_min_per_year",
    "five_year_plan": "growth_pct retirements_by_year approved_unfilled",
    "monthly_ej": "working_days",
    "I-04": "mock_flag accuracies_m",
    "I-08": "realtime",
    "I-13": "tap_in tap_out break_min",
    "I-14": "on_approved_leave holiday has_punch duty_letter",
    "I-15": "entries_created_within_30_min distinct_past_days median_lag_days",
    "I-17": "exif_time",
    "I-18": "approvals window_seconds median_review_seconds",
    "I-23": "post_median_minutes_per_unit",
    "geofence": "accuracy_m",
    "cells": "min_publishable",
    "rate": "min_publishable",
    "table": "min_publishable row_and_column_totals_published",
    "full_share": "min_publishable",
    "local_verdict": "bottom_line intact coverage modification root_is_configured",
    "gateway_error": "code",
    "qr_token": "random bits",
    "certified_label": "issuer_is_indonesian_psre",
    "sign_retry": "previous_attempt_unknown",
}
"""Keys of an operation that may be missing."""


def given(op: str) -> dict[str, Any]:
    """The longest known question of an operation."""
    questions: list[dict[str, Any]] = [case["given"] for case in CASES if case["given"]["op"] == op]
    return max(questions, key=len)


@pytest.mark.parametrize(("op", "key"), [(op, key) for op, keys in NEUTRAL.items() for key in keys.split()])
def test_null_says_what_an_absent_key_says(op: str, key: str) -> None:
    known = given(op)
    absent = {name: value for name, value in known.items() if name != key}
    assert run(op, known | {key: None}) == run(op, absent)


def test_what_nobody_rated_stays_unknown() -> None:
    assert run("simpegnas_score", {"attendance_cuts_pct": []}) == {"score": None}
    assert run("year_lag_pay", {"appraisal_year": 2025}) == {"pay_year": 2026, "paid_pct": None}
    assert run("bakamla_cut", {"predikat": None}) == {"cut_pct": None}
    unrated = {"target_pct": "80", "ethics_items": [None] * 6, "achievement_approved": True}
    assert run("pare_score", unrated) == {"cap": "0", "score": "0"}


def test_no_date_clears_a_time_in_rank_that_nobody_knows() -> None:
    question = given("eligibility") | {"kind": "KP-R", "golongan": "III/b", "rank_tmt": None}
    answer = run("eligibility", question)
    assert "B1" in answer["reasons"]
    assert answer["b1_clears_on"] is None
