"""What a rule of law cannot say."""

from __future__ import annotations

from datetime import date

from eperf.domain.errors.core import Refused


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
    text_id = "{rule}: besaran untuk {value} tidak diketahui."
    text_en = "{rule}: the rate for {value} is not known."

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(field, value, rule=rule)
