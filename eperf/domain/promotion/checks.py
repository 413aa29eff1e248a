"""The twelve questions of a promotion, one function each: B1 to B12.

A function gives None when the kind does not ask the question, so that nobody reads of rules that are not theirs.
What the rule needs and nobody knows is not met.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from eperf.domain.errors import BadInput
from eperf.domain.promotion.case import Case
from eperf.domain.promotion.credit_tables import credit_table
from eperf.domain.promotion.discipline import blocking_on, free_from
from eperf.domain.promotion.echelon import echelon
from eperf.domain.promotion.education import education
from eperf.domain.promotion.finding import Code, Finding
from eperf.domain.promotion.kinds import KindRule, first_day_of_passing
from eperf.domain.promotion.periods import first_period
from eperf.domain.promotion.service_time import add_months, full_months
from eperf.domain.promotion.steps import NOTHING, step, yes_no
from eperf.domain.rank import Rank

Check = Callable[[Case, KindRule], Finding | None]

_DAY = timedelta(days=1)
_DISCIPLINE = "PP 94/2021"
_EXAM = "PP 99/2000 jo PP 12/2002 (ujian dinas)"
_EXAM_LEVELS = {("II/d", "III/a"): 1, ("III/d", "IV/a"): 2}
_DIKLATPIM_LEVELS = {"IV": 1, "III": 2}


def time_short(case: Case, rule: KindRule) -> Finding | None:
    """B1: full months in rank; KP-S1: in the post, or four years in rank and a period since inauguration.

    Where the next level is proposed also full months in the level held.
    """
    if not rule.months_in_rank:
        return None
    in_level = rule.months_in_level if case.next_jenjang else 0
    opens = None if case.rank_since is None else _time_opens(case, rule, case.rank_since)
    if in_level:
        level_opens = None if case.jenjang_since is None else add_months(case.jenjang_since, in_level)
        opens = None if opens is None or level_opens is None else max(opens, level_opens)
    facts = step(
        Code.TIME,
        rule.legal_basis,
        in_rank=_months(case.rank_since, case.target),
        rank_needed=str(rule.months_in_rank),
        in_post=_months(case.post_since, case.target),
        post_needed=str(rule.months_in_post),
        in_level=_months(case.jenjang_since, case.target),
        level_needed=str(in_level),
        rank_since=_day(case.rank_since),
        post_since=_day(case.post_since),
        level_since=_day(case.jenjang_since),
        opens=_day(opens),
    )
    met = opens is not None and opens <= case.target
    return Finding(Code.TIME, met, facts, opens, known=opens is not None)


def at_ceiling(case: Case, rule: KindRule) -> Finding | None:
    """B2: no rank above, or the next is above what education, level or post allow."""
    following = case.rank.next
    found = ("highest", case.rank.code, case.rank) if following is None else _ceiling(case, rule)
    if found is None:
        return None
    bound, of, highest = found
    facts = step(
        Code.CEILING,
        rule.legal_basis,
        next=NOTHING if following is None else following.code,
        ceiling=NOTHING if highest is None else highest.code,
        bound=bound,
        of=of,
    )
    met = following is not None and highest is not None and following <= highest
    return Finding(Code.CEILING, met, facts, known=highest is not None)


def appraisal_low(case: Case, rule: KindRule) -> Finding | None:
    """B3: each of the latest appraisals is there and at least what the kind asks."""
    if not rule.appraisals:
        return None
    seen = case.appraisals[: rule.appraisals]
    rated = [one for one in seen if one is not None]
    good = [one for one in rated if one >= rule.least]
    facts = step(
        Code.APPRAISAL,
        rule.legal_basis,
        seen=", ".join(one.code if one else NOTHING for one in seen) or NOTHING,
        count=str(rule.appraisals),
        least=rule.least.code,
    )
    known = len(rated) == rule.appraisals or len(good) < len(rated)
    return Finding(Code.APPRAISAL, len(good) == rule.appraisals, facts, known=known)


def disciplined(case: Case, rule: KindRule) -> Finding:
    """B4: a medium or heavy penalty runs on the day (KPLB: or was imposed within 24 months), or a case is open."""
    blocking = blocking_on(case, rule, case.target)
    facts = step(
        Code.DISCIPLINE,
        _DISCIPLINE,
        levels=", ".join(penalty.level for penalty in blocking) or NOTHING,
        spans=", ".join(f"{one.since.isoformat()} - {_day(one.until)}" for one in blocking) or NOTHING,
        examined=yes_no(case.under_examination),
    )
    clears = None if case.under_examination else free_from(case, rule)
    return Finding(Code.DISCIPLINE, not blocking and not case.under_examination, facts, clears)


def suspended(case: Case, rule: KindRule) -> Finding:
    """B5."""
    return Finding(
        Code.SUSPENDED,
        not case.suspended,
        step(Code.SUSPENDED, rule.legal_basis, suspended=yes_no(case.suspended)),
    )


def examination_missing(case: Case, rule: KindRule) -> Finding | None:
    """B6: the crossings to golongan III and IV need a certificate unless training or education replaces it."""
    following = case.rank.next
    needed = _EXAM_LEVELS.get((case.rank.code, following.code)) if following else None
    if needed is None or following is None or rule.exam_exempt:
        return None
    schooled = education(case.education, case.target).exempt_from_exam if case.education else 0
    replaced = max(schooled, _DIKLATPIM_LEVELS.get(case.diklatpim or "", 0))
    facts = step(
        Code.EXAMINATION,
        _EXAM,
        needed=str(needed),
        step=f"{case.rank.code} - {following.code}",
        passed=NOTHING if case.exam_level is None else str(case.exam_level),
        replaced=str(replaced),
    )
    met = max(case.exam_level or 0, replaced) >= needed
    return Finding(Code.EXAMINATION, met, facts, known=case.exam_level is not None)


def post_wrong(case: Case, rule: KindRule) -> Finding | None:
    """B7: the post that the kind is for is shown, and the rank stands to it as the kind says."""
    if rule.post == "any":
        return None
    facts = step(
        Code.POST,
        rule.legal_basis,
        wanted=rule.post,
        standing=rule.rank_to_post,
        held=case.echelon or case.jenjang or NOTHING,
        rank=case.rank.code,
        since=_day(case.post_since),
    )
    return Finding(Code.POST, _post_fits(case, rule), facts, known=_post_known(case, rule))


def credit_short(case: Case, rule: KindRule) -> Finding | None:
    """B8: credit points, and at a change of level the competency test and a vacancy."""
    if not rule.needs_credit:
        return None
    level = None if case.jenjang is None else credit_table(case.target).level(case.jenjang)
    if level is not None and case.next_jenjang not in (None, level.next_code):
        raise BadInput(
            "next_jenjang", case.next_jenjang, f"the level after {level.code} is {level.next_code}"
        )
    needed = case.credit_needed
    if needed is None and level is not None:
        needed = level.to_next_level if case.next_jenjang else level.rank_step
    enough = case.credit is not None and needed is not None and case.credit >= needed
    changed = case.next_jenjang is None or (case.competency_passed and case.vacancy)
    facts = step(
        Code.CREDIT,
        rule.legal_basis,
        credit=NOTHING if case.credit is None else str(case.credit),
        needed=NOTHING if needed is None else str(needed),
        level=case.next_jenjang or NOTHING,
        test=yes_no(case.competency_passed),
        vacancy=yes_no(case.vacancy),
    )
    known = not changed or (case.credit is not None and needed is not None)
    return Finding(Code.CREDIT, enough and changed, facts, known=known)


def already_proposed(case: Case, rule: KindRule) -> Finding:
    """B9."""
    other = case.other_active_proposal
    return Finding(Code.PROPOSAL, not other, step(Code.PROPOSAL, rule.legal_basis, other=yes_no(other)))


def passes_superior(case: Case, rule: KindRule) -> Finding | None:
    """B10: the new rank is not above the direct superior's, as long as that binds the kind."""
    following = case.rank.next
    if rule.passes_superior or following is None:
        return None
    superior = case.superior
    facts = step(
        Code.SUPERIOR,
        rule.legal_basis,
        next=following.code,
        superior=superior.code if superior else NOTHING,
    )
    met = superior is None or following <= superior
    return Finding(Code.SUPERIOR, met, facts, first_day_of_passing(rule))


