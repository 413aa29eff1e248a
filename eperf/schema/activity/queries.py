"""Activities of an employee, of a unit, and those that wait for my decision."""

from __future__ import annotations

import strawberry

from eperf.domain.access import Operation, scope
from eperf.domain.activity import MOST_EVIDENCE, ActivityState
from eperf.plugins.api import Contribution
from eperf.schema.activity.bulk import BULK
from eperf.schema.activity.mutations import MUTATIONS
from eperf.schema.activity.types import Activity, ActivityChange
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.lists import linked, many
from eperf.schema.months import days_of
from eperf.schema.scalars import Date, YearMonth
from eperf.store.activity import EvidenceRow
from eperf.store.condition import Condition, Every, Is
from eperf.store.scope import reach_of_activities, within_units

_ORDERS = {"LATEST": (("id", True),), "OLDEST": (("id", False),)}
_CHANGES = {"OLDEST": (("id", False),)}


@strawberry.input(description="Which activities.")
class ActivityFilter:
    """Which activities."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="Of this unit and all below it.")
    state: ActivityState | None = None
    since: Date | None = strawberry.field(default=None, description="Done on this day or later.")
    until: Date | None = strawberry.field(default=None, description="Done on this day or earlier.")

    def where(self) -> Condition | None:
        """The filter as a condition."""
        parts: list[Condition] = []
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.state is not None:
            parts.append(Is("state", self.state.value))
        if self.since is not None:
            parts.append(Is("date", self.since, ">="))
        if self.until is not None:
            parts.append(Is("date", self.until, "<="))
        return Every(tuple(parts)) if parts else None


def _filtered(_: Context, filter: ActivityFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where() if filter else None


def _waiting(context: Context) -> Condition:
    waits = Is("state", ActivityState.SUBMITTED.value)
    within = reach_of_activities(scope(context.seen(), Operation.ACTIVITY_DECIDE))
    return waits if within is None else Every((waits, within))


def _of_month(_: Context, month: YearMonth | None = None) -> Condition | None:
    return None if month is None else days_of(month)


CONTRIBUTION = Contribution(
    types=(Activity, ActivityChange, File),
    query={
        "activities": many(
            Activity, _ORDERS, "LATEST", "The activities in reach, the latest first.", narrow=_filtered
        ),
        "waiting_for_me": many(
            Activity,
            _ORDERS,
            "OLDEST",
            "What waits for my decision, for whom I act and what was escalated to me included.",
            narrow=_waiting,
        ),
    },
    mutation={**MUTATIONS, **BULK},
    extends={
        "Employee": {
            "activities": many(
                Activity,
                _ORDERS,
                "LATEST",
                "Activities, the latest first.",
                back="employee_id",
                narrow=_of_month,
            )
        },
        "Activity": {
            "evidence": linked(
                File, EvidenceRow, "activity_id", "file_id", MOST_EVIDENCE, "The files it cites (bukti)."
            ),
            "history": many(
                ActivityChange,
                _CHANGES,
                "OLDEST",
                "Every change since it was first sent, the oldest first (riwayat).",
                back="activity_id",
            ),
        },
    },
)
