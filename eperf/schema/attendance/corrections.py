"""Days corrected by hand (koreksi presensi)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import strawberry

from eperf.domain.access import Operation, scope
from eperf.domain.attendance.correction import CorrectionAsked, CorrectionReason
from eperf.domain.attendance.request import MOST_FILES, Verdict
from eperf.domain.errors import TooMany
from eperf.planner.mapping import column, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.lists import linked, many
from eperf.schema.months import days_of
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.requests import RequestState
from eperf.schema.scalars import Date, DateTime, YearMonth
from eperf.services.attendance import correction
from eperf.store.attendance import CorrectionFileRow, CorrectionRow
from eperf.store.condition import Condition, Every, Is
from eperf.store.scope import Columns, reach

strawberry.enum(CorrectionReason, description="Why the machine has no record (alasan koreksi).")
_ORDERS = {"LATEST": (("date", True), ("id", True)), "OLDEST": (("id", False),)}


@mapped(CorrectionRow, Operation.ATTENDANCE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="A day corrected by hand, signed by the unit head (koreksi presensi).")
class DayCorrection(Node):
    """A day corrected by hand."""

    date: Date = column("date", "The civil day at the workplace.")
    tap_in: DateTime | None = column("tap_in", "When the person came; null: as recorded.")
    tap_out: DateTime | None = column("tap_out", "When the person went; null: as recorded.")
    reason: CorrectionReason = column("reason", "Why the machine has no record.", render=CorrectionReason)
    note: str = column("note", "What happened.")
    sign_until: Date | None = column("sign_until", "The last day on which it may be signed.")
    state: RequestState = column("state", "Where it stands; approved: it is signed.", render=RequestState)
    requested_at: DateTime = column("requested_at", "When it was asked for.")
    decided_at: DateTime | None = column("decided_at", "When it was last decided.")
    decision_note: str | None = column("decision_note", "The unit head's note.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Whose day it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of that day.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who signed or refused.")


CorrectionPayload = Annotated[
    DayCorrection | Problem,
    strawberry.union(
        "CorrectionPayload", description="The correction as it is now, or why it was not changed."
    ),
]


@strawberry.input(description="When somebody really came and went on a day.")
class RequestCorrectionInput:
    """When somebody really came and went on a day."""

    date: Date
    tap_in: DateTime | None = strawberry.field(default=None, description="Without it: as recorded.")
    tap_out: DateTime | None = strawberry.field(default=None, description="Without it: as recorded.")
    reason: CorrectionReason
    note: str = strawberry.field(description="What happened, at most 2,000 characters.")
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="Evidence, at most 10.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A correction to sign, to refuse, or to take back.")
class CorrectionDecisionInput:
    """A correction to sign, to refuse, or to take back."""

    correction: strawberry.ID
    note: str | None = strawberry.field(
        default=None, description="Needed to refuse, and to undo what was signed."
    )
    idempotency_key: str | None = None


async def _request(context: Context, input: RequestCorrectionInput) -> int:  # noqa: A002
    if len(input.files) > MOST_FILES:
        raise TooMany("files", MOST_FILES, len(input.files))
    files = tuple(number_of(file, "File", "files") for file in input.files)
    asked = CorrectionAsked(input.date, input.tap_in, input.tap_out, input.reason, input.note, files)
    return await correction.ask(context.call(input.idempotency_key), asked)


async def _sign(context: Context, input: CorrectionDecisionInput) -> int:  # noqa: A002
    return await _decide(context, input, Verdict.APPROVE)


async def _refuse(context: Context, input: CorrectionDecisionInput) -> int:  # noqa: A002
    return await _decide(context, input, Verdict.REFUSE)


async def _decide(context: Context, given: CorrectionDecisionInput, verdict: Verdict) -> int:
    number = number_of(given.correction, "DayCorrection", "correction")
    return await correction.decide(context.call(given.idempotency_key), number, verdict, given.note)


async def _cancel(context: Context, input: CorrectionDecisionInput) -> int:  # noqa: A002
    number = number_of(input.correction, "DayCorrection", "correction")
    return await correction.cancel(context.call(input.idempotency_key), number, input.note)


def _waiting(context: Context) -> Condition:
    waits = Is("state", RequestState.REQUESTED.value)
    within = reach(scope(context.seen(), Operation.CORRECTION_DECIDE), Columns())
    return waits if within is None else Every((waits, within))


def _of_month(_: Context, month: YearMonth | None = None) -> Condition | None:
    return None if month is None else days_of(month)


CONTRIBUTION = Contribution(
    types=(DayCorrection,),
    query={
        "corrections_to_sign": many(
            DayCorrection, _ORDERS, "OLDEST", "Corrections that wait for my signature.", narrow=_waiting
        )
    },
    mutation={
        "request_correction": verb(
            DayCorrection, CorrectionPayload, _request, "I ask for my day to be corrected (ajukan koreksi)."
        ),
        "sign_correction": verb(
            DayCorrection, CorrectionPayload, _sign, "I sign a correction (tanda tangani koreksi)."
        ),
        "refuse_correction": verb(
            DayCorrection, CorrectionPayload, _refuse, "I refuse a correction, with the reason (tolak koreksi)."
        ),
        "cancel_correction": verb(
            DayCorrection, CorrectionPayload, _cancel, "I take mine back, or undo what I signed (batalkan)."
        ),
    },
    extends={
        "Employee": {
            "corrections": many(
                DayCorrection, _ORDERS, "LATEST", "Days corrected by hand, the latest first.",
                back="employee_id", narrow=_of_month,
            )
        },
        "Unit": {
            "corrections": many(
                DayCorrection, _ORDERS, "LATEST", "Days of this very unit corrected by hand, the latest first.",
                back="unit_id", narrow=_of_month,
            )
        },
        "DayCorrection": {
            "files": linked(File, CorrectionFileRow, "correction_id", "file_id", MOST_FILES, "The evidence it cites.")
        },
    },
)  # fmt: skip
