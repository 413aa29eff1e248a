"""Reporting work and deciding on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from eperf.domain.activity import Decision, Report
from eperf.domain.errors import TooMany
from eperf.schema.activity.types import Activity
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, Hundredths
from eperf.services import activity
from eperf.store.visit import Reading

ActivityPayload = Annotated[
    Activity | Problem,
    strawberry.union("ActivityPayload", description="The activity as it is now, or why it was not changed."),
]
_MOST_EVIDENCE = 10


@strawberry.input(description="What was done, when, for how long, how much, with which result.")
class SubmitActivityInput:
    """A report."""

    item: strawberry.ID = strawberry.field(description="The catalogue item.")
    date: Date
    minutes: int = strawberry.field(description="1 to 1440.")
    quantity: Hundredths = strawberry.field(description="In the item's own count, at most two places.")
    result: str = strawberry.field(description="What came of it, at most 4,000 characters.")
    evidence: list[strawberry.ID] = strawberry.field(default_factory=list, description="Files, at most 10.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")

    def report(self) -> Report:
        """The report with numbers for ids."""
        if len(self.evidence) > _MOST_EVIDENCE:
            raise TooMany("evidence", _MOST_EVIDENCE, len(self.evidence))
        files = tuple(number_of(file, "File", "evidence") for file in self.evidence)
        item = number_of(self.item, "CatalogueItem", "item")
        return Report(item, self.date, self.minutes, self.quantity, self.result, files)


@strawberry.input(description="A returned activity, mended.")
class ResubmitActivityInput(SubmitActivityInput):
    """A returned activity, mended."""

    activity: strawberry.ID


@strawberry.input(description="An activity to verify.")
class VerifyActivityInput:
    """An activity to verify."""

    activity: strawberry.ID
    note: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="An activity to return, with the reason.")
class ReturnActivityInput:
    """An activity to return."""

    activity: strawberry.ID
    note: str
    idempotency_key: str | None = None


async def _submit(context: Context, input: SubmitActivityInput) -> int:  # noqa: A002
    return await activity.submit(context.call(input.idempotency_key), input.report())


async def _submitted(
    context: Context,
    sql: str,
    values: Sequence[Any],
    place: int,
    input: SubmitActivityInput,  # noqa: A002
) -> tuple[int, str | None]:
    call = context.call(input.idempotency_key)
    return await activity.submitted(call, input.report(), Reading(sql, values, place))


async def _resubmit(context: Context, input: ResubmitActivityInput) -> int:  # noqa: A002
    number = number_of(input.activity, "Activity", "activity")
    return await activity.resubmit(context.call(input.idempotency_key), number, input.report())


async def _verify(context: Context, input: VerifyActivityInput) -> int:  # noqa: A002
    return await _decide(context, input, Decision.VERIFY)


async def _return(context: Context, input: ReturnActivityInput) -> int:  # noqa: A002
    return await _decide(context, input, Decision.RETURN)


async def _decide(
    context: Context, given: VerifyActivityInput | ReturnActivityInput, decision: Decision
) -> int:
    number = number_of(given.activity, "Activity", "activity")
    return await activity.decide(context.call(given.idempotency_key), number, decision, given.note)


MUTATIONS = {
    "submit_activity": verb(
        Activity, ActivityPayload, _submit, "I report work (lapor aktivitas).", _submitted
    ),
    "resubmit_activity": verb(Activity, ActivityPayload, _resubmit, "I send a returned report again."),
    "verify_activity": verb(Activity, ActivityPayload, _verify, "I accept a report (verifikasi)."),
    "return_activity": verb(Activity, ActivityPayload, _return, "I send a report back (kembalikan)."),
}
