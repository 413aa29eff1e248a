"""Units and positions."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.scope import Columns, reach

_REACH = partial(reach, columns=Columns(employee=None, unit="id"))
UNIT_ORDERS = {"CODE": (("code", False), ("id", False))}


@mapped(UnitRow, Operation.UNIT_READ, _REACH)
@strawberry.type(
    description="A unit of the organisation (unit kerja): a ministry, a city, an agency, a section…"
)
class Unit(Node):
    """A unit."""

    code: str = column("code", "The unit's own code.")
    name: str = column("name", "The name (nama).")
    kind: str = column("kind", "What sort of unit it is: city, agency, directorate, section…")
    zone: str = column("zone", "The time zone of its workplace.")


@mapped(PositionRow, Operation.UNIT_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="A post (jabatan).")
class Position(Node):
    """A post."""

    code: str = column("code", "The post's own code.")
    title: str = column("title", "The title.")
    job_class: int = column("job_class", "The job class (kelas jabatan), 1 to 17; the allowance hangs on it.")
    kind: str = column("kind", "leader_main … administrator, supervisor, functional or implementer.")
    unit: Unit | None = relation("unit_id", Unit, "The unit it belongs to.")
