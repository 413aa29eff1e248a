"""Presence, entries, texts, evidence, approvals and outliers: bounds exactly at the threshold, order, scale."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.integrity import approvals, entries, evidence, outliers, presence, texts

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
intervals = st.lists(
    st.tuples(st.integers(0, 1440), st.integers(0, 300)).map(lambda t: (t[0], t[0] + t[1])), max_size=12
)


@given(intervals, st.randoms(use_true_random=False))
def test_the_union_is_what_counting_minutes_gives_in_any_order(
    spans: list[tuple[int, int]], random: object
) -> None:
    covered = {minute for start, end in spans for minute in range(start, end)}
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    finding = entries.overlapping(shuffled)
    assert finding.facts["union_min"] == len(covered)
    assert finding.facts["overlap_min"] == sum(end - start for start, end in spans) - len(covered)
    assert finding.flagged is (finding.facts["overlap_min"] > 0)


def test_an_activity_over_midnight_ends_next_day() -> None:
    assert entries.minutes_of(1380, 60) == (1380, 1500)
    assert presence.present_min(1320, 360, 60) == 420


@given(st.integers(0, 600), st.integers(0, 1000))
def test_reports_may_exceed_presence_by_fifteen_minutes(present: int, reported: int) -> None:
    assert presence.over_reported(present, reported).flagged is (reported - present > 15)


def test_where_presence_is_not_known_nothing_is_compared() -> None:
    finding = presence.over_reported(presence.present_min(None, 960), 480)
    assert (finding.flagged, finding.facts["present_min"], finding.facts["excess_min"]) == (False, None, None)


def test_a_break_longer_than_the_day_leaves_no_presence() -> None:
    assert presence.present_min(480, 500, 60) == 0


@given(st.integers(0, 40), st.integers(1, 9))
def test_a_quarter_of_missing_outs_is_still_no_pattern(quarter: int, scale: int) -> None:
    days = 4 * quarter * scale
    assert not presence.missing_outs(days, quarter * scale).flagged
    assert presence.missing_outs(days + 3, quarter * scale + 1).flagged


@pytest.mark.parametrize(
    ("leave", "holiday", "punch", "letter", "causes"),
    [
        (True, False, True, True, ("leave",)),
        (False, True, True, True, ("holiday",)),
        (False, False, False, False, ("absent",)),
        (False, False, False, True, ()),
        (False, False, True, False, ()),
        (True, True, False, False, ("leave", "holiday", "absent")),
    ],
)
def test_work_while_away_names_every_cause(
    leave: bool, holiday: bool, punch: bool, letter: bool, causes: tuple[str, ...]
) -> None:
    finding = presence.work_while_away(
        on_approved_leave=leave, holiday=holiday, has_punch=punch, duty_letter=letter
    )
    assert (finding.facts["causes"], finding.flagged) == (causes, bool(causes))


def test_a_gap_needs_both_taps_and_something_strictly_between() -> None:
    day = {"tap_in": 450, "tap_out": 960, "activity_min": 30}
    assert not presence.day_gap(**day).flagged  # type: ignore[arg-type]
    assert presence.day_gap(**day, field_punches=(700,)).facts["causes"] == ("field_punch",)  # type: ignore[arg-type]
    assert presence.day_gap(**day, fence_exits=(700,)).facts["causes"] == ("fence_exit",)  # type: ignore[arg-type]
    assert not presence.day_gap(**day, fence_exits=(450, 960)).flagged  # type: ignore[arg-type]
    assert presence.day_gap(450, 960).facts["causes"] == ("no_activity",)
    assert not presence.day_gap(450, None, fence_exits=(700,)).flagged


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 600)), st.integers(0, 60)), max_size=25))
def test_ten_full_days_without_work_are_flagged(days: list[tuple[int | None, int]]) -> None:
    idle = [one for one in days if one[0] is not None and one[0] >= 300 and one[1] <= 15]
    assert presence.present_without_work(days).flagged is (len(idle) >= 10)
    assert presence.present_without_work(days[::-1]).flagged is (len(idle) >= 10)


@pytest.mark.parametrize(
    ("at_once", "days", "lag", "flagged"),
    [(10, 5, None, True), (9, 5, "7", False), (10, 4, "7", False), (0, 0, "7.5", True), (0, 0, None, False)],
)
def test_back_dating_needs_both_bounds_or_a_long_lag(
    at_once: int, days: int, lag: str | None, flagged: bool
) -> None:
    assert entries.back_dated(at_once, days, None if lag is None else Decimal(lag)).flagged is flagged


def test_a_burst_is_found_in_the_entries_themselves() -> None:
    made = [(NOON + timedelta(minutes=3 * n), DAY - timedelta(days=1 + n % 5)) for n in range(10)]
    assert entries.back_dated_entries(made).facts["causes"] == ("burst",)
    late = [(NOON + timedelta(minutes=4 * n), day) for n, (_, day) in enumerate(made)]
    assert not entries.back_dated_entries(late).flagged
    same_day = [(NOON, DAY)] * 20
    assert not entries.back_dated_entries(same_day).flagged
    assert entries.back_dated_entries([(NOON, DAY - timedelta(days=8))]).facts["causes"] == ("lag",)
    assert not entries.back_dated_entries([]).flagged


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_the_median_has_as_many_below_as_above(numbers: list[int]) -> None:
    middle = entries.median(numbers)
    assert middle is not None
    assert sum(n < middle for n in numbers) <= len(numbers) / 2
    assert sum(n > middle for n in numbers) <= len(numbers) / 2


@given(st.lists(st.sampled_from([60, 120, 180, 45, 61]), max_size=20), st.integers(1, 4))
def test_round_minutes_are_a_share_and_know_no_scale(durations: list[int], scale: int) -> None:
    round_ones = sum(one in (60, 120, 180) for one in durations)
    expected = bool(durations) and round_ones * 5 >= len(durations) * 4
    assert entries.round_minutes(durations).flagged is expected
    assert entries.round_minutes(durations * scale).flagged is expected


@given(st.decimals(0, 1000, places=2), st.decimals("0.01", 1000, places=2), st.integers(1, 9))
def test_padding_is_a_ratio(own: Decimal, middle: Decimal, scale: int) -> None:
    assert entries.padded(own, middle).flagged is (own > 2 * middle)
    assert entries.padded(own * scale, middle * scale).flagged is entries.padded(own, middle).flagged


def test_without_a_median_nobody_is_compared() -> None:
    assert not entries.padded(Decimal(9), None).flagged
    assert not entries.padded(Decimal(9), Decimal(0)).flagged


@given(st.integers(0, 100))
def test_half_of_the_entries_in_the_last_days_is_no_burst(half: int) -> None:
    assert not entries.last_minute(2 * half, half).flagged
    assert entries.last_minute(2 * half + 1, half + 1).flagged


words = st.text("abc ", max_size=40)


@given(words, words)
def test_likeness_is_the_same_both_ways_and_ignores_case_and_blanks(one: str, other: str) -> None:
    found = texts.like_anothers(one, other)
    assert found.facts == texts.like_anothers(other, one).facts
    assert found.facts == texts.like_anothers(f"  {one.upper()}  ".replace(" ", "   "), other).facts
    assert 0 <= found.facts["jaccard"] <= 1


def test_likeness_is_compared_before_it_is_rounded() -> None:
    text = " ".join(f"w{n}" for n in range(10))
    other = " ".join([*text.split(), "more", "words"])
    assert texts.like_anothers(text, other).flagged  # 8 of 10 shingles
    assert not texts.like_anothers(text, f"{other} again").flagged  # 8 of 11


def test_short_texts_are_one_shingle_and_empty_ones_are_like_nothing() -> None:
    assert texts.like_anothers("Rapat  tim", "rapat tim").flagged
    assert not texts.like_anothers("rapat", "rapat tim").flagged
    assert not texts.like_anothers("", "  ").flagged


def test_an_entry_may_equal_earlier_ones_five_times() -> None:
    assert not texts.own_repeats(5).flagged
    assert texts.own_repeats(6).flagged
    assert not texts.own_repeats_of(["Rapat", " rapat"] * 3).flagged
    assert texts.own_repeats_of(["Rapat", "rapat "] * 3 + ["RAPAT", "lain"]).flagged
    assert not texts.own_repeats_of([]).flagged


@pytest.mark.parametrize(
    "text",
    [
        "", "rapat", "12345678901234", "asdfghjkl qwertyuiop", "sdkjfh skdjfhs wqrtpl", "aaaaaaaaaaaaaaaaaaaa",
        "...................", "lkjhgfdsa mnbvcxz", "   rapat        tim   ", "asdasdasdasdasdasd",
        "asdasd qweqwe zxczxc", "wkwkwk hahahaha hihihi", "asd asd asd asd asd", "xxx xxx xxx xxx xxx",
    ],
)  # fmt: skip
def test_empty_content_is_found(text: str) -> None:
    assert texts.empty_content(text).flagged


@pytest.mark.parametrize(
    "text",
    [
        "rapat koordinasi", "Menyusun instruksi dan transkrip nilai", "Monitoring BPKP dan KPPN di DPRD",
        "Melayani 25 surat masuk", "Konstruksi jembatan tahap III", "Menghadiri upacara bendera",
        "Property management training", "Golongan iii dan iv ruang a", "survei kupu-kupu dan gado-gado",
        "rapat bpkad ttg sp2d dan spj", "sosialisasi bpjs dan bkkbn",
    ],
)  # fmt: skip
def test_real_work_is_not_taken_for_random_letters(text: str) -> None:
    assert not texts.empty_content(text).flagged


def test_fifteen_characters_are_enough() -> None:
    assert texts.empty_content("rapat tim staf").facts["causes"] == ("short",)
    assert not texts.empty_content("rapat tim staff").flagged


files = st.lists(
    st.builds(
        evidence.EvidenceFile,
        st.sampled_from("ABCD"),
        st.just("P"),
        st.sampled_from(["AA", "aa", "bb", "cc"]),
    ),
    max_size=12,
)


@given(files)
def test_each_hash_on_several_activities_is_one_group(attached: list[evidence.EvidenceFile]) -> None:
    groups = evidence.identical_evidence(attached).facts["groups"]
    by_hash = [{one.activity for one in attached if one.sha256.lower() == sha} for sha in ("aa", "bb", "cc")]
    assert sorted(groups) == sorted(tuple(sorted(group)) for group in by_hash if len(group) > 1)
    assert evidence.identical_evidence(attached[::-1]).facts["groups"] == groups


@pytest.mark.parametrize(
    ("taken", "flagged"),
    [("2026-03-02T00:00:00", False), ("2026-03-02T23:59:59", False), ("2026-03-03T00:00:00", True),
     ("2026-03-01T23:59:59", True), (None, False)],
)  # fmt: skip
def test_evidence_is_of_the_day_from_midnight_to_midnight(taken: str | None, flagged: bool) -> None:
    moment = None if taken is None else datetime.fromisoformat(taken)
    assert evidence.evidence_of_another_day(DAY, moment).flagged is flagged


@pytest.mark.parametrize(
    ("count", "seconds", "review", "flagged"),
    [(20, 59, None, True), (20, 60, None, False), (19, 1, None, False), (1, None, "2.9", True),
     (1, None, "3", False), (20, None, None, False)],
)  # fmt: skip
def test_bounds_of_the_approval_burst(
    count: int, seconds: int | None, review: str | None, flagged: bool
) -> None:
    finding = approvals.approval_burst(count, seconds, None if review is None else Decimal(review))
    assert finding.flagged is flagged


def test_the_quickest_twenty_in_a_row_are_found() -> None:
    slow = [NOON + timedelta(minutes=5 * n) for n in range(30)]
    assert approvals.quickest_span(slow) == 19 * 300
    assert approvals.quickest_span([*slow, *(NOON + timedelta(seconds=n) for n in range(19))][::-1]) == 18
    assert approvals.quickest_span(slow[:19]) is None


@given(st.integers(0, 3), st.integers(3, 500))
def test_a_single_rejection_clears_an_approver(rejections: int, items: int) -> None:
    assert approvals.rubber_stamp(rejections, items).flagged is (rejections == 0 and items >= 200)


@given(st.integers(0, 100).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(1, 9))
def test_no_variance_is_a_share(grades: tuple[int, int], scale: int) -> None:
    top, size = grades
    expected = size > 0 and top * 10 >= size * 9
    assert approvals.no_variance(top, size).flagged is expected
    assert approvals.no_variance(top * scale, size * scale).flagged is expected


@pytest.mark.parametrize(
    ("action", "actor", "status", "acting_for", "allowed"),
    [
        ("approve", "P1", "submitted", None, False),
        ("approve", "P2", "submitted", None, True),
        ("approve", "P2", "submitted", "P1", False),
        ("approve", "P2", "submitted", "P3", True),
        ("edit", "P1", "submitted", None, True),
        ("edit", "P1", "approved", None, False),
        ("edit", "P2", "approved", None, False),
    ],
)
def test_nobody_approves_their_own_and_approved_work_stays(
    action: str, actor: str, status: str, acting_for: str | None, allowed: bool
) -> None:
    assert approvals.attempt(action, actor, "P1", status, acting_for=acting_for).allowed is allowed


SHARES = [(Decimal(20), Decimal(now)) for now in (20, 22, 18, 20)]


def test_a_rise_beyond_two_deviations_of_the_peers_is_inflation() -> None:
    # The peers' rises are 0, 2, -2, 0: mean 0, variance 2, two deviations 2.83.
    assert not outliers.inflated_weights(Decimal(20), Decimal("22.82"), SHARES).flagged
    assert outliers.inflated_weights(Decimal(20), Decimal("22.83"), SHARES).flagged
    assert not outliers.inflated_weights(Decimal(50), Decimal(10), SHARES).flagged
    assert not outliers.inflated_weights(Decimal(0), Decimal(100), SHARES[:2]).flagged


percents = st.decimals(0, 50, places=1)


@given(
    percents, percents, st.lists(st.tuples(percents, percents), min_size=3, max_size=8), st.integers(0, 50)
)
def test_a_rise_of_everybody_is_nobodys_inflation(
    before: Decimal, now: Decimal, peers: list[tuple[Decimal, Decimal]], more: int
) -> None:
    flagged = outliers.inflated_weights(before, now, peers).flagged
    risen = outliers.inflated_weights(before, now + more, [(one, other + more) for one, other in peers])
    assert not flagged or risen.flagged
    assert not risen.flagged or now <= before or flagged


@pytest.mark.parametrize(
    "call",
    [
        lambda: entries.overlapping([(60, 30)]),
        lambda: presence.missing_outs(3, 4),
        lambda: presence.over_reported(10, -1),
        lambda: presence.present_min(1, 2, -1),
        lambda: entries.back_dated(-1, 0),
        lambda: entries.last_minute(3, 4),
        lambda: entries.padded(Decimal(-1), Decimal(1)),
        lambda: evidence.identical_evidence([evidence.EvidenceFile("A", "P", " ")]),
        lambda: approvals.rubber_stamp(3, 2),
        lambda: approvals.no_variance(3, 2),
        lambda: approvals.approval_burst(-1, 0),
        lambda: approvals.attempt("delete", "P1", "P2", "submitted"),
        lambda: approvals.attempt("edit", "P1", "P2", "lost"),
        lambda: outliers.inflated_weights(Decimal(101), Decimal(1), SHARES),
        lambda: texts.own_repeats(-1),
    ],
)
def test_impossible_figures_are_refused(call: object) -> None:
    with pytest.raises(BadInput):
        call()  # type: ignore[operator]
