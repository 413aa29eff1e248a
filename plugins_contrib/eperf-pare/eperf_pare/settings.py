"""What a unit decides when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.plugins.rules import Deciding
from eperf_pare.rules import ETHICS_ITEMS


@dataclass(frozen=True)
class PareSettings:
    """`ethics_deciding`: whose ethics rating counts; the source does not say, so it must be given.

    `target_deciding`: whose plan counts, by the source the month before. `ethics_items`: the six dimensions that are
    rated, as the unit's behaviour rounds call them.
    """

    ethics_deciding: Deciding
    target_deciding: Deciding = Deciding.PREVIOUS_MONTH
    ethics_items: tuple[str, ...] = ETHICS_ITEMS

    def __post_init__(self) -> None:
        if len(set(self.ethics_items)) != len(ETHICS_ITEMS) or len(self.ethics_items) != len(ETHICS_ITEMS):
            raise ValueError(f"ethics_items are not {len(ETHICS_ITEMS)} different names")
