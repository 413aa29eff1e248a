"""Scores and their leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.scoring import expanded
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import DateTime, Hundredths, YearMonth, read_hundredths
from eperf.store.scope import Columns, reach
from eperf.store.scoring import ScoreRow

_NODES = {"activity": "Activity"}


@strawberry.type(description="What a leaf rests on (bukti).")
class LeafEvidence:
    """What a leaf rests on: an activity by its id, a day by its date, a period by its month."""

    kind: str
    id: strawberry.ID


@strawberry.type(description="A figure that a leaf was made from.")
class LeafFact:
    """A named figure."""

    name: str
    value: str


@strawberry.type(description="One part of a score. The leaves of a score sum to it exactly (rincian nilai).")
class ScoreLeaf:
    """One part of a score."""

    place: int = strawberry.field(description="Its place among the leaves, from 0.")
    stage: str
    rule: str
    label: str = strawberry.field(description="In the caller's language.")
    amount: Hundredths
    legal_basis: str
    evidence: list[LeafEvidence]
    facts: list[LeafFact]


def leaves_of(row: Mapping[str, Any], context: Context) -> list[ScoreLeaf]:
    """The leaves of a row that keeps a breakdown."""
    return [
        shown_leaf(stored, place, context.language) for place, stored in enumerate(expanded(row["breakdown"]))
    ]


def shown_leaf(stored: dict[str, Any], place: int, language: str) -> ScoreLeaf:
    """A stored leaf in the caller's language."""
    return ScoreLeaf(
        place=place,
        stage=stored["stage"],
        rule=stored["rule"],
        label=stored["label"]["id" if language == "id" else "en"],
        amount=Hundredths(read_hundredths(stored["amount"])),
        legal_basis=stored["legal_basis"],
        evidence=[_evidence(one["kind"], one["id"]) for one in stored["evidence"]],
        facts=[LeafFact(name=name, value=str(value)) for name, value in stored["facts"].items()],
    )


def _evidence(kind: str, number: str) -> LeafEvidence:
    known = _NODES.get(kind)
    return LeafEvidence(kind=kind, id=strawberry.ID(global_id(known, int(number)) if known else number))


@mapped(ScoreRow, Operation.SCORE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="An employee's score of a month (nilai kinerja bulanan).")
class Score(Node):
    """A score."""

    period: YearMonth = column("period", "The month.")
    score: Hundredths | None = column("score_h", "The score; null while provisional.")
    state: str = column("state", "final or provisional.")
    cause: str | None = column("cause", "Why it is provisional.")
    scheme: str = column("scheme", "The scheme that made it, `plugin/part`.")
    scheme_version: str = column("scheme_version", "That plugin's version.")
    settings_digest: str = column("settings_digest", "The fingerprint of the settings used.")
    input_digest: str = column("input_digest", "The fingerprint of what went in.")
    computed_at: DateTime = column("computed_at", "When it was computed.")
    employee: Employee | None = relation("employee_id", Employee, "Whose score it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit whose rules made it.")

    breakdown: list[ScoreLeaf] = computed(
        ("breakdown",), leaves_of, "The parts that sum to the score exactly, in order.", kind=list[ScoreLeaf]
    )
