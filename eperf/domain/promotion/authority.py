"""Who examines a proposal and who signs the decree, by the new rank: a matrix that an agency may edit.

The scope of the delegation for the highest ranks is told in two ways (from IV/c on, or IV/c to IV/e), which is the
same with today's ranks; it is known from memory only and marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from eperf.domain.in_force import covers
from eperf.domain.rank import Rank

Signer = Literal["appointing_authority", "president_delegated_to_bkn"]
Examiner = Literal["bkn_regional_office", "bkn_head_office"]


@dataclass(frozen=True, slots=True)
class Authority:
    """From the lowest to the highest new rank, both inclusive, in the time in which the row holds."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    lowest: Rank
    highest: Rank
    examiner: Examiner
    signer: Signer
    confirmed: bool


def _row(legal_basis: str, ranks: str, examiner: Examiner, signer: Signer, *, confirmed: bool) -> Authority:
    lowest, highest = (Rank.parse(text) for text in ranks.split())
    return Authority(date(2014, 1, 1), None, legal_basis, lowest, highest, examiner, signer, confirmed)


MATRIX: tuple[Authority, ...] = (
    _row(
        "PP 99/2000 jo PP 12/2002", "I/a IV/b", "bkn_regional_office", "appointing_authority", confirmed=True
    ),
    _row("Keppres 53/2014", "IV/c IV/e", "bkn_head_office", "president_delegated_to_bkn", confirmed=False),
)


def authority(new_rank: Rank, on: date) -> Authority | None:
    """The row for a new rank on a day; None where none is known: then nobody may be named as the signer."""
    rows = (row for row in MATRIX if covers(row, on) and row.lowest <= new_rank <= row.highest)
    return next(rows, None)
