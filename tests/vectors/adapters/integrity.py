"""Vectors of `integrity`: the operation is the indicator's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from eperf.domain.attendance.day import minute_of
from eperf.domain.integrity import approvals, device, entries, evidence, place, presence, texts
from eperf.domain.integrity.finding import Finding
from eperf.domain.integrity.flag import flag_effect
from eperf.domain.integrity.geo import Point, check_fence
from eperf.domain.number import decimal_of, flag_of

Given = Mapping[str, Any]


def _flagged(finding: Finding, *names: str) -> dict[str, Any]:
    return {"flagged": finding.flagged} | {name: _plain(finding.facts[name]) for name in names}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | float) else value


def _point(given: Given) -> Point:
    return Point.of(decimal_of("lat", given["lat"]), decimal_of("lon", given["lon"]))


def _decimal(given: Given, name: str) -> Decimal | None:
    return None if given.get(name) is None else decimal_of(name, given[name])


def _or(given: Given, name: str, neutral: int) -> Any:
    return neutral if given.get(name) is None else given[name]


def _minute(text: str | None) -> int | None:
    return None if text is None else minute_of(time.fromisoformat(text))


def _shared_place(given: Given) -> dict[str, Any]:
    punches = [
        place.PlacedPunch(punch["person"], date.fromisoformat(punch["date"]), _point(punch))
        for punch in given["punches"]
    ]
    finding = place.shared_place(punches)
    cases = finding.facts["cases"]
    persons = sorted({person for case in cases for person in case.persons})
    return {"flagged": finding.flagged, "cases": len(cases), "persons": persons}


def _no_jitter(given: Given) -> dict[str, Any]:
    return _flagged(place.no_jitter([(_point(one), _or(one, "times", 1)) for one in given["check_ins"]]))


def _travel(given: Given) -> dict[str, Any]:
    finding = place.impossible_travel(
        _point(given["first"]), _point(given["second"]), given["seconds_between"]
    )
    return _flagged(finding, "distance_km", "speed_kmh")


def _mock(given: Given) -> dict[str, Any]:
    accuracies = [
        None if one is None else decimal_of("accuracies_m", one) for one in given.get("accuracies_m") or ()
    ]
    return _flagged(place.mock_place(accuracies, mock_flag=flag_of("mock_flag", given.get("mock_flag"))))


def _one_phone(given: Given) -> dict[str, Any]:
    logins = [
        device.Login(one["device"], one["account"], date.fromisoformat(one["date"]))
        for one in given["logins"]
    ]
    return _flagged(device.one_phone(logins))


def _proxy(given: Given) -> dict[str, Any]:
    return _flagged(device.proxy_punching(given["gap_seconds_by_day"]))


def _not_by_finger(given: Given) -> dict[str, Any]:
    return _flagged(
        device.not_by_finger(
            decimal_of("person_share_pct", given["person_share_pct"]),
            decimal_of("unit_share_pct", given["unit_share_pct"]),
        )
    )


def _wrong_clock(given: Given) -> dict[str, Any]:
    finding = device.wrong_clock(
        datetime.fromisoformat(given["device_time"]),
        datetime.fromisoformat(given["receive_time"]),
        realtime=flag_of("realtime", given.get("realtime")),
    )
    return _flagged(finding)


def _missing_outs(given: Given) -> dict[str, Any]:
    return _flagged(presence.missing_outs(given["days_with_in"], given["days_without_out"]))


def _own_repeats(given: Given) -> dict[str, Any]:
    return _flagged(texts.own_repeats(given["equal_texts_in_month"]))


def _like_anothers(given: Given) -> dict[str, Any]:
    return _flagged(texts.like_anothers(given["text_a"], given["text_b"]), "jaccard")


def _overlapping(given: Given) -> dict[str, Any]:
    intervals = [
        entries.minutes_of(
            minute_of(time.fromisoformat(one["start"])), minute_of(time.fromisoformat(one["end"]))
        )
        for one in given["intervals"]
    ]
    return _flagged(entries.overlapping(intervals), "sum_min", "union_min", "overlap_min")


def _over_reported(given: Given) -> dict[str, Any]:
    present = presence.present_min(
        _minute(given.get("tap_in")), _minute(given.get("tap_out")), _or(given, "break_min", 0)
    )
    return _flagged(presence.over_reported(present, given["reported_min"]), "present_min", "excess_min")


def _away(given: Given) -> dict[str, Any]:
    names = ("on_approved_leave", "holiday", "has_punch", "duty_letter")
    return _flagged(presence.work_while_away(**{name: flag_of(name, given.get(name)) for name in names}))


def _back_dated(given: Given) -> dict[str, Any]:
    finding = entries.back_dated(
        _or(given, "entries_created_within_30_min", 0),
        _or(given, "distinct_past_days", 0),
        _decimal(given, "median_lag_days"),
    )
    return _flagged(finding)


def _identical(given: Given) -> dict[str, Any]:
    files = [
        evidence.EvidenceFile(one["activity"], one["person"], one["sha256"]) for one in given["evidence"]
    ]
    finding = evidence.identical_evidence(files)
    return {"flagged": finding.flagged, "groups": [list(group) for group in finding.facts["groups"]]}


def _another_day(given: Given) -> dict[str, Any]:
    taken = given.get("exif_time")
    finding = evidence.evidence_of_another_day(
        date.fromisoformat(given["activity_date"]), None if taken is None else datetime.fromisoformat(taken)
    )
    return _flagged(finding)


def _approval_burst(given: Given) -> dict[str, Any]:
    finding = approvals.approval_burst(
        _or(given, "approvals", 0), given.get("window_seconds"), _decimal(given, "median_review_seconds")
    )
    return _flagged(finding)


def _rubber_stamp(given: Given) -> dict[str, Any]:
    return _flagged(approvals.rubber_stamp(given["rejections"], given["items"]))


def _no_variance(given: Given) -> dict[str, Any]:
    return _flagged(approvals.no_variance(given["top_grade"], given["unit_size"]))


def _round_minutes(given: Given) -> dict[str, Any]:
    return _flagged(entries.round_minutes(given["durations_min"]))


def _padded(given: Given) -> dict[str, Any]:
    return _flagged(
        entries.padded(
            decimal_of("minutes_per_unit", given["minutes_per_unit"]),
            _decimal(given, "post_median_minutes_per_unit"),
        )
    )


def _attempt(given: Given) -> dict[str, Any]:
    names = ("action", "actor", "owner", "status")
    return {"allowed": approvals.attempt(*(given[name] for name in names)).allowed}


def _entry_helper(given: Given) -> dict[str, Any]:
    return _flagged(device.entry_helper(given["accounts_entered_from_same_device"]))


def _last_minute(given: Given) -> dict[str, Any]:
    return _flagged(entries.last_minute(given["entries_in_month"], given["entries_last_2_days"]))


def _empty_content(given: Given) -> dict[str, Any]:
    return _flagged(texts.empty_content(given["text"]))


def _geofence(given: Given) -> dict[str, Any]:
    radius = decimal_of("radius_m", given["radius_m"])
    found = check_fence(
        _point(given["center"]), _point(given["point"]), radius, _decimal(given, "accuracy_m")
    )
    return {
        "distance_m": str(found.distance_m),
        "inside": found.inside,
        "accuracy_ok": found.accuracy_ok,
        "accepted": found.accepted,
    }


def _flag_effect(given: Given) -> dict[str, Any]:
    effect = flag_effect(given["state"])
    return {
        "may_reach_appraisal_or_promotion": effect.may_reach_appraisal_or_promotion,
        "automatic_cut": effect.automatic_cut,
    }


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "I-01": _shared_place,
    "I-02": _no_jitter,
    "I-03": _travel,
    "I-04": _mock,
    "I-05": _one_phone,
    "I-06": _proxy,
    "I-07": _not_by_finger,
    "I-08": _wrong_clock,
    "I-09": _missing_outs,
    "I-11-own": _own_repeats,
    "I-11-other": _like_anothers,
    "I-12": _overlapping,
    "I-13": _over_reported,
    "I-14": _away,
    "I-15": _back_dated,
    "I-16": _identical,
    "I-17": _another_day,
    "I-18": _approval_burst,
    "I-19": _rubber_stamp,
    "I-20": _no_variance,
    "I-22": _round_minutes,
    "I-23": _padded,
    "I-24": _attempt,
    "I-25": _entry_helper,
    "I-26": _last_minute,
    "I-28": _empty_content,
    "geofence": _geofence,
    "flag_effect": _flag_effect,
}
