"""How long personal data is kept, and what becomes of it then. Rows are an agency's archive schedule.

Whatever is no longer needed is destroyed or reduced; the law asks for it (UU 27/2022 pasal 42-44), the periods are
those of the schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eperf.domain.errors import BadInput
from eperf.domain.in_force import standing


class AtTheEnd(StrEnum):
    """What becomes of data when its time is over."""

    DESTROY = "destroy"
    REDUCE = "reduce"
    """Keep the conclusion only: inside or outside the fence, without the place."""
    KEEP = "keep"
    """Permanent archive."""


@dataclass(frozen=True, slots=True)
class Retention:
    """One kind of data: days or whole years in use, whole years at rest, and the end."""

    kind: str
    active_days: int
    active_years: int
    inactive_years: int
    end: AtTheEnd
    legal_basis: str
    valid_from: date
    valid_to: date | None = None

    def until(self, day: date) -> date | None:
        """The first day on which data of `day` is no longer kept as it is; None for a permanent archive.

        A year ends on the same date; on 1 March for a 29 February that the later year does not have.
        """
        if self.end is AtTheEnd.KEEP:
            return None
        years = day.year + self.active_years + self.inactive_years
        try:
            end = day.replace(year=years)
        except ValueError:
            end = date(years, 3, 1)
        return end + timedelta(days=self.active_days)


_SINCE = date(2017, 1, 1)

RETENTIONS: tuple[Retention, ...] = (
    Retention(
        "coordinates", 90, 0, 0, AtTheEnd.REDUCE, "UU 27/2022 pasal 16; 90 days chosen by eperf", _SINCE
    ),
    Retention("monthly_report", 0, 1, 1, AtTheEnd.DESTROY, "ANRI 22/2017, example schedule", _SINCE),
    Retention("annual_report", 0, 2, 3, AtTheEnd.KEEP, "ANRI 22/2017, example schedule", _SINCE),
    Retention(
        "discipline",
        0,
        2,
        0,
        AtTheEnd.DESTROY,
        "the two years that a promotion looks back",
        _SINCE,
    ),
)
"""What eperf proposes. Discipline records last at least as long as a promotion looks back on them."""


def retention(kind: str, on: date) -> Retention:
    """The row for a kind of data on a day; refuses a kind that has none."""
    row = standing((row for row in RETENTIONS if row.kind == kind), on)
    if row is None:
        raise BadInput("kind", kind, "no archive schedule for it on this day")
    return row
