"""Closings, and the frozen months that they consist of."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.domain.closing import PeriodState
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime, YearMonth
from eperf.store.closing import ClosingRow, FrozenRow
from eperf.store.scope import Columns, reach

strawberry.enum(PeriodState, description="Where the closing of a month stands (keadaan penutupan).")
_OF_UNITS = partial(reach, columns=Columns(employee=None))


@mapped(ClosingRow, Operation.PERIOD_READ, _OF_UNITS)
@strawberry.type(
    description="A month that is closed, or about to be, for a unit with all units below it (penutupan periode)."
)
class Closing(Node):
    """The closing of a month."""

    period: YearMonth = column("period", "The month.")
    state: PeriodState = column("state", "Where it stands.", render=PeriodState)
    reason: str | None = column("reason", "Why it is closed although scores are provisional.")
    held: str | None = column("held", "What it still waits for.")
    asked_at: DateTime = column("asked_at", "When it was begun.")
    closed_at: DateTime | None = column("closed_at", "Since when no stored score of it changes.")
    people: int = column("people", "Scores that it holds, once it is closed.")
    provisional: int = column("provisional", "Those of them without a figure.")
    version: int = column("version", "Grows with each change.")
    unit: Unit | None = relation("unit_id", Unit, "The unit.")
    asked_by: Employee | None = relation("asked_by_id", Employee, "Who began it.")


@mapped(FrozenRow, Operation.PERIOD_READ, _OF_UNITS)
@strawberry.type(description="A closed month of one unit, with the fingerprints of its facts (periode beku).")
class FrozenMonth(Node):
    """A closed month of one unit."""

    period: YearMonth = column("period", "The month.")
    frozen_at: DateTime = column("frozen_at", "Since when no stored score of it changes.")
    people: int = column("people", "Scores that it holds.")
    provisional: int = column("provisional", "Those of them without a figure.")
    sha256: str = column("sha256", "The hash of the file with the facts; empty where there is none.")
    input_digest: str = column("input_digest", "The fingerprint of the facts.")
    scheme: str = column("scheme", "The scheme that scored, `plugin/part`.")
    scheme_version: str = column("scheme_version", "That plugin's version.")
    settings_digest: str = column("settings_digest", "The fingerprint of the settings used.")
    appeal_until: Date | None = column("appeal_until", "The last day to appeal; null where no rule says one.")
    unit: Unit | None = relation("unit_id", Unit, "The unit.")
    closing: Closing | None = relation("closing_id", Closing, "The closing that it is part of.")
