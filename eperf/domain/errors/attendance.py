"""What the edge of attendance machines refuses, and what the rules of attendance cannot say."""

from __future__ import annotations

from datetime import date

from eperf.domain.errors.core import Refused


class BadSerial(Refused):
    """A device's serial number is missing or has a wrong shape (1 to 64 of A-Z a-z 0-9 _ -)."""

    code = "BAD_SERIAL"
    text_id = "Nomor seri mesin tidak ada atau bentuknya salah: {value}."
    text_en = "The device's serial number is missing or has a wrong shape: {value}."


class NotInForce(Refused):
    """A rule is known, but none of its rows holds on the day asked about."""

    code = "RULE_NOT_IN_FORCE"
    text_id = "{field}: aturan {value} tidak berlaku pada {day}."
    text_en = "{field}: the rule {value} is not in force on {day}."

    def __init__(self, field: str, value: object, day: date) -> None:
        super().__init__(field, value, day=day.isoformat())


class RateUnknown(Refused):
    """A rule cuts or pays for this case, but at a rate that is not known: nothing is guessed about pay."""

    code = "RATE_UNKNOWN"
    text_id = "{rule} mengatur {value}, tetapi besarannya tidak diketahui."
    text_en = "{rule} deals with {value}, but its rate is not known."

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(field, value, rule=rule)
