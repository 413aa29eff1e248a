"""What the plugin adds to the API. Names begin with the plugin's, so that no other's can be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from eperf.plugins.api import Contribution, Date, batch_field, payload_field, verb_field
from eperf.plugins.service import Desk
from eperf_sample.events import Commended
from eperf_sample.models import CommendationRow
from eperf_sample.verbs import COMMEND, commend


@strawberry.type(description="A commendation (penghargaan).")
class SampleCommendation:
    """A commendation."""

    number: str | None = strawberry.field(description="The certificate's number; null until it has one.")
    day: Date = strawberry.field(description="The day it is for.")
    reason: str = strawberry.field(description="Why.")


@strawberry.type(description="The update of a commendation.")
class SampleCommended:
    """The event's own fields, by their names in the event."""

    commendation: int
    day: str


@strawberry.input(description="Whom, for which day, why.")
class SampleCommendInput:
    """A commendation to be given."""

    employee: strawberry.ID
    day: Date
    reason: str = strawberry.field(description="At most 500 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


async def _run(desk: Desk, input: SampleCommendInput) -> int:  # noqa: A002 - the API's word
    return await commend(desk, str(input.employee), input.day, input.reason)


async def _shown(desk: Desk, number: int) -> SampleCommendation:
    return shown(await CommendationRow.get(id=number))


def shown(row: CommendationRow) -> SampleCommendation:
    """A row as the API shows it."""
    return SampleCommendation(number=row.number, day=Date(row.day), reason=row.reason)


async def _of_employees(rows: Sequence[Mapping[str, Any]], context: Any) -> list[list[SampleCommendation]]:
    """Once for all employees of a level; the viewer may see each of them."""
    found: dict[int, list[SampleCommendation]] = defaultdict(list)
    asked = CommendationRow.filter(employee_id__in=[row["id"] for row in rows])
    for row in await asked.order_by("-day", "-id"):
        found[row.employee_id].append(shown(row))
    return [found[row["id"]] for row in rows]


CONTRIBUTION = Contribution(
    mutation={
        "sample_commend": verb_field(
            _run, _shown, SampleCommendation, permission=COMMEND, payload="SampleCommendPayload",
            description="Commend somebody (memberi penghargaan).",
        )
    },
    extends={
        "Employee": {
            "commendations": batch_field(
                ("id",), _of_employees, "Commendations, the latest first.", kind=list[SampleCommendation]
            )
        },
        "PerformanceUpdate": {
            "sample_commended": payload_field(Commended, SampleCommended, "Of `sample.commended`.")
        },
    },
)  # fmt: skip
