"""What a case may leave out or write another way, and what is then computed: the same as with the neutral value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vectors.adapter import run

TIME = "2024-01-01 08:00:00"
ONE = f"7\t{TIME}\t0\t1\t0"
PLACES = {"pin": 0, "time": 1, "state": 2, "verify": 3}


@pytest.mark.parametrize(
    ("op", "short", "full"),
    [
        ("attlog_post", {"body": ONE}, {"body": ONE, "device_utc_offset_min": 0}),
        ("device_gate", {"sn": "A1"}, {"sn": "A1", "known": False}),
        ("stamp_resume", {"posted_stamp": None}, {"posted_stamp": ""}),
        ("stamp_resume", {"posted_stamp": 98765}, {"posted_stamp": "98765"}),
        ("timezone_key", {"value": 7}, {"value": "7"}),
        (
            "usb_line",
            {"line": f"{ONE}\r\n", "column_profile": {**PLACES, "reserved": 4}},
            {"line": ONE, "column_profile": PLACES},
        ),
        ("status_meaning", {"source": "fingerspot", "status": "2"}, {"source": "fingerspot", "status": 2}),
        ("verify_meaning", {"source": "adms", "verify": "15"}, {"source": "adms", "verify": 15}),
        (
            "work_week",
            {"days": [{"start": "07:30", "end": "16:00"}]},
            {"days": [{"start": "07:30", "end": "16:00", "break_min": 0, "count": 1}]},
        ),
        (
            "ladder_month",
            {"profile": "ma-2020", "events": [{"kind": "absent", "count": None, "made_up": None}]},
            {"profile": "ma-2020", "events": [{"kind": "absent", "count": 1, "made_up": False}]},
        ),
        ("I-04", {"mock_flag": None, "accuracies_m": None}, {"mock_flag": False, "accuracies_m": []}),
    ],
)
def test_what_a_case_leaves_out_is_neutral(op: str, short: dict[str, Any], full: dict[str, Any]) -> None:
    assert run(op, short) == run(op, full)


def test_records_sent_again_are_known_by_their_instant_whichever_way_it_was_written() -> None:
    bodies = [ONE, "7\t1704096000\t0\t1"]
    assert run("attlog_repost", {"bodies": bodies, "device_utc_offset_min": 0})["rows_added"] == [1, 0]
    assert run("attlog_repost", {"bodies": bodies, "device_utc_offset_min": 420})["rows_added"] == [1, 1]


def test_a_machine_that_is_refused_has_no_state() -> None:
    assert run("device_gate", {"sn": "BAD SN;1", "known": True})["device_state"] is None


def test_a_shift_over_midnight_ends_next_day() -> None:
    found = run("work_week", {"days": [{"start": "22:00", "end": "06:00", "break_min": 30}]})
    assert found == {"week_min": 450, "week_hours": "7:30"}


def test_without_working_days_a_month_is_a_twelfth_of_the_year() -> None:
    found = run("monthly_ej", {"headcount": 2, "approved_min": "12500"})
    assert (found["capacity_min"], found["ej"], found["grade"]) == (12_500, "1", "B")


def test_a_deadline_is_written_like_the_discovery() -> None:
    found = run("breach_deadline", {"discovered_at": "2026-03-02T09:00:00Z"})
    assert found == {"notify_by": "2026-03-05T09:00:00Z"}


def test_a_deadline_without_a_zone_stays_without_one() -> None:
    found = run("breach_deadline", {"discovered_at": "2026-12-30T09:00:00"})
    assert found == {"notify_by": "2027-01-02T09:00:00"}
