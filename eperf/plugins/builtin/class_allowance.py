"""Pay by class allowance and score, as most agencies order it; what differs among them are its settings."""

from __future__ import annotations

from eperf.domain.pay.class_pay import advise
from eperf.domain.pay.class_settings import ClassPaySettings
from eperf.domain.pay.facts import PayFacts, PayLine


class ClassAllowance:
    """The pay policy `eperf/class-allowance`."""

    name, version, settings = "class-allowance", "1", ClassPaySettings

    def advise(self, facts: PayFacts, settings: ClassPaySettings) -> PayLine:
        """The line of one person and month."""
        return advise(facts, settings)
