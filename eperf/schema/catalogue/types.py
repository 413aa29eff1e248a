"""Catalogue items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.catalogue import EvidenceKind
from eperf.planner.mapping import Many, column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.lists import After, Connection, First, connection, wanted
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, Hundredths
from eperf.services.catalogue import items_for, items_of
from eperf.store.catalogue import ItemRow
from eperf.store.condition import Among
from eperf.store.scope import Columns, reach

strawberry.enum(EvidenceKind, description="A kind of evidence (jenis bukti).")


def _positions(row: Mapping[str, Any], _: Context) -> list[str]:
    return list(row["positions"] or ())


def _evidence(row: Mapping[str, Any], _: Context) -> list[EvidenceKind]:
    return [EvidenceKind(one) for one in row["evidence"] or ()]


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
    least_min: int | None = column("least_min", "The fewest minutes that one unit may take (batas bawah).")
    most_min: int | None = column("most_min", "The most minutes that one unit may take (batas atas).")
    positions: list[str] = computed(
        ("positions",), _positions, "For which posts: kind:implementer, code:CODE, class:7; none: everybody.",
        kind=list[str],
    )  # fmt: skip
    evidence: list[EvidenceKind] = computed(
        ("evidence",), _evidence, "The kinds of evidence of which a report needs one each (bukti wajib).",
        kind=list[EvidenceKind],
    )  # fmt: skip
    evidence_bytes: int | None = column("evidence_bytes", "The most bytes of a file.")
    valid_from: Date = column("valid_from", "The first day.")
    valid_to: Date | None = column("valid_to", "The first day no more; null while open.")
    unit: Unit | None = relation("unit_id", Unit, "The unit that set it; it holds for all below.")


_ITEMS = Many(CatalogueItem, {"CODE": (("code", False), ("id", False))}, "CODE")


async def catalogue(
    self: Unit, info: strawberry.Info, first: First = None, after: After = None
) -> Connection[CatalogueItem]:
    """The items that count today for this unit: of one code the nearest, its own first."""
    return await _page(info, await items_for(self.row.id, info.context.call().today), first, after)


async def own_catalogue(
    self: Employee, info: strawberry.Info, first: First = None, after: After = None
) -> Connection[CatalogueItem]:
    """The items that an employee may report today."""
    return await _page(info, await items_of(self.row.id, info.context.call().now), first, after)


async def _page(
    info: strawberry.Info, items: Sequence[ItemRow], first: First, after: After
) -> Connection[CatalogueItem]:
    asked = wanted(_ITEMS, "CODE", first, after, Among("id", tuple(item.id for item in items)))
    return connection(CatalogueItem, await info.context.rows.page(CatalogueItem, asked), after)


CONTRIBUTION = Contribution(
    types=(CatalogueItem,),
    extends={
        "Unit": {
            "catalogue": strawberry.field(
                resolver=catalogue,
                description="The items that hold today, those of the units above included.",
            )
        },
        "Employee": {
            "catalogue": strawberry.field(
                resolver=own_catalogue,
                description="The items that may be reported today, by unit and post (katalog saya).",
            )
        },
    },
)
