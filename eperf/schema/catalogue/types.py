"""Catalogue items."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.planner.mapping import Many, column, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.lists import After, Connection, First, connection, wanted
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.scalars import Date, Hundredths
from eperf.services.catalogue import items_for
from eperf.store.catalogue import ItemRow
from eperf.store.condition import Among
from eperf.store.scope import Columns, reach


@mapped(ItemRow, Operation.CATALOGUE_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="What a unit counts, in which unit size, for how many points (butir katalog).")
class CatalogueItem(Node):
    """A catalogue item."""

    code: str = column("code", "The item's own code.")
    name: str = column("name", "What is done.")
    per: str = column("per", "What is counted: report, hour, file…")
    unit_size: Hundredths = column("unit_size_h", "How many of them make one unit.")
    points_per_unit: Hundredths = column("points_per_unit_h", "Points of one unit.")
    norm_min: int | None = column("norm_min", "The norm of one unit in minutes, if it has one.")
    fraction_policy: str = column(
        "fraction_policy", "proportional, or whole_units: a part of a unit does not count."
    )
    valid_from: Date = column("valid_from", "The first day.")
    valid_to: Date | None = column("valid_to", "The first day no more; null while open.")
    unit: Unit | None = relation("unit_id", Unit, "The unit that set it; it holds for all below.")


_ITEMS = Many(CatalogueItem, {"CODE": (("code", False), ("id", False))}, "CODE")


async def catalogue(
    self: Unit, info: strawberry.Info, first: First = None, after: After = None
) -> Connection[CatalogueItem]:
    """The items that count today for this unit: of one code the nearest, its own first."""
    counting = await items_for(self.row.id, info.context.call().today)
    where = Among("id", tuple(item.id for item in counting))
    asked = wanted(_ITEMS, "CODE", first, after, where)
    return connection(CatalogueItem, await info.context.rows.page(CatalogueItem, asked), after)


CONTRIBUTION = Contribution(
    types=(CatalogueItem,),
    extends={
        "Unit": {
            "catalogue": strawberry.field(
                resolver=catalogue,
                description="The items that hold today, those of the units above included.",
            )
        }
    },
)
