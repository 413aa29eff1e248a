"""Deciding on many activities at once: an outcome for each, problems of single ones beside those that are done."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.activity import MOST_DECIDED, Decision
from eperf.domain.errors import Refused, TooMany
from eperf.schema.activity.types import Activity
from eperf.schema.context import Context
from eperf.schema.ids import global_id, number_of
from eperf.schema.problems import Problem, problem_of
from eperf.services import activity
from eperf.services.activity import Outcome


@strawberry.input(description="Activities to decide on alike.")
class DecideActivitiesInput:
    """Activities to decide on alike."""

    activities: list[strawberry.ID] = strawberry.field(description="1 to 500, each once.")
    decision: Decision
    note: str | None = strawberry.field(default=None, description="Needed to return and to reject.")
    versions: list[int] | None = strawberry.field(
        default=None,
        description="The versions that were seen, in the order of `activities`; one that changed is a CONFLICT.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.type(description="What became of one of the activities.")
class Decided:
    """What became of one of the activities."""

    outcome: strawberry.Private[Outcome]
    activity_id: strawberry.ID = strawberry.field(description="The id that was given.")
    problem: Problem | None = strawberry.field(description="Why it was not decided; null: it was.")

    @strawberry.field(description="The activity as it is now; null when out of reach.")
    async def activity(self, info: strawberry.Info) -> Activity | None:
        """The activity as it is now."""
        found: Activity | None = await info.context.rows.one(Activity, self.outcome.activity_id)
        return found


@strawberry.type(description="What became of each of the activities, in the order in which they were given.")
class Decisions:
    """What became of each of the activities."""

    decided: int = strawberry.field(description="How many were decided.")
    results: list[Decided]


DecideActivitiesPayload = Annotated[
    Decisions | Problem,
    strawberry.union(
        "DecideActivitiesPayload", description="An outcome for each, or why none was looked at."
    ),
]


async def decide_activities(
    info: strawberry.Info,
    input: DecideActivitiesInput,  # noqa: A002
) -> DecideActivitiesPayload:
    """Decides on many activities alike."""
    context: Context = info.context
    try:
        outcomes = await _decide(context, input)
    except Refused as refused:
        problem = problem_of(refused, context)
        if problem is None:
            raise
        return problem
    info.context.rows = context.fresh().rows
    results = [_decided(one, context) for one in outcomes]
    return Decisions(decided=sum(one.problem is None for one in results), results=results)


async def _decide(context: Context, given: DecideActivitiesInput) -> list[Outcome]:
    if len(given.activities) > MOST_DECIDED:
        raise TooMany("activities", MOST_DECIDED, len(given.activities))
    numbers = [number_of(one, "Activity", "activities") for one in given.activities]
    call = context.call(given.idempotency_key)
    return await activity.decide_many(call, numbers, given.decision, given.note, given.versions)


def _decided(outcome: Outcome, context: Context) -> Decided:
    problem = None if outcome.refused is None else problem_of(outcome.refused, context)
    given = strawberry.ID(global_id("Activity", outcome.activity_id))
    return Decided(outcome=outcome, activity_id=given, problem=problem)


BULK = {
    "decide_activities": strawberry.mutation(
        resolver=decide_activities,
        description="I verify, return or reject up to 500 reports alike (verifikasi massal).",
    )
}
