"""Employee numbers: NIP (civil servants) and NI PPPK (government employees by contract).

A NIP carries the birth date, the start as a candidate, the sex and a serial number, and no check digit: a
number of a valid shape proves nothing, so it is compared with the profile where there is one, and it is never
a key. All faults are reported together, because an officer corrects a list once, not once per fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from eperf.domain.errors import BadInput, BadNip

Sex = Literal["male", "female"]

LENGTH = 18
_MOST_CHARS = 64
_BLANKS = re.compile("[ \t\u00a0]")
_DIGITS = re.compile("[0-9]*")
_SEX: dict[str, Sex] = {"1": "male", "2": "female"}


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What the regulation says about the age at the start, as data: replace the row when the regulation
    changes.
    """

    minimum_age: int
    """Younger is a fault (`age_below_18`)."""
    warn_above_age: int
    """Older is only worth a look (`age_above_40`)."""
    legal_basis: str
    confirmed: bool
    """Whether the age bounds were read in the regulation itself."""


NIP_RULE = NumberRule(18, 40, "Perka BKN 22/2007 jo Perka BKN 43/2007", confirmed=False)
"""The rule in force for civil servants."""


@dataclass(frozen=True, slots=True)
class Nip:
    """A NIP of valid shape, taken apart."""

    digits: str
    """The 18 digits, without blanks."""
    birth_date: date
    cpns_tmt: date
    """Start as a candidate civil servant: the first of a month."""
    sex: Sex
    serial: str
    """Three digits, 001 to 999."""
    warnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, field: str = "nip") -> Nip:
        """Reads a NIP, printed with or without blanks; raises `BadNip` with every fault."""
        report = check_nip(text)
        if report.nip is None:
            raise BadNip(report.digits, report.errors, field)
        return report.nip

    @property
    def age_at_tmt(self) -> int:
        """Full years of age at the start."""
        return full_years(self.birth_date, self.cpns_tmt)

    @property
    def printed(self) -> str:
        """In the groups of decrees: `YYYYMMDD YYYYMM S NNN`."""
        return f"{self.digits[:8]} {self.digits[8:14]} {self.digits[14]} {self.digits[15:]}"


@dataclass(frozen=True, slots=True)
class NipReport:
    """All that is to be said about a number. `nip` is there only for a valid NIP, never for an NI PPPK."""

    valid: bool
    errors: tuple[str, ...]
    """Of `not_digits`, `length`, `birth_date`, `tmt_month`, `sex`, `serial`, `age_below_18`."""
    warnings: tuple[str, ...]
    """Of `age_above_40`."""
    digits: str
    """The text without blanks, at most 64 characters."""
    nip: Nip | None = None


def check_nip(
    text: str, *, born: date | None = None, sex: str | None = None, rule: NumberRule = NIP_RULE
) -> NipReport:
    """Everything wrong with a NIP, by its shape and, where given, by the profile's birth date and sex."""
    digits, shape = _digits_of(text)
    if shape:
        return NipReport(False, shape, (), digits)
    birth, tmt = _date(digits[:8]), _date(digits[8:14] + "01")
    errors = _birth_faults(birth, born) + (() if tmt else ("tmt_month",)) + _tail_faults(digits, sex)
    age = full_years(birth, tmt) if birth and tmt else None
    if age is not None and age < rule.minimum_age:
        errors += ("age_below_18",)
    warnings = ("age_above_40",) if age is not None and age > rule.warn_above_age else ()
    if errors or birth is None or tmt is None:
        return NipReport(False, errors, warnings, digits)
    nip = Nip(digits, birth, tmt, _SEX[digits[14]], digits[15:], warnings)
    return NipReport(True, (), warnings, digits, nip)


def check_ni_pppk(text: str, *, born: date | None = None, sex: str | None = None) -> NipReport:
    """Everything wrong with an NI PPPK: birth date 8, contract year 4, code 2, sex 1, serial 3.

    The shape is not confirmed by a regulation at hand, so it is lenient: year, code and age are not judged.
    """
    digits, shape = _digits_of(text)
    errors = shape or _birth_faults(_date(digits[:8]), born) + _tail_faults(digits, sex)
    return NipReport(not errors, errors, (), digits)


def check_employee_number(
    kind: str, text: str, *, born: date | None = None, sex: str | None = None
) -> NipReport:
    """Chooses the validator by the kind of employee: `PNS`, `CPNS` or `PPPK`. Others have no number."""
    if kind in ("PNS", "CPNS"):
        return check_nip(text, born=born, sex=sex)
    if kind == "PPPK":
        return check_ni_pppk(text, born=born, sex=sex)
    raise BadInput("kind", kind, "only PNS, CPNS and PPPK have a number")


def full_years(first: date, last: date) -> int:
    """Full years from one day to another; negative when it lies before."""
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def _digits_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without blanks, and what is wrong with it as a row of 18 ASCII digits."""
    digits = _BLANKS.sub("", text[: 4 * _MOST_CHARS])[:_MOST_CHARS]
    faults = () if _DIGITS.fullmatch(digits) else ("not_digits",)
    return digits, faults + (() if len(digits) == LENGTH else ("length",))


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _birth_faults(birth: date | None, born: date | None) -> tuple[str, ...]:
    return ("birth_date",) if birth is None or born not in (None, birth) else ()


def _tail_faults(digits: str, sex: str | None) -> tuple[str, ...]:
    """Sex digit and serial number."""
    read = _SEX.get(digits[14])
    wrong_sex = read is None or sex not in (None, read)
    return (("sex",) if wrong_sex else ()) + (("serial",) if digits[15:] == "000" else ())
