"""Opening and closing rounds of ratings, and a unit's own lists of dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.appraisal.dimensions import MOST_DIMENSIONS, Dimension, Scale
from eperf.domain.appraisal.rating import RoleRule
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, TooMany
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.schema.appraisal.words import MissingRaters, RaterRole
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime, Hundredths
from eperf.services.appraisal import rounds
from eperf.store.behaviour import DimensionListRow, RoundRow
from eperf.store.scope import Columns, reach

_EVERYBODYS = partial(reach, columns=Columns(employee=None))


@strawberry.type(description="A dimension of behaviour (aspek perilaku).")
class RoundDimension:
    """A dimension of behaviour."""

    code: str
    name: str = strawberry.field(description="In the caller's language.")


@strawberry.type(description="A role in a round: its share in per cent, fewest and most raters.")
class RoundRole:
    """A role in a round."""

    role: RaterRole
    share: Hundredths
    minimum: int
    most: int


def named(code: str, name_id: str, name_en: str, context: Context) -> RoundDimension:
    """A dimension in the caller's language."""
    return RoundDimension(code=code, name=name_id if context.language == "id" else name_en)


def _dimensions(row: Mapping[str, Any], context: Context) -> list[RoundDimension]:
    return [named(one["code"], one["id"], one["en"], context) for one in row["dimensions"]]


def _roles(row: Mapping[str, Any], _: Context) -> list[RoundRole]:
    return [
        RoundRole(
            role=RaterRole(one["role"]),
            share=Hundredths(one["share_h"]),
            minimum=one["minimum"],
            most=one["most"],
        )
        for one in row["roles"]
    ]


@mapped(DimensionListRow, Operation.CALENDAR_READ, _EVERYBODYS)
@strawberry.type(description="A unit's own list of dimensions of behaviour, from a day on.")
class DimensionList(Node):
    """A unit's own list of dimensions."""

    name: str = column("name", "The name by which a round is opened with it.")
    valid_from: Date = column("valid_from", "The first day.")
    legal_basis: str = column("legal_basis", "The regulation (dasar hukum).")
    recorded_at: DateTime = column("recorded_at", "When it was recorded.")
    dimensions: list[RoundDimension] = computed(
        ("dimensions",), _dimensions, "The dimensions.", kind=list[RoundDimension]
    )
    unit: Unit | None = relation("unit_id", Unit, "The unit, with all below.")


@mapped(RoundRow, Operation.CALENDAR_READ, _EVERYBODYS)
@strawberry.type(
    description="A round of ratings of behaviour in a unit and all below it (putaran penilaian)."
)
class RatingRound(Node):
    """A round of ratings."""

    period: str = column("period", "The period that is rated.")
    dimension_list: str = column("dimension_list", "The name of the list of dimensions.")
    lowest: Hundredths = column("lowest_h", "The lowest rating.")
    highest: Hundredths = column("highest_h", "The highest rating.")
    missing: MissingRaters = column(
        "missing", "What happens to the share of a role with too few raters.", render=MissingRaters
    )
    legal_basis: str = column("legal_basis", "The rule that sets shares and scale (dasar hukum).")
    until: Date = column("until", "The last day for ratings.")
    state: str = column("state", "open or closed.")
    opened_at: DateTime = column("opened_at", "When it was opened.")
    closed_at: DateTime | None = column("closed_at", "When it was closed.")
    dimensions: list[RoundDimension] = computed(
        ("dimensions",), _dimensions, "What is rated.", kind=list[RoundDimension]
    )
    roles: list[RoundRole] = computed(
        ("roles",), _roles, "Who rates, with which share.", kind=list[RoundRole]
    )
    unit: Unit | None = relation("unit_id", Unit, "The unit, with all below.")


DimensionListPayload = Annotated[
    DimensionList | Problem,
    strawberry.union("DimensionListPayload", description="The list, or why it was not added."),
]
RatingRoundPayload = Annotated[
    RatingRound | Problem,
    strawberry.union("RatingRoundPayload", description="The round as it is now, or why it was not changed."),
]


@strawberry.input(description="A dimension of a unit's own list.")
class DimensionInput:
    """A dimension of a unit's own list."""

    code: str
    name_id: str = strawberry.field(description="In Indonesian.")
    name_en: str = strawberry.field(description="In English.")


@strawberry.input(description="A unit's own list of dimensions.")
class AddDimensionListInput:
    """A unit's own list of dimensions."""

    unit: strawberry.ID
    name: str
    dimensions: list[DimensionInput] = strawberry.field(description="At most 30.")
    valid_from: Date
    legal_basis: str
    idempotency_key: str | None = None


@strawberry.input(description="A role in a round.")
class RoundRoleInput:
    """A role in a round."""

    role: RaterRole
    share: Hundredths = strawberry.field(description="In per cent; the shares of a round sum to 100.")
    minimum: int = strawberry.field(description="Fewest raters; at least 3 for peers and subordinates.")
    most: int = strawberry.field(
        description="Most raters that are asked; 1 for the superior and for oneself."
    )


@strawberry.input(description="A round of ratings. Nothing of its rules has a default.")
class OpenRatingRoundInput:
    """A round of ratings."""

    unit: strawberry.ID
    period: str = strawberry.field(description="A month, quarter or year: 2026-03, 2026Q1, 2026.")
    dimension_list: str = strawberry.field(
        description="A known list, or one of the unit's or of a unit above."
    )
    lowest: Hundredths
    highest: Hundredths
    roles: list[RoundRoleInput]
    missing: MissingRaters
    until: Date = strawberry.field(description="The last day for ratings.")
    legal_basis: str
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A round whose last day is over.")
class CloseRatingRoundInput:
    """A round whose last day is over."""

    round: strawberry.ID
    idempotency_key: str | None = None


async def _add(context: Context, input: AddDimensionListInput) -> int:  # noqa: A002
    if len(input.dimensions) > MOST_DIMENSIONS:
        raise TooMany("dimensions", MOST_DIMENSIONS, len(input.dimensions))
    dimensions = tuple(Dimension(one.code, one.name_id, one.name_en) for one in input.dimensions)
    unit = number_of(input.unit, "Unit", "unit")
    given = rounds.OwnList(unit, input.name, dimensions, input.valid_from, input.legal_basis)
    return await rounds.add_list(context.call(input.idempotency_key), given)


async def _open(context: Context, input: OpenRatingRoundInput) -> int:  # noqa: A002
    if len(input.roles) > len(RaterRole):
        raise BadInput("roles", len(input.roles), "names a role twice")
    given = rounds.Opening(
        number_of(input.unit, "Unit", "unit"),
        Term.parse(input.period),
        input.dimension_list,
        Scale(input.lowest, input.highest),
        tuple(RoleRule(one.role, one.share, one.minimum, one.most) for one in input.roles),
        input.missing,
        input.until,
        input.legal_basis,
    )
    return await rounds.open_round(context.call(input.idempotency_key), given)


async def _close(context: Context, input: CloseRatingRoundInput) -> int:  # noqa: A002
    number = number_of(input.round, "RatingRound", "round")
    return await rounds.close_round(context.call(input.idempotency_key), number)


MUTATIONS = {
    "add_dimension_list": verb(
        DimensionList, DimensionListPayload, _add, "A unit adds a list of dimensions (tambah daftar aspek)."
    ),
    "open_rating_round": verb(
        RatingRound, RatingRoundPayload, _open, "A unit asks for ratings (buka putaran penilaian)."
    ),
    "close_rating_round": verb(
        RatingRound,
        RatingRoundPayload,
        _close,
        "A round is over: its figures are worked out (tutup putaran).",
    ),
}
