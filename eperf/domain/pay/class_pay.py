"""The order that agencies share: class allowance x score, leave, eligibility, punishment, one rounding; then tax.

What differs from agency to agency is a setting that names a row of law, and none is preset where the law is not one
for all. Amounts are exact until the rounding at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from eperf.domain.attendance.ladder import Base
from eperf.domain.attendance.leave_pay import LeaveCut
from eperf.domain.attendance.leave_pays import leave_pay_named
from eperf.domain.errors import Refused
from eperf.domain.pay.class_settings import ClassOf, ClassPaySettings, LeaveDays, Rounding
from eperf.domain.pay.facts import LeaveTaken, Missing, PayFacts, PayLine, PayStep, rupiah_text
from eperf.domain.pay.leave import cut_of
from eperf.domain.pay.punishment import running
from eperf.domain.pay.words import worded
from eperf.domain.scoring.eligibility import Standing, eligibility_on, verdict
from eperf.domain.scoring.rounding import ceiling, floor, half_up

_FULL, _ZERO = Decimal(100), Decimal(0)
_ROUNDINGS: Mapping[Rounding, Callable[[Fraction], int]] = {
    Rounding.HALF_UP: half_up,
    Rounding.FLOOR: floor,
    Rounding.CEILING: ceiling,
}


def advise(facts: PayFacts, settings: ClassPaySettings) -> PayLine:
    """The line of one person and month."""
    advice = _Advice(facts, settings)
    try:
        return PayLine(advice.amount(), None, tuple(advice.steps))
    except Missing as missing:
        return PayLine(None, missing.cause, tuple(advice.steps))


@dataclass
class _Advice:
    """One line in the making: the amount so far and the steps that led to it."""

    facts: PayFacts
    settings: ClassPaySettings
    steps: list[PayStep] = field(default_factory=list)
    rp: Decimal = _ZERO

    def amount(self) -> int:
        """Runs all steps."""
        if self._paid_pct() == 0:
            # Whoever is paid nothing whatever the score needs none, and no class either.
            self._eligibility()
            return self._rounded()
        allowance = self._class_allowance()
        if not self._leave_replaces(allowance):
            self._score(allowance)
            self._leaves(allowance)
        self._eligibility()
        self._punishment()
        return self._rounded()

    def _class_allowance(self) -> Decimal:
        facts = self.facts
        job_class = facts.first_class if self.settings.class_of is ClassOf.FIRST_DAY else facts.last_class
        if job_class is None:
            raise Missing("job-class-unknown")
        try:
            amount, basis = self.settings.allowance_of(job_class, facts.period)
        except Refused as refusal:
            raise Missing("class-allowance-unknown") from refusal
        inputs = {"job_class": str(job_class), "class_of": self.settings.class_of.value}
        self._add("class_allowance", basis, inputs, Decimal(amount))
        return Decimal(amount)

    def _score(self, allowance: Decimal) -> None:
        score_h = self.facts.score_h
        if score_h is None:
            raise Missing(f"score-missing:{self.facts.score_cause or 'not-scored'}")
        score = Decimal(score_h).scaleb(-2)
        self._add("score", self.settings.basis, {"score_pct": str(score)}, allowance * score / 100)

    def _eligibility(self) -> None:
        unit, standings = self.settings.eligibility, self.facts.standings
        if Standing.UNPAID_LEAVE in standings and self._paid_pct() == _FULL:
            raise Missing("unpaid-leave-without-rule")
        if unit is None or not standings:
            return
        found = verdict(unit, standings, self.facts.period.last)
        inputs = {
            "standings": ", ".join(sorted(standings)),
            "lowered_by": ", ".join(found.reasons) or "-",
            "paid_pct": str(found.paid_pct),
        }
        basis = eligibility_on(unit, self.facts.period.last).legal_basis
        self._add("eligibility", basis, inputs, self.rp * found.paid_pct / 100)

    def _paid_pct(self) -> Decimal:
        if self.settings.eligibility is None:
            return _FULL
        try:
            return verdict(self.settings.eligibility, self.facts.standings, self.facts.period.last).paid_pct
        except Refused as refusal:
            raise Missing("eligibility-not-in-force") from refusal

    def _cut(self, leave: LeaveTaken) -> LeaveCut:
        profile = self.settings.leave
        if profile is None:
            return LeaveCut(_ZERO, Base.WHOLE, "")
        counted = leave.calendar if self.settings.leave_days is LeaveDays.CALENDAR else leave.working
        return cut_of(leave, profile, self.facts.period, counted)

    def _leave_replaces(self, allowance: Decimal) -> bool:
        """Whether a leave that pays in part takes the place of the whole result; of several the lowest share counts."""
        profile = self.settings.leave
        reduced = [(one, cut) for one in self.facts.leaves if (cut := self._cut(one)).cut_pct > 0]
        # Whoever has such a leave has a row of the month: without one the leave had no cut.
        if (
            profile is None
            or not reduced
            or not leave_pay_named(profile, self.facts.period.first).replaces_total
        ):
            return False
        leave, cut = max(reduced, key=lambda pair: pair[1].cut_pct)
        self._add(
            "leave_replaces",
            cut.legal_basis,
            self._said(leave, cut) | {"paid_pct": str(cut.paid_pct)},
            allowance * cut.paid_pct / 100,
        )
        return True

    def _leaves(self, allowance: Decimal) -> None:
        for leave in self.facts.leaves:
            cut = self._cut(leave)
            if cut.cut_pct == 0:
                continue
            of = allowance
            inputs = self._said(leave, cut) | {"cut_pct": str(cut.cut_pct), "of": cut.base.value}
            if cut.base is not Base.WHOLE:
                share = self.settings.attendance_share_pct
                if share is None:
                    raise Missing("attendance-share-unknown")
                of, inputs = allowance * share / 100, inputs | {"attendance_share_pct": str(share)}
            left = max(_ZERO, self.rp - of * cut.cut_pct / 100)
            self._add("leave", cut.legal_basis, inputs, left)

    def _said(self, leave: LeaveTaken, cut: LeaveCut) -> dict[str, str]:
        counted = leave.calendar if self.settings.leave_days is LeaveDays.CALENDAR else leave.working
        return {
            "leave": leave.kind,
            "first_day": leave.first.isoformat(),
            "last_day": leave.last.isoformat(),
            "month_of_leave": str(leave.month_index(self.facts.period)),
            "days": str(counted.now),
        }

    def _punishment(self) -> None:
        rule = self.settings.punishments
        if rule is None:
            if self.facts.punishments:
                raise Missing("punishment-without-rule")
            return
        found = running(rule, self.facts.punishments, self.facts.period)
        if found is None:
            return
        inputs = {
            "punishment": found.told.word,
            "decree": found.told.basis,
            "since": found.told.since.isoformat(),
            "month": str(found.month_index),
            "months": "-" if found.months is None else str(found.months),
            "cut_pct": str(found.cut_pct),
        }
        self._add("punishment", found.legal_basis, inputs, self.rp * (_FULL - found.cut_pct) / 100)

    def _rounded(self) -> int:
        rounding = self.settings.rounding
        amount = _ROUNDINGS[rounding](Fraction(self.rp))
        self._add(
            "rounding",
            self.settings.basis,
            {"rounding": rounding.value, "exact_rp": rupiah_text(self.rp)},
            Decimal(amount),
        )
        return amount

    def _add(self, step: str, basis: str, inputs: Mapping[str, str], output: Decimal) -> None:
        self.rp = output
        text_id, text_en = worded(step, inputs)
        self.steps.append(PayStep(step, f"class-allowance.{step}", basis, inputs, output, text_id, text_en))
