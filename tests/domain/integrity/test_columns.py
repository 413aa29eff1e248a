"""Over columns or one by one: the same figures on random months."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eperf.domain.integrity import approvals, device, entries, evidence, place, presence, texts
from eperf.domain.integrity.columns import approvals as approval_columns
from eperf.domain.integrity.columns import device as device_columns
from eperf.domain.integrity.columns import entries as entry_columns
from eperf.domain.integrity.columns import place as place_columns
from eperf.domain.integrity.columns import presence as presence_columns
from eperf.domain.integrity.columns import texts as text_columns
from eperf.domain.integrity.columns.shares import part_of
from eperf.domain.integrity.geo import Point
from eperf.domain.period import YearMonth

DAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 7)
MARCH = YearMonth(2026, 3)
Row = dict[str, Any]

people = st.sampled_from("PQRS")
dates = st.integers(0, 9).map(lambda n: DAY + timedelta(days=n))
few_dates = st.integers(0, 3).map(lambda n: DAY + timedelta(days=n))
moments = st.integers(0, 4 * 86_400).map(lambda n: MORNING + timedelta(seconds=n))


def rows(most: int = 40, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    """Up to so many rows, in half of the cases at least half as many: sparse months and dense ones."""
    row = st.fixed_dictionaries(columns)
    return st.one_of(st.lists(row, max_size=most), st.lists(row, min_size=most // 2, max_size=most))


def frame(found: list[Row], **schema: Any) -> pl.DataFrame:
    return pl.DataFrame(found, schema=schema)


def grouped(found: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in found:
        key: Hashable = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
        groups.setdefault(key, []).append(row)
    return groups


def flagged(table: pl.DataFrame, *names: str) -> dict[Any, bool]:
    keys = table.select(names).rows()
    return {key[0] if len(names) == 1 else key: one for key, one in zip(keys, table["flagged"], strict=True)}


law = settings(max_examples=150, deadline=None)

PUNCH = {"person": pl.String, "date": pl.Date, "lat_e6": pl.Int64, "lon_e6": pl.Int64}
latitudes = st.sampled_from([-6_732_023, -6_732_024])


@given(rows(32, person=people, date=few_dates, lat_e6=latitudes, lon_e6=st.just(108_552_316)))
@law
def test_shared_places(found: list[Row]) -> None:
    cases = place.shared_places(
        [place.PlacedPunch(one["person"], one["date"], Point(one["lat_e6"], one["lon_e6"])) for one in found]
    )
    table = place_columns.shared_place(frame(found, **PUNCH))
    one_by_one = {
        (person, point.lat_e6) for case in cases for person in case.persons for point in case.points
    }
    assert set(table.select("person", "lat_e6").rows()) == one_by_one


@given(rows(60, person=people, date=dates, lat_e6=latitudes, lon_e6=st.just(108_552_316)))
@law
def test_jitter(found: list[Row]) -> None:
    rule = place.NoJitter(6)
    expected = {
        person: place.no_jitter([(Point(one["lat_e6"], one["lon_e6"]), 1) for one in own], rule).flagged
        for person, own in grouped(found, "person").items()
    }
    assert flagged(place_columns.no_jitter(frame(found, **PUNCH), rule), "person") == expected


@given(
    rows(
        person=people,
        at=moments,
        lat_e6=st.integers(-8_000_000, -5_000_000),
        lon_e6=st.integers(105_000_000, 110_000_000),
    )
)
@law
def test_travel(found: list[Row]) -> None:
    schema = {"person": pl.String, "at": pl.Datetime("us"), "lat_e6": pl.Int64, "lon_e6": pl.Int64}
    table = place_columns.impossible_travel(frame(found, **schema))
    expected = []
    for person, own in sorted(grouped(found, "person").items()):
        ordered = sorted(own, key=lambda one: (one["at"], one["lat_e6"], one["lon_e6"]))
        for first, second in pairwise(ordered):
            finding = place.impossible_travel(
                Point(first["lat_e6"], first["lon_e6"]),
                Point(second["lat_e6"], second["lon_e6"]),
                int((second["at"] - first["at"]).total_seconds()),
            )
            expected.append((person, finding.flagged, finding.facts["distance_km"]))
    assert table["flagged"].to_list() == [one[1] for one in expected]
    assert table["distance_km"].to_list() == pytest.approx([one[2] for one in expected], abs=1e-6)


@given(
    rows(
        60,
        person=people,
        mock_flag=st.sampled_from([None, False, False, False, True]),
        accuracy_cm=st.sampled_from([None, 500, 800]),
    )
)
@law
def test_mock_places(found: list[Row]) -> None:
    schema = {"person": pl.String, "mock_flag": pl.Boolean, "accuracy_cm": pl.Int64}
    expected = {
        person: place.mock_place(
            [None if one["accuracy_cm"] is None else Decimal(one["accuracy_cm"]) / 100 for one in own],
            mock_flag=any(one["mock_flag"] for one in own),
        ).flagged
        for person, own in grouped(found, "person").items()
    }
    assert flagged(place_columns.mock_place(frame(found, **schema)), "person") == expected


@given(
    rows(
        20,
        device=st.sampled_from(["D1", "D2", "D3"]),
        account=st.sampled_from("ABC"),
        date=st.integers(0, 90).map(lambda n: DAY + timedelta(days=n)),
    ),
    st.integers(2, 3),
)
@law
def test_phones(found: list[Row], accounts: int) -> None:
    rule = device.OnePhone(min_accounts=accounts)
    shared = device.shared_phones([device.Login(**one) for one in found], rule)
    schema = {"device": pl.String, "account": pl.String, "date": pl.Date}
    table = device_columns.one_phone(frame(found, **schema), rule)
    assert set(table.filter("flagged")["device"]) == set(shared)


@given(
    rows(
        24,
        machine=st.sampled_from(["M1", "M2"]),
        person=people,
        date=st.integers(0, 5).map(lambda n: DAY + timedelta(days=n)),
        second=st.integers(0, 9).map(lambda n: 10 * n),
    ),
    st.integers(1, 4),
)
@law
def test_proxy_punches(found: list[Row], of_days: int) -> None:
    rule = device.Pairing(within_seconds=10, min_days=2, of_days=of_days)
    for one in found:
        one["at"] = datetime.combine(one["date"], MORNING.time()) + timedelta(seconds=one["second"])
    schema = {"machine": pl.String, "person": pl.String, "date": pl.Date, "at": pl.Datetime("us")}
    working = [DAY + timedelta(days=n) for n in range(5)]
    taps = frame([{name: one[name] for name in schema} for one in found], **schema)
    expected = set()
    for machine, at_machine in grouped(found, "machine").items():
        for person, other in combinations("PQRS", 2):
            gaps = []
            for day in working:
                one, two = (
                    [row["second"] for row in at_machine if (row["person"], row["date"]) == (who, day)]
                    for who in (person, other)
                )
                gaps.append(min((abs(a - b) for a in one for b in two), default=None))
            if device.proxy_punching(gaps, rule).flagged:
                expected.add((machine, person, other))
    table = device_columns.proxy_punching(taps, working, rule)
    assert set(table.filter("flagged").select("machine", "person", "other").rows()) == expected


@given(
    rows(
        30,
        unit=st.sampled_from("AB"),
        person=people,
        verify=st.sampled_from(["finger"] * 9 + ["card", "password", None]),
    )
)
@law
def test_fingers(found: list[Row]) -> None:
    rule = device.NotByFinger(Decimal(20), Decimal("12.5"))
    schema = {"unit": pl.String, "person": pl.String, "verify": pl.String}

    def share(taps: list[Row]) -> Decimal:
        return Decimal(100 * sum(one["verify"] in device_columns.NO_FINGER for one in taps)) / len(taps)

    expected = {
        (unit, person): device.not_by_finger(share(own), share(all_taps), rule).flagged
        for unit, all_taps in grouped(found, "unit").items()
        for person, own in grouped(all_taps, "person").items()
    }
    assert flagged(device_columns.not_by_finger(frame(found, **schema), rule), "unit", "person") == expected


@given(rows(20, device=st.sampled_from(["D1", "D2"]), account=st.sampled_from("ABCD")))
@law
def test_helpers(found: list[Row]) -> None:
    expected = {
        name: device.entry_helper(len({one["account"] for one in own})).flagged
        for name, own in grouped(found, "device").items()
    }
    table = device_columns.entry_helper(frame(found, device=pl.String, account=pl.String))
    assert flagged(table, "device") == expected


@given(rows(60, person=people, has_in=st.booleans(), has_out=st.booleans()))
@law
def test_missing_outs(found: list[Row]) -> None:
    expected = {
        person: presence.missing_outs(
            sum(one["has_in"] for one in own), sum(one["has_in"] and not one["has_out"] for one in own)
        ).flagged
        for person, own in grouped(found, "person").items()
    }
    schema = {"person": pl.String, "has_in": pl.Boolean, "has_out": pl.Boolean}
    assert flagged(presence_columns.missing_outs(frame(found, **schema)), "person") == expected


unknown_minutes = st.one_of(st.none(), st.integers(0, 600))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "person": people,
                "date": dates,
                "present_min": unknown_minutes,
                "reported_min": st.integers(0, 600),
            }
        ),
        unique_by=lambda one: (one["person"], one["date"]),
        max_size=30,
    )
)
@law
def test_excess(found: list[Row]) -> None:
    expected = {
        (one["person"], one["date"]): presence.over_reported(one["present_min"], one["reported_min"])
        for one in found
    }
    schema = {"person": pl.String, "date": pl.Date, "present_min": pl.Int64, "reported_min": pl.Int64}
    table = presence_columns.over_reported(frame(found, **schema))
    assert flagged(table, "person", "date") == {key: one.flagged for key, one in expected.items()}
    for person, day, excess in table.select("person", "date", "excess_min").rows():
        assert expected[person, day].facts["excess_min"] == excess


AWAY = ("on_approved_leave", "holiday", "has_punch", "duty_letter")


@given(st.lists(st.tuples(*[st.booleans()] * 4), max_size=16))
@law
def test_work_while_away(days: list[tuple[bool, ...]]) -> None:
    found = [
        {"person": "P", "date": DAY + timedelta(days=n)} | dict(zip(AWAY, day, strict=True))
        for n, day in enumerate(days)
    ]
    schema = {"person": pl.String, "date": pl.Date} | dict.fromkeys(AWAY, pl.Boolean)
    expected = [presence.work_while_away(**{name: one[name] for name in AWAY}).flagged for one in found]
    assert presence_columns.work_while_away(frame(found, **schema))["flagged"].to_list() == expected


@given(
    rows(
        80,
        person=people,
        present_min=st.sampled_from([None, 299, 300, 450]),
        approved_min=st.sampled_from([0, 15, 16]),
    )
)
@law
def test_presence_without_work(found: list[Row]) -> None:
    rule = presence.NoWork(min_days=5)
    expected = {
        person: presence.present_without_work(
            [(one["present_min"], one["approved_min"]) for one in own], rule
        ).flagged
        for person, own in grouped(found, "person").items()
    }
    schema = {"person": pl.String, "present_min": pl.Int64, "approved_min": pl.Int64}
    assert flagged(presence_columns.present_without_work(frame(found, **schema), rule), "person") == expected


@given(rows(40, person=people, date=dates, start_min=st.integers(0, 900), minutes=st.integers(0, 200)))
@law
def test_overlaps(found: list[Row]) -> None:
    for one in found:
        one["end_min"] = one["start_min"] + one.pop("minutes")
    schema = {"person": pl.String, "date": pl.Date, "start_min": pl.Int64, "end_min": pl.Int64}
    names = ("sum_min", "union_min", "overlap_min")
    expected = {}
    for key, own in grouped(found, "person", "date").items():
        finding = entries.overlapping([(one["start_min"], one["end_min"]) for one in own])
        expected[key] = (*(finding.facts[name] for name in names), finding.flagged)
    table = entry_columns.overlapping(frame(found, **schema))
    assert {row[:2]: row[2:] for row in table.select("person", "date", *names, "flagged").rows()} == expected


@given(
    rows(
        40,
        person=people,
        date=dates,
        created_at=st.integers(0, 90).map(lambda n: MORNING + timedelta(days=5, minutes=n)),
    )
)
@law
def test_back_dating(found: list[Row]) -> None:
    rule = entries.BackDated(min_entries=3, min_past_days=2, over_lag_days=Decimal("2.5"))
    schema = {"person": pl.String, "date": pl.Date, "created_at": pl.Datetime("us")}
    table = entry_columns.back_dated(frame(found, **schema), rule)
    seen = {row[0]: row[1:] for row in table.rows()}
    assert set(seen) == set(grouped(found, "person"))
    for person, own in grouped(found, "person").items():
        finding = entries.back_dated_entries([(one["created_at"], one["date"]) for one in own], rule)
        lag = finding.facts["median_lag_days"]
        figures = (finding.facts["entries_at_once"], finding.facts["past_days"], 2 * lag, finding.flagged)
        assert seen[person] == figures


@given(rows(20, activity=st.sampled_from("ABCD"), sha256=st.sampled_from(["AA", " aa", "bb"])))
@law
def test_identical_evidence(found: list[Row]) -> None:
    files = [evidence.EvidenceFile(one["activity"], "P", one["sha256"]) for one in found]
    table = entry_columns.identical_evidence(frame(found, activity=pl.String, sha256=pl.String))
    groups = {tuple(group) for group in table.filter("flagged")["activities"].to_list()}
    assert groups == set(evidence.identical_evidence(files).facts["groups"])


@given(st.lists(st.tuples(dates, st.one_of(st.none(), moments)), max_size=20))
@law
def test_evidence_of_another_day(found: list[tuple[date, datetime | None]]) -> None:
    made = [{"activity": n, "activity_date": day, "exif_time": at} for n, (day, at) in enumerate(found)]
    schema = {"activity": pl.Int64, "activity_date": pl.Date, "exif_time": pl.Datetime("us")}
    table = entry_columns.evidence_of_another_day(frame(made, **schema))
    assert table["flagged"].to_list() == [
        evidence.evidence_of_another_day(day, at).flagged for day, at in found
    ]


@given(rows(40, person=people, minutes=st.sampled_from([60, 120, 180, 45])))
@law
def test_round_minutes(found: list[Row]) -> None:
    expected = {
        person: entries.round_minutes([one["minutes"] for one in own]).flagged
        for person, own in grouped(found, "person").items()
    }
    table = entry_columns.round_minutes(frame(found, person=pl.String, minutes=pl.Int64))
    assert flagged(table, "person") == expected


@given(
    rows(
        40,
        person=people,
        created_at=st.integers(-2, 5).map(lambda n: datetime(2026, 3, 28) + timedelta(days=n)),
    )
)
@law
def test_last_minutes(found: list[Row]) -> None:
    of_march = [one for one in found if YearMonth.of(one["created_at"].date()) == MARCH]
    expected = {
        person: entries.last_minute(len(own), sum(one["created_at"].day >= 30 for one in own)).flagged
        for person, own in grouped(of_march, "person").items()
    }
    table = entry_columns.last_minute(frame(found, person=pl.String, created_at=pl.Datetime("us")), MARCH)
    assert flagged(table, "person") == expected


wording = st.lists(st.sampled_from(["rapat", "Tim", "kerja"]), max_size=6).flatmap(
    lambda words: st.sampled_from([" ", "  ", "\n"]).map(lambda blank: blank.join(words))
)


@given(rows(40, person=people, text=wording))
@law
def test_own_texts(found: list[Row]) -> None:
    rule = texts.OwnRepeats(2)
    expected = {
        person: texts.own_repeats_of([one["text"] for one in own], rule).flagged
        for person, own in grouped(found, "person").items()
    }
    table = text_columns.own_repeats(frame(found, person=pl.String, text=pl.String), rule)
    assert flagged(table, "person") == expected


@given(rows(12, person=people, text=wording), st.sampled_from([Decimal("0.8"), Decimal("0.5")]))
@law
def test_texts_of_others(found: list[Row], least: Decimal) -> None:
    rule = texts.OthersText(min_jaccard=least)
    made = [{"entry": n, **one} for n, one in enumerate(found)]
    expected = {
        (one["entry"], two["entry"])
        for one, two in combinations(made, 2)
        if one["person"] != two["person"] and texts.like_anothers(one["text"], two["text"], rule).flagged
    }
    table = text_columns.like_anothers(frame(made, entry=pl.Int64, person=pl.String, text=pl.String), rule)
    assert set(table.filter("flagged").select("entry", "other_entry").rows()) == expected


@given(
    rows(
        30,
        approver=people,
        at=st.integers(0, 30).map(lambda n: MORNING + timedelta(seconds=3_000 * n)),
        review_seconds=st.one_of(st.none(), st.integers(0, 8)),
    )
)
@law
def test_bursts_of_approvals(found: list[Row]) -> None:
    rule = approvals.ApprovalBurst(min_approvals=4, under_seconds=9_000)
    schema = {"approver": pl.String, "at": pl.Datetime("us"), "review_seconds": pl.Int64}
    expected = {}
    for approver, own in grouped(found, "approver").items():
        span = approvals.quickest_span([one["at"] for one in own], rule)
        middle = entries.median([one["review_seconds"] for one in own if one["review_seconds"] is not None])
        most = len(own) if span is not None else 0
        expected[approver] = approvals.approval_burst(most, span, middle, rule).flagged
    assert flagged(approval_columns.approval_burst(frame(found, **schema), rule), "approver") == expected


@given(rows(60, approver=people, rejected=st.sampled_from([False] * 9 + [True])))
@law
def test_rubber_stamps(found: list[Row]) -> None:
    rule = approvals.RubberStamp(8)
    expected = {
        approver: approvals.rubber_stamp(sum(one["rejected"] for one in own), len(own), rule).flagged
        for approver, own in grouped(found, "approver").items()
    }
    table = approval_columns.rubber_stamp(frame(found, approver=pl.String, rejected=pl.Boolean), rule)
    assert flagged(table, "approver") == expected


@given(rows(60, unit=people, is_top=st.sampled_from([True] * 9 + [False])))
@law
def test_grades_without_variance(found: list[Row]) -> None:
    expected = {
        unit: approvals.no_variance(sum(one["is_top"] for one in own), len(own)).flagged
        for unit, own in grouped(found, "unit").items()
    }
    assert (
        flagged(approval_columns.no_variance(frame(found, unit=pl.String, is_top=pl.Boolean)), "unit")
        == expected
    )


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.decimals(0, 100, places=4))
@law
def test_shares_are_compared_exactly(part: int, whole: int, pct: Decimal) -> None:
    left, right = pl.DataFrame({"a": [part], "b": [whole]}).select(*_named(part_of("a", "b", pct))).row(0)
    assert (left > right) is (100 * part > pct * whole)
    assert (left == right) is (100 * part == pct * whole)


def _named(sides: tuple[pl.Expr, pl.Expr]) -> list[pl.Expr]:
    return [sides[0].alias("left"), sides[1].alias("right")]


EMPTY: list[tuple[Callable[..., pl.DataFrame], dict[str, Any]]] = [
    (place_columns.shared_place, PUNCH),
    (presence_columns.missing_outs, {"person": pl.String, "has_in": pl.Boolean, "has_out": pl.Boolean}),
    (entry_columns.round_minutes, {"person": pl.String, "minutes": pl.Int64}),
]


@pytest.mark.parametrize(("detector", "schema"), EMPTY)
def test_an_empty_month_has_no_subjects(detector: Callable[..., pl.DataFrame], schema: Any) -> None:
    assert detector(pl.DataFrame(schema=schema)).height == 0
