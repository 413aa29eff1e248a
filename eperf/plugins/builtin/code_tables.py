"""Which family numbers states and ways of verifying how, for sources whose records do not say it themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.domain.errors import BadInput
from eperf.plugins.builtin import clock_fields, fingerspot_codes


@dataclass(frozen=True, slots=True)
class Codes:
    """The numbers of a family."""

    status: Mapping[int, PunchKind]
    verify: Mapping[int, Verify]

    def kind_of(self, status: int | None) -> PunchKind:
        """What a state says."""
        return PunchKind.UNKNOWN if status is None else self.status.get(status, PunchKind.UNKNOWN)

    def verify_of(self, code: int | None) -> Verify:
        """What a verify code says."""
        return Verify.UNKNOWN if code is None else self.verify.get(code, Verify.UNKNOWN)

    def number_of(self, kind: PunchKind) -> int | None:
        """The family's first number for a meaning; None when it has none."""
        return next((number for number, meant in self.status.items() if meant is kind), None)


ADMS = Codes(clock_fields.STATUS, clock_fields.VERIFY)

FAMILIES: dict[str, Codes] = {
    "adms": ADMS,
    "fingerspot": Codes(fingerspot_codes.STATUS, fingerspot_codes.VERIFY),
}
"""The families by name; break in and break out are swapped between them."""


def codes_named(name: str) -> Codes:
    """A family's numbers; refuses a name that is none."""
    if name not in FAMILIES:
        raise BadInput("codes", name, f"one of {', '.join(FAMILIES)}")
    return FAMILIES[name]