def data_differ(case: Case, rule: KindRule) -> Finding:
    """B11."""
    fields = ", ".join(case.mismatches) or NOTHING
    return Finding(Code.DATA, not case.mismatches, step(Code.DATA, rule.legal_basis, fields=fields))


def on_unpaid_leave(case: Case, rule: KindRule) -> Finding:
    """B12 (known from memory only)."""
    until = case.unpaid_leave_until
    met = until is None or until < case.target
    facts = step(Code.UNPAID_LEAVE, rule.legal_basis, until=_day(until))
    return Finding(Code.UNPAID_LEAVE, met, facts, None if until in (None, date.max) else until + _DAY)


CHECKS: tuple[Check, ...] = (
    time_short,
    at_ceiling,
    appraisal_low,
    disciplined,
    suspended,
    examination_missing,
    post_wrong,
    credit_short,
    already_proposed,
    passes_superior,
    data_differ,
    on_unpaid_leave,
)
"""In the order of the codes."""


def _time_opens(case: Case, rule: KindRule, rank_since: date) -> date:
    opens = add_months(rank_since, rule.months_in_rank)
    if case.post_since is None or not rule.months_in_post:
        return opens
    opens = max(opens, add_months(case.post_since, rule.months_in_post))
    if rule.months_in_rank_alone is None:
        return opens
    inaugurated = first_period(case.post_since + _DAY)
    return min(opens, max(add_months(rank_since, rule.months_in_rank_alone), inaugurated))


def _ceiling(case: Case, rule: KindRule) -> tuple[str, str, Rank | None] | None:
    """What bounds the new rank, and where (None: unknown); None for a kind without a ceiling or without a post."""
    if rule.ceiling in ("education", "diploma_start"):
        if case.education is None:
            return "education", NOTHING, None
        row = education(case.education, case.target)
        return "education", row.code, row.ceiling if rule.ceiling == "education" else row.start
    if rule.ceiling == "level" and case.jenjang is not None:
        level = credit_table(case.target).level(case.next_jenjang or case.jenjang)
        return "level", level.code, level.highest
    post = echelon(case.echelon, case.target) if rule.ceiling == "post" and case.echelon else None
    return None if post is None else ("echelon", post.code, post.highest)


def _post_fits(case: Case, rule: KindRule) -> bool:
    held = echelon(case.echelon, case.target) if case.echelon else None
    if rule.post == "none":
        return case.released or (held is None and case.jenjang is None)
    if rule.post == "functional":
        return case.jenjang is not None
    if held is None or (rule.months_in_post and case.post_since is None):
        return False
    if rule.rank_to_post == "one_below":
        return case.rank.next == held.lowest
    return case.rank >= held.lowest


def _post_known(case: Case, rule: KindRule) -> bool:
    if rule.post == "functional":
        return case.jenjang is not None
    if rule.post == "structural":
        return case.echelon is not None and (case.post_since is not None or not rule.months_in_post)
    return True


def _months(since: date | None, until: date) -> str:
    return NOTHING if since is None else str(full_months(since, until))


def _day(day: date | None) -> str:
    return NOTHING if day is None else day.isoformat()
