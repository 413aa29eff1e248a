"""Who may be proposed: all reasons at once, each with its evidence and the day it clears, or that none clears it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.case import Case, Penalty
from eperf.domain.promotion.education import TABLES
from eperf.domain.promotion.eligibility import decide
from eperf.domain.promotion.finding import NOT_BY_TIME, Code
from eperf.domain.promotion.kinds import CODES, KINDS, period_exists
from eperf.domain.promotion.steps import WORDS
from eperf.domain.rank import RANKS, Rank

DAY = timedelta(days=1)
GOOD = (Predikat.BAIK, Predikat.BAIK)
BEST = (Predikat.SANGAT_BAIK, Predikat.SANGAT_BAIK)
REGULAR = Case(
    "KP-R", Rank.parse("III/b"), date(2022, 4, 1), date(2026, 4, 1), education="S-1", appraisals=GOOD
)
FUNCTIONAL = Case(
    "KP-JF", Rank.parse("III/a"), date(2024, 4, 1), date(2026, 4, 1), appraisals=GOOD,
    jenjang="ahli_pertama", credit=Decimal(50),
)  # fmt: skip
BELOW_POST = Case(
    "KP-S1", Rank.parse("III/c"), date(2025, 2, 1), date(2026, 4, 1), appraisals=GOOD,
    echelon="III.b", post_since=date(2025, 4, 1),
)  # fmt: skip

dates = st.dates(date(2015, 1, 1), date(2032, 12, 31))
penalties = st.builds(
    lambda level, since, days: Penalty(level, since, None if days is None else since + days * DAY),
    st.sampled_from(["light", "medium", "heavy"]),
    dates,
    st.none() | st.integers(0, 1200),
)
cases = st.builds(
    Case,
    kind=st.sampled_from(CODES),
    rank=st.sampled_from(RANKS),
    rank_since=st.none() | dates,
    target=st.dates(date(2023, 1, 1), date(2032, 12, 31)),
    education=st.none() | st.sampled_from([row.code for row in TABLES[0].rows]),
    appraisals=st.lists(st.none() | st.sampled_from(list(Predikat)), max_size=3).map(tuple),
    penalties=st.lists(penalties, max_size=3).map(tuple),
    under_examination=st.booleans(),
    suspended=st.booleans(),
    other_active_proposal=st.booleans(),
    exam_level=st.integers(0, 2),
    diklatpim=st.sampled_from([None, "III", "IV"]),
    superior=st.none() | st.sampled_from(RANKS),
    jenjang=st.sampled_from([None, "ahli_pertama", "ahli_madya", "penyelia", "pemula"]),
    credit=st.none() | st.sampled_from([Decimal(0), Decimal(50), Decimal(500)]),
    credit_needed=st.none() | st.just(Decimal(100)),
    echelon=st.sampled_from([None, "none", "II.a", "III.b", "IV.a", "V"]),
    post_since=st.none() | dates,
    mismatches=st.sampled_from([(), ("nip",)]),
    unpaid_leave_until=st.none() | dates,
)


def codes(case: Case) -> list[str]:
    return [finding.code.value for finding in decide(case).reasons]


@given(cases)
def test_every_reason_has_a_code_evidence_a_legal_basis_and_says_when_it_clears(case: Case) -> None:
    verdict = decide(case)
    assert verdict.eligible == (verdict.reasons == ())
    assert len({finding.code for finding in verdict.findings}) == len(verdict.findings)
    for finding in verdict.findings:
        assert finding.step.rule == finding.code
        assert finding.step.facts
        assert finding.step.legal_basis
        assert finding.step.text_id != finding.step.text_en
        assert not set(re.findall(r"[a-z_]+", finding.step.text_id)) & set(WORDS)
        assert (finding.clears is None) == finding.met
    for reason in verdict.reasons:
        assert reason.clears == NOT_BY_TIME or (
            reason.clears_on is not None and reason.clears_on > case.target
        )


@given(cases)
def test_a_reason_that_clears_by_time_is_there_the_day_before_and_gone_on_the_day(case: Case) -> None:
    for reason in decide(case).reasons:
        if reason.clears_on is not None:
            assert reason.code in codes(replace(case, target=reason.clears_on - DAY))
            assert reason.code not in codes(replace(case, target=reason.clears_on))


@given(cases, st.integers(0, 3000))
def test_without_penalties_time_alone_never_makes_somebody_ineligible(case: Case, later: int) -> None:
    calm = replace(case, penalties=())
    after = replace(calm, target=calm.target + later * DAY)
    assert set(codes(after)) <= set(codes(calm))


@given(cases)
def test_a_better_year_never_adds_a_reason(case: Case) -> None:
    better = replace(case, appraisals=BEST)
    assert set(codes(better)) <= set(codes(case))
    assert "B3" not in codes(better)


@given(cases)
def test_employees_by_contract_have_no_path_whatever_else_is_known(case: Case) -> None:
    verdict = decide(replace(case, employee_kind="PPPK"))
    assert (verdict.eligible, verdict.reasons, verdict.next_rank, verdict.no_path) == (False, (), None, True)
    assert verdict.steps


def test_all_reasons_come_together_in_the_order_of_the_codes() -> None:
    case = replace(
        REGULAR,
        rank=Rank.parse("III/d"),
        rank_since=date(2023, 4, 1),
        appraisals=(Predikat.BAIK,),
        under_examination=True,
        suspended=True,
        other_active_proposal=True,
        mismatches=("birth_date",),
        unpaid_leave_until=date(2026, 4, 1),
        jenjang="ahli_muda",
    )
    assert codes(case) == ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B9", "B11", "B12"]
    assert decide(case).clears_on is None


def test_when_all_reasons_clear_by_time_the_last_of_the_days_counts() -> None:
    penalty = Penalty("medium", date(2026, 1, 1), date(2026, 6, 30))
    case = replace(REGULAR, rank_since=date(2022, 9, 1), penalties=(penalty,))
    assert codes(case) == ["B1", "B4"]
    assert decide(case).clears_on == date(2026, 9, 1)
    assert decide(REGULAR).clears_on is None


def test_a_penalty_blocks_from_the_day_it_is_imposed_to_its_last_day() -> None:
    case = replace(REGULAR, penalties=(Penalty("heavy", REGULAR.target, REGULAR.target),))
    assert codes(case) == ["B4"]
    assert decide(case).reasons[0].clears_on == REGULAR.target + DAY
    for shift in (-DAY, DAY):
        day = REGULAR.target + shift
        assert codes(replace(REGULAR, penalties=(Penalty("heavy", day, day),))) == []


def test_an_open_penalty_does_not_clear_by_time() -> None:
    reason = decide(replace(REGULAR, penalties=(Penalty("heavy", date(2025, 1, 1), None),))).reasons[0]
    assert (reason.code, reason.clears) == (Code.DISCIPLINE, NOT_BY_TIME)


def test_the_last_day_of_the_calendar_means_that_no_end_is_known() -> None:
    case = replace(
        REGULAR, penalties=(Penalty("heavy", date(2025, 1, 1), date.max),), unpaid_leave_until=date.max
    )
    assert [(one.code, one.clears) for one in decide(case).reasons] == [
        (Code.DISCIPLINE, NOT_BY_TIME),
        (Code.UNPAID_LEAVE, NOT_BY_TIME),
    ]


def test_a_second_penalty_that_follows_the_first_moves_the_day_that_clears() -> None:
    one = Penalty("medium", date(2026, 1, 1), date(2026, 6, 30))
    two = Penalty("heavy", date(2026, 7, 1), date(2027, 6, 30))
    assert decide(replace(REGULAR, penalties=(one, two))).reasons[0].clears_on == date(2027, 7, 1)


@pytest.mark.parametrize(("since", "blocked"), [(date(2024, 4, 1), False), (date(2024, 4, 2), True)])
def test_for_an_extraordinary_promotion_a_penalty_counts_for_24_months(since: date, blocked: bool) -> None:
    penalty = Penalty("medium", since, since + 30 * DAY)
    case = replace(REGULAR, kind="KP-LB", appraisals=(Predikat.SANGAT_BAIK,), penalties=(penalty,))
    assert codes(case) == (["B4"] if blocked else [])


def test_an_extraordinary_promotion_knows_no_ceiling_no_examination_no_superior_and_no_credit() -> None:
    case = replace(
        FUNCTIONAL, kind="KP-LB", rank=Rank.parse("III/d"), appraisals=(Predikat.SANGAT_BAIK,),
        credit=Decimal(0), superior=Rank.parse("III/a"), education="SLTA",
    )  # fmt: skip
    assert codes(case) == []
    assert codes(replace(case, appraisals=(Predikat.BAIK, Predikat.SANGAT_BAIK))) == ["B3"]


@pytest.mark.parametrize("kind", CODES)
def test_at_the_highest_rank_there_is_no_next_one_for_any_kind(kind: str) -> None:
    verdict = decide(replace(REGULAR, kind=kind, rank=Rank.parse("IV/e")))
    assert verdict.next_rank is None
    assert Code.CEILING in [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize("row", TABLES[0].rows, ids=lambda row: row.code)
def test_regular_promotion_ends_at_the_ceiling_of_the_education(row: object) -> None:
    code, ceiling = row.code, row.ceiling  # type: ignore[attr-defined]
    below = RANKS[RANKS.index(ceiling) - 1]
    assert "B2" not in codes(replace(REGULAR, education=code, rank=below))
    assert "B2" in codes(replace(REGULAR, education=code, rank=ceiling))


@pytest.mark.parametrize(
    ("rank", "education", "passed", "training", "missing"),
    [
        ("II/d", "SLTA", 0, None, True),
        ("II/d", "SLTA", 2, None, False),
        ("II/d", "D-IV", 0, None, False),
        ("II/d", "SLTA", 0, "IV", False),
        ("III/d", "S-1", 1, None, True),
        ("III/d", "S-1", 0, "IV", True),
        ("III/d", "S-1", 0, "III", False),
        ("III/d", "S-2", 0, None, False),
        ("I/d", "SD", 0, None, False),
        ("III/b", "SLTA", 0, None, False),
    ],
)
def test_two_crossings_need_an_examination_unless_training_or_education_replaces_it(
    rank: str, education: str, passed: int, training: str | None, missing: bool
) -> None:
    case = replace(REGULAR, rank=Rank.parse(rank), education=education, exam_level=passed, diklatpim=training)
    assert ("B6" in codes(case)) == missing


@pytest.mark.parametrize(
    ("target", "passing"), [(date(2025, 5, 19), True), (date(2025, 5, 20), False), (date(2026, 4, 1), False)]
)
def test_the_superiors_rank_binds_regular_promotion_until_20_may_2025(target: date, passing: bool) -> None:
    case = replace(REGULAR, rank_since=date(2020, 1, 1), target=target, superior=Rank.parse("III/b"))
    verdict = decide(case)
    assert codes(case) == (["B10"] if passing else [])
    assert not passing or verdict.reasons[0].clears_on == date(2025, 5, 20)
    assert codes(replace(case, superior=Rank.parse("III/c"))) == []


def test_in_a_structural_post_the_superiors_rank_still_binds() -> None:
    reason = decide(replace(BELOW_POST, superior=Rank.parse("III/c"))).reasons[0]
    assert (reason.code, reason.clears) == (Code.SUPERIOR, NOT_BY_TIME)


def test_below_the_posts_lowest_rank_a_year_in_rank_and_a_year_in_the_post_are_needed() -> None:
    assert codes(BELOW_POST) == []
    fresh = decide(replace(BELOW_POST, post_since=date(2025, 9, 1))).reasons
    assert [(one.code, one.clears_on) for one in fresh] == [(Code.TIME, date(2026, 9, 1))]
    young = decide(replace(BELOW_POST, rank_since=date(2025, 6, 1))).reasons
    assert [(one.code, one.clears_on) for one in young] == [(Code.TIME, date(2026, 6, 1))]


def test_four_years_in_rank_open_the_first_period_after_the_inauguration() -> None:
    veteran = replace(BELOW_POST, rank_since=date(2020, 1, 1), post_since=date(2026, 4, 1))
    assert [one.clears_on for one in decide(veteran).reasons] == [date(2026, 5, 1)]
    assert codes(replace(veteran, post_since=date(2026, 3, 31))) == []


@pytest.mark.parametrize(
    ("kind", "rank", "fits"),
    [("KP-S1", "III/b", False), ("KP-S1", "III/c", True), ("KP-S1", "III/d", False),
     ("KP-S2", "III/c", False), ("KP-S2", "III/d", True)],
)  # fmt: skip
def test_the_rank_stands_to_the_post_as_the_kind_says(kind: str, rank: str, fits: bool) -> None:
    case = replace(BELOW_POST, kind=kind, rank=Rank.parse(rank))
    assert ("B7" not in codes(case)) == fits


def test_a_kind_is_for_its_own_post() -> None:
    assert codes(replace(REGULAR, jenjang="ahli_pertama")) == ["B7"]
    assert codes(replace(REGULAR, echelon="IV.a")) == ["B7"]
    assert codes(replace(REGULAR, echelon="99")) == []
    assert codes(replace(REGULAR, jenjang="ahli_pertama", released=True)) == []
    assert codes(replace(BELOW_POST, post_since=None)) == ["B7"]
    assert codes(replace(BELOW_POST, echelon=None)) == ["B7"]
    assert "B7" in codes(replace(FUNCTIONAL, jenjang=None))


def test_credit_is_needed_to_the_last_hundredth_and_a_step_of_the_level_by_default() -> None:
    assert codes(FUNCTIONAL) == []
    assert codes(replace(FUNCTIONAL, credit=Decimal("49.99"))) == ["B8"]
    assert codes(replace(FUNCTIONAL, credit=None)) == ["B8"]
    assert codes(replace(FUNCTIONAL, credit_needed=Decimal("50.01"))) == ["B8"]


def test_above_the_level_the_next_level_comes_first_with_test_and_vacancy() -> None:
    top = replace(FUNCTIONAL, rank=Rank.parse("III/b"))
    assert codes(top) == ["B2"]
    raised = replace(top, next_jenjang="ahli_muda", jenjang_since=date(2024, 4, 1), credit=Decimal(100))
    assert codes(raised) == ["B8"]
    assert codes(replace(raised, competency_passed=True)) == ["B8"]
    assert codes(replace(raised, competency_passed=True, vacancy=True)) == []


RAISED = replace(
    FUNCTIONAL, rank=Rank.parse("III/b"), next_jenjang="ahli_muda", jenjang_since=date(2025, 4, 1),
    credit=Decimal(100), competency_passed=True, vacancy=True,
)  # fmt: skip


def test_the_next_level_needs_all_credit_of_the_level_held_and_a_year_in_it() -> None:
    assert codes(RAISED) == []
    assert codes(replace(RAISED, credit=Decimal("99.99"))) == ["B8"]
    (short,) = decide(replace(RAISED, jenjang_since=date(2025, 4, 2))).reasons
    assert (short.code, short.clears_on) == (Code.TIME, date(2026, 4, 2))
    (unknown,) = decide(replace(RAISED, jenjang_since=None)).reasons
    assert (unknown.code, unknown.known) == (Code.TIME, False)


@pytest.mark.parametrize("level", ["ahli_madya", "ahli_pertama", "penyelia"])
def test_a_level_that_does_not_follow_is_refused(level: str) -> None:
    with pytest.raises(BadInput, match="next_jenjang"):
        decide(replace(RAISED, next_jenjang=level))


def test_what_is_not_known_is_not_met() -> None:
    assert codes(replace(REGULAR, education=None)) == ["B2"]
    assert codes(replace(REGULAR, appraisals=())) == ["B3"]
    assert codes(replace(REGULAR, appraisals=(None, Predikat.BAIK))) == ["B3"]
    assert codes(replace(REGULAR, rank_since=None)) == ["B1"]


def test_a_death_in_duty_asks_for_neither_years_nor_appraisals() -> None:
    case = Case("KP-A", Rank.parse("III/d"), date(2026, 3, 1), date(2026, 3, 13))
    assert codes(case) == []
    assert decide(case).on_period


def test_a_long_service_asks_for_a_month_in_rank_and_a_good_year() -> None:
    case = Case("KP-P", Rank.parse("III/d"), date(2026, 3, 1), date(2026, 4, 1), appraisals=(Predikat.BAIK,))
    assert codes(case) == []
    assert codes(replace(case, rank_since=date(2026, 3, 2))) == ["B1"]
    old, fresh = Penalty("medium", date(2025, 4, 1), date(2025, 5, 1)), date(2025, 4, 2)
    assert codes(replace(case, penalties=(old,))) == []
    assert codes(replace(case, penalties=(replace(old, since=fresh),))) == ["B4"]


def test_the_day_is_judged_apart_by_the_kind() -> None:
    assert period_exists(date(2026, 3, 13), "KP-A")
    assert not period_exists(date(2026, 3, 13), "KP-P")
    assert period_exists(date(2025, 3, 1), "KP-P")
    assert not period_exists(date(2025, 3, 1), "KP-R")
    assert not decide(replace(REGULAR, target=date(2026, 4, 2))).on_period


def test_every_kind_has_one_rule_on_every_day_with_its_legal_basis() -> None:
    for code in CODES:
        rows = [rule for rule in KINDS if rule.code == code]
        assert [row.valid_from for row in rows[1:]] == [row.valid_to for row in rows[:-1]]
        assert rows[-1].valid_to is None
        assert all(row.legal_basis for row in rows)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "KP-X"}, "kind"),
        ({"education": "S-4"}, "education"),
        ({"target": date(1999, 1, 1)}, "kind"),
    ],
)
def test_what_no_table_knows_is_refused_by_the_name_of_the_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput, match=field):
        decide(replace(REGULAR, **change))  # type: ignore[arg-type]


def test_unknown_posts_and_levels_are_refused() -> None:
    with pytest.raises(BadInput, match="eselon"):
        decide(replace(BELOW_POST, echelon="VI"))
    with pytest.raises(BadInput, match="jenjang"):
        decide(replace(FUNCTIONAL, jenjang="ahli"))


@pytest.mark.parametrize("wrong", [{"exam_level": 3}, {"diklatpim": "II"}, {"employee_kind": "TNI"}])
def test_facts_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        replace(REGULAR, **wrong)  # type: ignore[arg-type]


def test_a_penalty_of_an_unknown_level_or_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match=r"penalties\.level"):
        Penalty("mild", date(2026, 1, 1), None)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"penalties\.to"):
        Penalty("medium", date(2026, 1, 2), date(2026, 1, 1))
