"""Rounds of ratings, the ratings that I am to give, and what rounds came to.

Of a rating nothing is shown but to who gives it; of a role with too few raters nothing is shown to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import strawberry

from eperf.domain.access import Operation, Scope, Subject, require
from eperf.domain.appraisal.dimensions import DIMENSION_SETS, MOST_DIMENSIONS
from eperf.domain.errors import BadInput, TooMany
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.appraisal.rounds import MUTATIONS, DimensionList, RatingRound, RoundDimension, named
from eperf.schema.appraisal.words import RaterRole, of_period
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, Hundredths
from eperf.services.appraisal import ratings
from eperf.store.behaviour import BehaviourRow, RatingRow, RoundRow
from eperf.store.condition import Condition, Either, Is, Within
from eperf.store.scope import Columns, reach

_OLDEST = {"OLDEST": (("id", False),)}
_LATEST = {"LATEST": (("first_day", True), ("id", True))}
_ORDERED = {"LATEST": (("first_day", True), ("id", False))}


def _own(scope: Scope) -> Condition:
    """One's own ratings, and nobody else's, whatever one is."""
    return Either(()) if scope.employee_id is None else Is("rater_id", scope.employee_id)


@strawberry.type(description="A figure of a dimension.")
class DimensionScore:
    """A figure of a dimension."""

    dimension: str = strawberry.field(description="Its code.")
    score: Hundredths


def _scores(row: Mapping[str, Any], _: Context) -> list[DimensionScore] | None:
    given = row["scores"]
    if given is None:
        return None
    return [DimensionScore(dimension=name, score=Hundredths(score)) for name, score in sorted(given.items())]


@mapped(RatingRow, Operation.RATING_GIVE, _own)
@strawberry.type(description="A rating that I am asked for; nobody else sees it (penilaian perilaku).")
class Rating(Node):
    """A rating that the viewer is asked for."""

    name: str = column("name", "Whom I rate.")
    role: RaterRole = column("role", "As what I rate.", render=RaterRole)
    scores: list[DimensionScore] | None = computed(
        ("scores",), _scores, "What I gave, by the code of the dimension; null: nothing yet.",
        kind=list[DimensionScore] | None,
    )  # fmt: skip
    round: RatingRound | None = relation(
        "round_id", RatingRound, "The round, with its dimensions and last day."
    )
    employee: Employee | None = relation("employee_id", Employee, "Whom I rate, if they are in my reach.")


@strawberry.type(description="What a role with enough raters found.")
class RoleScore:
    """What a role with enough raters found."""

    role: RaterRole
    raters: int
    score: Hundredths = strawberry.field(description="Their mean.")


def _roles(row: Mapping[str, Any], _: Context) -> list[RoleScore]:
    return [
        RoleScore(role=RaterRole(one["role"]), raters=one["raters"], score=Hundredths(one["score_h"]))
        for one in row["roles"]
    ]


def _name(row: Mapping[str, Any], context: Context) -> str:
    return str(row["name_id" if context.language == "id" else "name_en"])


@mapped(BehaviourRow, Operation.BEHAVIOUR_READ, partial(reach, columns=Columns()))
@strawberry.type(
    description="An employee's behaviour in a dimension, over all who rated it (nilai perilaku)."
)
class BehaviourScore(Node):
    """An employee's behaviour in a dimension."""

    period: str = column("period", "The period that was rated.")
    dimension: str = column("dimension", "The code of the dimension.")
    name: str = computed(("name_id", "name_en"), _name, "The dimension, in the caller's language.", kind=str)
    score: Hundredths | None = column("score_h", "The figure; null: too few raters.")
    lowest: Hundredths = column("lowest_h", "The lowest of the scale.")
    highest: Hundredths = column("highest_h", "The highest of the scale.")
    raters: int = column("raters", "How many ratings are in the figure.")
    state: str = column("state", "enough or too_few.")
    known_on: Date = column("known_on", "The day on which the round was closed.")
    roles: list[RoleScore] = computed(
        ("roles",), _roles, "What each role found that had enough raters; of others nothing is told.",
        kind=list[RoleScore],
    )  # fmt: skip
    employee: Employee | None = relation("employee_id", Employee, "Who was rated.")
    unit: Unit | None = relation("unit_id", Unit, "The unit on the day of closing.")


@strawberry.type(description="A list of dimensions that comes with eperf, with its days and its basis.")
class KnownDimensions:
    """A list of dimensions that comes with eperf."""

    name: str
    dimensions: list[RoundDimension]
    valid_from: Date
    valid_to: Date | None = strawberry.field(description="The first day no more; null while open.")
    legal_basis: str


async def known_dimensions(info: strawberry.Info) -> list[KnownDimensions]:
    """The lists that come with eperf."""
    require(info.context.seen(), Operation.CALENDAR_READ, Subject(frozenset()))
    return [
        KnownDimensions(
            name=one.profile,
            dimensions=[
                named(each.code, each.name_id, each.name_en, info.context) for each in one.dimensions
            ],
            valid_from=Date(one.valid_from),
            valid_to=None if one.valid_to is None else Date(one.valid_to),
            legal_basis=one.legal_basis,
        )
        for one in DIMENSION_SETS
    ]


RatingPayload = Annotated[
    Rating | Problem,
    strawberry.union("RatingPayload", description="The rating as it is now, or why it was not taken."),
]


@strawberry.input(description="A figure for a dimension.")
class DimensionScoreInput:
    """A figure for a dimension."""

    dimension: str = strawberry.field(description="Its code.")
    score: Hundredths


@strawberry.input(
    description="A rating: a figure for each dimension of the round. To give the same again changes nothing."
)
class GiveRatingInput:
    """A rating."""

    rating: strawberry.ID
    scores: list[DimensionScoreInput]


async def _give(context: Context, input: GiveRatingInput) -> int:  # noqa: A002
    if len(input.scores) > MOST_DIMENSIONS:
        raise TooMany("scores", MOST_DIMENSIONS, len(input.scores))
    scores = {one.dimension: one.score for one in input.scores}
    if len(scores) < len(input.scores):
        raise BadInput("scores", [one.dimension for one in input.scores], "names a dimension twice")
    return await ratings.give(context.call(), number_of(input.rating, "Rating", "rating"), scores)


def _to_give(_: Context) -> Condition:
    return Within("round_id", RoundRow, "id", Is("state", "open"))


CONTRIBUTION = Contribution(
    types=(RatingRound, DimensionList, Rating, BehaviourScore),
    query={
        "ratings_to_give": many(
            Rating, _OLDEST, "OLDEST", "Ratings of open rounds that I am asked for (menilai perilaku).",
            narrow=_to_give,
        ),
        "rating_rounds": many(
            RatingRound, _LATEST, "LATEST", "Rounds of ratings, the latest first (putaran penilaian).",
            narrow=of_period,
        ),
        "known_dimensions": strawberry.field(
            resolver=known_dimensions, description="The lists of dimensions that come with eperf."
        ),
    },
    mutation={
        **MUTATIONS,
        "give_rating": verb(
            Rating, RatingPayload, _give, "I rate somebody's behaviour, until the round's last day (nilai perilaku)."
        ),
    },
    extends={
        "Employee": {
            "behaviour": many(
                BehaviourScore, _ORDERED, "LATEST", "Behaviour by dimension, the latest period first (perilaku).",
                back="employee_id", narrow=of_period,
            )
        },
        "Unit": {
            "dimension_lists": many(
                DimensionList, _OLDEST, "OLDEST", "Lists of dimensions of this very unit.", back="unit_id"
            )
        },
    },
)  # fmt: skip
