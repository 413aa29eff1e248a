"""The scoring engine: facts of a unit's month in, explained scores out. Pure; polars and nothing else."""

from eperf.domain.scoring.amounts import FULL, amount_text, amount_text_expr, hundredths
from eperf.domain.scoring.digest import settings_digest
from eperf.domain.scoring.engine import score
from eperf.domain.scoring.explanation import Explanation
from eperf.domain.scoring.frame import Frame, UnitPeriod
from eperf.domain.scoring.leaf import LEAVES, leaves
from eperf.domain.scoring.ready_part import Activity, ReadyPart, part, per_activity
from eperf.domain.scoring.rounding import ceiling, floor, floor_expr, half_up, half_up_expr
from eperf.domain.scoring.scored import FINAL, PROVISIONAL, PartCost, PartFailure, Scored
from eperf.domain.scoring.snapshot import Frozen, freeze, thaw
from eperf.domain.scoring.stage import STAGES, Part, PartOutput, Scheme, StagePart
from eperf.domain.scoring.stored import expanded
from eperf.domain.scoring.tables import (
    ACTIVITIES,
    BEHAVIOUR,
    DAYS,
    EMPLOYEES,
    FRAME_VERSION,
    PREDIKAT,
    TARGETS,
)

__all__ = [
    "ACTIVITIES",
    "BEHAVIOUR",
    "DAYS",
    "EMPLOYEES",
    "FINAL",
    "FRAME_VERSION",
    "FULL",
    "LEAVES",
    "PREDIKAT",
    "PROVISIONAL",
    "STAGES",
    "TARGETS",
    "Activity",
    "Explanation",
    "Frame",
    "Frozen",
    "Part",
    "PartCost",
    "PartFailure",
    "PartOutput",
    "ReadyPart",
    "Scheme",
    "Scored",
    "StagePart",
    "UnitPeriod",
    "amount_text",
    "amount_text_expr",
    "ceiling",
    "expanded",
    "floor",
    "floor_expr",
    "freeze",
    "half_up",
    "half_up_expr",
    "hundredths",
    "leaves",
    "part",
    "per_activity",
    "score",
    "settings_digest",
    "thaw",
]
