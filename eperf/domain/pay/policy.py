"""What a pay policy is: the rule by which a unit turns a month into an amount, before tax."""

from __future__ import annotations

from typing import Any, Protocol

from eperf.domain.pay.facts import PayFacts, PayLine


class PayPolicy(Protocol):
    """A rule of pay. Pure: the same facts and settings give the same line."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def version(self) -> str: ...  # noqa: D102

    @property
    def settings(self) -> type[Any]: ...  # noqa: D102

    def advise(self, facts: PayFacts, settings: Any) -> PayLine:
        """The line of one person and month. What is not known is a line with a cause, never an amount of zero."""
