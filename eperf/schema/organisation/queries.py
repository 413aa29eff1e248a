"""Reading the tree of units."""

from __future__ import annotations

from typing import Any

import strawberry

from eperf.domain.errors import BadInput
from eperf.domain.text import clean
from eperf.planner.mapping import relation
from eperf.plugins.api import Contribution
from eperf.schema.ids import number_of
from eperf.schema.lists import many, one
from eperf.schema.organisation.types import UNIT_ORDERS, Position, Unit
from eperf.store.condition import Condition, Is


def _unit(_: Any, id: strawberry.ID | None = None, code: str | None = None) -> Condition:  # noqa: A002
    if (id is None) == (code is None):
        raise BadInput("id", id, "give either the id or the code")
    if id is not None:
        return Is("id", number_of(id, "Unit", "id"))
    return Is("code", clean("code", code or "", most=64))


CONTRIBUTION = Contribution(
    types=(Unit, Position),
    query={
        "unit": one(Unit, _unit, "One unit, by id or by code."),
        "units": many(Unit, UNIT_ORDERS, "CODE", "All units, by code."),
    },
    extends={
        "Unit": {
            "parent": relation("parent_id", Unit, "The unit above (unit atasan).", kind=Unit | None),
            "children": many(Unit, UNIT_ORDERS, "CODE", "The units right below, by code.", back="parent_id"),
        }
    },
)
