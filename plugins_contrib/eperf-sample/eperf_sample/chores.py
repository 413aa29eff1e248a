"""What is done beside requests: a job at night and a command."""

from __future__ import annotations

from typing import Annotated

from eperf.plugins import BadInput
from eperf.plugins.service import Desk
from eperf_sample.models import CommendationRow


async def number(desk: Desk) -> None:
    """Gives certificates their numbers, in the order in which they were given."""
    async with desk.transaction():
        taken = await CommendationRow.exclude(number=None).count()
        for at, row in enumerate(await CommendationRow.filter(number=None).order_by("id"), taken + 1):
            await CommendationRow.filter(id=row.id).update(number=f"{row.day:%Y}/{at}")


async def count(desk: Desk, year: Annotated[int, "The year of their days; 0 is all."] = 0) -> None:
    """Count commendations."""
    if not 0 <= year <= 9999:
        raise BadInput("year", year, "not a year")
    rows = CommendationRow.all()
    if year:
        rows = rows.filter(day__gte=f"{year:04d}-01-01", day__lte=f"{year:04d}-12-31")
    print(await rows.count())  # noqa: T201 - what a command is for
