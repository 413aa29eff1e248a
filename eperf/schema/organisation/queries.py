"""Reading the tree of units."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.errors import BadInput
from eperf.domain.text import clean
from eperf.planner.mapping import relation
from eperf.plugins.api import Contribution
from eperf.schema.ids import number_of
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.organisation.types import UNIT_ORDERS, Position, Unit
from eperf.store.organisation import UnitRow
from eperf.store.scope import Q

Info = strawberry.Info
First = Annotated[int | None, strawberry.argument(description="How many at most: 1 to 100, 25 by default.")]
After = Annotated[str | None, strawberry.argument(description="The cursor after which to go on.")]


async def unit(info: Info, id: strawberry.ID | None = None, code: str | None = None) -> Unit | None:  # noqa: A002
    """One unit, by id or by code."""
    info.context.seen()
    if (id is None) == (code is None):
        raise BadInput("id", id, "give either the id or the code")
    if id is not None:
        return await info.context.rows.one(Unit, number_of(id, "Unit", "id"))
    row = await UnitRow.get_or_none(code=clean("code", code or "", most=64))
    return None if row is None else await info.context.rows.one(Unit, row.id)


async def units(info: Info, first: First = None, after: After = None) -> Connection[Unit]:
    """All units, by code."""
    info.context.seen()
    asked = wanted(UNIT_ORDERS, "CODE", first, after, None, None)
    return connection(Unit, await info.context.rows.page(Unit, asked), after)


async def children(self: Unit, info: Info, first: First = None, after: After = None) -> Connection[Unit]:
    """The units right below this one, by code."""
    asked = wanted(UNIT_ORDERS, "CODE", first, after, Q(parent_id__isnull=False), "children")
    return connection(Unit, await info.context.rows.page_of(Unit, "parent_id", self.row.id, asked), after)


CONTRIBUTION = Contribution(
    types=(Unit, Position),
    query={
        "unit": strawberry.field(resolver=unit, description="One unit, by id or by code."),
        "units": strawberry.field(resolver=units, description="All units, by code."),
    },
    extends={
        "Unit": {
            "parent": relation("parent_id", Unit, "The unit above (unit atasan).", kind=Unit | None),
            "children": strawberry.field(resolver=children, description="The units right below, by code."),
        }
    },
)
