"""Activities of an employee, of a unit, and those that wait for my decision."""

from __future__ import annotations

from datetime import date

import strawberry

from eperf.domain.access import Operation, scope
from eperf.domain.activity import ActivityState
from eperf.domain.period import YearMonth as Month
from eperf.plugins.api import Contribution
from eperf.schema.activity.mutations import MUTATIONS
from eperf.schema.activity.types import Activity
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.organisation.queries import After, First, Info
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, YearMonth
from eperf.store.activity import EvidenceRow
from eperf.store.scope import Columns, Q, below, predicate

_ORDERS = {"LATEST": (("id", True),), "OLDEST": (("id", False),)}
_MOST_EVIDENCE = 10


@strawberry.input(description="Which activities.")
class ActivityFilter:
    """Which activities."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="Of this unit and all below it.")
    state: ActivityState | None = None
    since: Date | None = strawberry.field(default=None, description="Done on this day or later.")
    until: Date | None = strawberry.field(default=None, description="Done on this day or earlier.")

    def where(self) -> Q:
        """The filter as a condition."""
        parts: list[Q] = [Q(id__gt=0)]
        if self.unit is not None:
            parts.append(Q(unit_id__in=below([number_of(self.unit, "Unit", "filter.unit")])))
        if self.state is not None:
            parts.append(Q(state=self.state.value))
        if self.since is not None:
            parts.append(Q(date__gte=self.since))
        if self.until is not None:
            parts.append(Q(date__lte=self.until))
        return Q(*parts)


async def activities(
    info: Info,
    first: First = None,
    after: After = None,
    filter: ActivityFilter | None = None,  # noqa: A002
) -> Connection[Activity]:
    """The activities in reach, the latest first."""
    info.context.seen()
    asked = wanted(_ORDERS, "LATEST", first, after, filter.where() if filter else None, None)
    return connection(Activity, await info.context.rows.page(Activity, asked), after)


async def waiting_for_me(info: Info, first: First = None, after: After = None) -> Connection[Activity]:
    """Activities that wait for the viewer's decision, the oldest first."""
    reach = predicate(scope(info.context.seen(), Operation.ACTIVITY_DECIDE), Columns())
    where = Q(state=ActivityState.SUBMITTED.value)
    asked = wanted(_ORDERS, "OLDEST", first, after, where if reach is None else Q(where, reach), None)
    return connection(Activity, await info.context.rows.page(Activity, asked), after)


async def of_employee(
    self: Employee, info: Info, month: YearMonth | None = None, first: First = None, after: After = None
) -> Connection[Activity]:
    """The employee's activities, the latest first; with `month` only those done in it."""
    where, key = _of(month)
    asked = wanted(_ORDERS, "LATEST", first, after, where, key)
    page = await info.context.rows.page_of(Activity, "employee_id", self.row.id, asked)
    return connection(Activity, page, after)


def _of(month: str | None) -> tuple[Q | None, str | None]:
    if month is None:
        return None, None
    period = Month.parse(month)
    days: tuple[date, date] = (period.first, period.last)
    return Q(date__gte=days[0], date__lte=days[1]), month


async def evidence(self: Activity, info: Info) -> list[File]:
    """The files that the activity cites, in order."""
    cited = await EvidenceRow.filter(activity_id=self.row.id).order_by("id").limit(_MOST_EVIDENCE)
    found = [await info.context.rows.one(File, row.file_id) for row in cited]
    return [file for file in found if file is not None]


CONTRIBUTION = Contribution(
    types=(Activity, File),
    query={
        "activities": strawberry.field(
            resolver=activities, description="The activities in reach, the latest first."
        ),
        "waiting_for_me": strawberry.field(
            resolver=waiting_for_me, description="What waits for my decision, for whom I act included."
        ),
    },
    mutation=MUTATIONS,
    extends={
        "Employee": {
            "activities": strawberry.field(resolver=of_employee, description="Activities, the latest first.")
        },
        "Activity": {
            "evidence": strawberry.field(resolver=evidence, description="The files it cites (bukti).")
        },
    },
)
