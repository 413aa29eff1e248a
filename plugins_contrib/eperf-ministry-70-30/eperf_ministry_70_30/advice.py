"""The pay policy: the month's amount to the rupiah, from the parts of a score of `ministry-70-30/pay`.

A score has two decimals and would cost some class a thousand rupiah; the stages it is made of are exact. Leave that
pays in part takes the place of the result (pasal 14), a study assignment pays 80 % of it, unpaid leave nothing (4).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from eperf.plugins import Refused, YearMonth
from eperf.plugins.pay import (
    LeaveTaken,
    Missing,
    PayFacts,
    PayLine,
    PayStep,
    PunishmentRule,
    Standing,
    cut_of,
    running,
)
from eperf.plugins.rules import class_allowance_rp, half_up_to
from eperf_ministry_70_30.leave import CUTS_NOT_ADDED, WHOLE_MONTH
from eperf_ministry_70_30.rates import BASIS, Rates, rates_on

SCHEME_KEY = "ministry-70-30/pay"
_CLASSES = range(1, 18)
_LEAVE = "kemnaker-2024"
_TEXTS = {
    "class_allowance": ("Tunjangan kelas jabatan {job_class}.", "Allowance of job class {job_class}."),
    "result": (
        "Kinerja {performance_pct} persen dan kehadiran {attendance_pct} persen.",
        "Performance {performance_pct} per cent and attendance {attendance_pct} per cent.",
    ),
    "leave": (
        "Cuti {leave}: dibayar {paid_pct} persen, menggantikan seluruh hasil.",
        "Leave {leave}: {paid_pct} per cent is paid instead of the whole result.",
    ),
    "unpaid_leave": ("Cuti di luar tanggungan negara: tidak dibayar.", "Unpaid leave: nothing is paid."),
    "study": (
        "Tugas belajar: {paid_pct} persen dari hasil.",
        "Study assignment: {paid_pct} per cent of the result.",
    ),
    "punishment": ("Hukuman disiplin: dipotong {cut_pct} persen.", "Punishment: {cut_pct} per cent is cut."),
    "rounding": ("Dibulatkan ke rupiah.", "Rounded to whole rupiah."),
}


class ClassOf(StrEnum):
    """Which day's post decides the class, in a month in which it changed."""

    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"


@dataclass(frozen=True)
class AdviceSettings:
    """`class_of`: whose class counts in a month with two. `punishments`: by which table punishments cut, or null.

    Neither is in the source that is known, so both must be given.
    """

    class_of: ClassOf
    punishments: PunishmentRule | None


class MinistryPay:
    """The pay policy `ministry-70-30/pay`."""

    name, version, settings = "pay", "1", AdviceSettings

    def advise(self, facts: PayFacts, settings: AdviceSettings) -> PayLine:
        """The line of one person and month, rounded half-up to a rupiah once."""
        steps: list[PayStep] = []
        try:
            amount = _Advice(facts, settings, _rates_in(facts.period), steps).amount()
            return PayLine(amount, None, tuple(steps))
        except Missing as missing:
            return PayLine(None, missing.cause, tuple(steps))


def _rates_in(month: YearMonth) -> Rates:
    try:
        return rates_on(month.first)
    except Refused as refusal:
        raise Missing("rates-not-in-force") from refusal


@dataclass
class _Advice:
    facts: PayFacts
    settings: AdviceSettings
    rates: Rates
    steps: list[PayStep]
    rp: Decimal = Decimal(0)

    def amount(self) -> int:
        if Standing.UNPAID_LEAVE in self.facts.standings:
            self._add("unpaid_leave", f"{BASIS}, pasal 4", Decimal(0))
        else:
            allowance = self._allowance()
            if not self._leave(allowance):
                self._result(allowance)
            self._study()
            self._punishment()
        self._add("rounding", BASIS, half_up_to(self.rp, 0), rounding="half_up", exact_rp=str(self.rp))
        return int(self.rp)

    def _allowance(self) -> Decimal:
        first = self.settings.class_of is ClassOf.FIRST_DAY
        job_class = self.facts.first_class if first else self.facts.last_class
        if job_class is None or job_class not in _CLASSES:
            raise Missing("job-class-unknown")
        try:
            allowance = Decimal(class_allowance_rp("kemnaker", job_class, self.facts.period.first))
        except Refused as refusal:
            raise Missing("class-allowance-unknown") from refusal
        self._add(
            "class_allowance",
            BASIS,
            allowance,
            job_class=str(job_class),
            class_of=self.settings.class_of.value,
        )
        return allowance

    def _result(self, allowance: Decimal) -> None:
        facts = self.facts
        if facts.score_h is None:
            raise Missing(f"score-missing:{facts.score_cause or 'not-scored'}")
        if facts.scheme != SCHEME_KEY:
            raise Missing("score-of-another-scheme")
        performance, attendance = (
            Decimal(facts.stages.get(name, 0)).scaleb(-2) for name in ("work", "attendance")
        )
        share = self.rates.performance_pct * performance + self.rates.attendance_pct * attendance
        said = {"performance_pct": str(performance), "attendance_pct": str(attendance)}
        self._add("result", f"{BASIS}, pasal 5", allowance * share / 10_000, **said)

    def _leave(self, allowance: Decimal) -> bool:
        """Whether a leave that pays in part takes the place of the result; of several the lowest share counts."""
        reduced = [(self._paid(one), one) for one in self.facts.leaves if self._paid(one) < 100]
        if not reduced:
            return False
        paid, leave = min(reduced, key=lambda pair: pair[0])
        said = {
            "leave": leave.kind,
            "first_day": leave.first.isoformat(),
            "last_day": leave.last.isoformat(),
            "month_of_leave": str(leave.month_index(self.facts.period)),
            "paid_pct": str(paid),
            "not_settled_by_the_rule": f"{WHOLE_MONTH}, {CUTS_NOT_ADDED}",
        }
        self._add("leave", f"{BASIS}, pasal 14", allowance * paid / 100, **said)
        return True

    def _paid(self, leave: LeaveTaken) -> Decimal:
        return cut_of(leave, _LEAVE, self.facts.period, leave.calendar).paid_pct

    def _study(self) -> None:
        if Standing.STUDY_ASSIGNMENT in self.facts.standings:
            paid = self.rates.study_pct
            self._add("study", f"{BASIS}, pasal 14", self.rp * paid / 100, paid_pct=str(paid))

    def _punishment(self) -> None:
        told, rule = self.facts.punishments, self.settings.punishments
        if rule is None and told:
            raise Missing("punishment-without-rule")
        found = None if rule is None else running(rule, told, self.facts.period)
        if found is not None:
            said = {"punishment": found.told.word, "decree": found.told.basis, "cut_pct": str(found.cut_pct)}
            self._add("punishment", found.legal_basis, self.rp * (100 - found.cut_pct) / 100, **said)

    def _add(self, step: str, basis: str, output: Decimal, **inputs: str) -> None:
        text_id, text_en = (text.format(**inputs) for text in _TEXTS[step])
        self.rp = output
        self.steps.append(PayStep(step, f"ministry-70-30.{step}", basis, inputs, output, text_id, text_en))
