"""A `given` of the wrong kind is refused by name: no fault of another kind comes of it, and no figure by accident."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eperf.domain.errors import BadInput, Refused
from tests.vectors.adapter import run

CASES = Path(__file__).parent / "cases"
TOPICS = ("adms", "attendance-day", "attendance-ladder", "discipline", "fingerspot", "nip", "signature")
"""Topics whose operations read every key by its kind."""

ODD: tuple[Any, ...] = (
    None, "", " ", "x", -1, 0, 10**30, -(10**30), 1.5, float("nan"), float("inf"), True, "NaN", "Infinity", "1e400",
    "\u0663", "\uff19", "25:00", "24:00", "07:60", "2026-02-30", "0001-01-01", "9999-12-31", [], {}, [None], ["x"],
    [[]], [{}], "\x00", "\ud800", "a" * 100_000,
)  # fmt: skip


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """One question of each operation for each set of keys."""
    seen = set()
    for topic in TOPICS:
        for case in json.loads((CASES / f"{topic}.json").read_text(encoding="utf-8")):
            given = case["given"]
            if (kind := (given["op"], *sorted(given))) not in seen:
                seen.add(kind)
                yield given["op"], given


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths into a question, of lists the first member's."""
    if path and path != ("op",):
        yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from places(member, (*path, key))


def changed(value: Any, path: tuple[Any, ...], to: Any, *, drop: bool) -> Any:
    """A copy with another value at a path, or with nothing there."""
    first, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[first] = changed(copy[first], tuple(rest), to, drop=drop)
    elif drop:
        del copy[first]
    else:
        copy[first] = to
    return copy


@pytest.mark.parametrize(
    ("op", "given"), list(questions()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_an_odd_value_is_refused_or_neutral_and_never_a_fault(op: str, given: dict[str, Any]) -> None:
    for path in places(given):
        for odd in (*ODD, ...):
            try:
                run(op, changed(given, path, odd, drop=odd is ...))
            except Refused as refusal:
                assert refusal.field


@pytest.mark.parametrize(
    ("op", "given", "field"),
    [
        ("late_after_tolerance", {"raw_late_min": 30, "tolerance_min": -1}, "tolerance_min"),
        ("work_week", {"days": [{"start": "07:30", "end": "08:00", "break_min": 60}]}, "days[0].break_min"),
        ("simple_tpp", {"base_rp": "\u0663", "events": []}, "base_rp"),
        ("minutes_to_days", {"late_early_min_in_year": 450.5}, "late_early_min_in_year"),
        ("pp94_tier", {"absent_days_in_year": float("nan")}, "absent_days_in_year"),
        ("pp94_calendar", {"absent_dates": ["2026-03-02", "2026-02-30"]}, "absent_dates[1]"),
        ("ladder_month", {"profile": "ma-2020", "events": [{"kind": "late", "minutes": -5}]}, "minutes"),
        ("ladder_month", {"profile": "ma-2021", "events": []}, "profile"),
        ("kemnaker_day", {"scheduled_in": "07:30"}, "scheduled_out"),
        ("status_meaning", {"source": "solution", "status": 2}, "codes"),
        ("zk_realtime_time", {"hex": "12 0x"}, "hex"),
        ("verify_reply", {"reply": []}, "reply"),
        ("qr_token", {"random": "yes", "bits": 128}, "random"),
        ("validate_nip", {"nip": 198703152012041977}, "nip"),
    ],
)
def test_what_is_wrong_is_named(op: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        run(op, given)
    assert refused.value.field == field


def test_the_taps_of_hours_over_midnight_lie_on_the_day_that_is_nearer() -> None:
    night = {"scheduled_in": "22:00", "scheduled_out": "06:00"}
    answer = run(
        "kemnaker_day", {**night, "break_min": 30, "tolerance_min": 60, "tap_in": "23:10", "tap_out": "05:45"}
    )
    assert answer == {
        "late_min": 10, "required_out": "07:00", "shortage_min": 75, "early_leave_min": 15, "worked_min": 365,
    }  # fmt: skip
    taps = run("tap_quality", {**night, "tap_in": "21:50", "tap_out": "06:05"})
    assert taps == {"missing_tap_events": 0, "in_usable": True, "out_usable": True}
