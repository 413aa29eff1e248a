"""Raising and answering appeals, and those that wait."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.access import Operation, scope
from eperf.domain.appeal import PENDING, AppealState, Remedy
from eperf.domain.attendance.request import MOST_FILES
from eperf.domain.errors import TooMany
from eperf.plugins.api import Contribution
from eperf.schema.appeal.types import Appeal
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.lists import linked, many
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import DateTime, Hundredths
from eperf.services import appeal
from eperf.store.appeal import AnswerFileRow, AppealFileRow
from eperf.store.condition import Among, Condition, Every, Is
from eperf.store.scope import Columns, reach

_ORDERS = {"LATEST": (("id", True),), "OLDEST": (("id", False),)}

AppealPayload = Annotated[
    Appeal | Problem,
    strawberry.union("AppealPayload", description="The appeal as it is now, or why it was not changed."),
]


@strawberry.input(description="A leaf of my score that I object to.")
class RaiseAppealInput:
    """A leaf of one's score."""

    score: strawberry.ID
    leaf: int = strawberry.field(description="The leaf's `place`.")
    input_digest: str = strawberry.field(description="The score's `inputDigest` as it was seen.")
    reason: str = strawberry.field(description="At most 2,000 characters.")
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="Evidence, at most 10.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="An appeal to take back.")
class WithdrawAppealInput:
    """An appeal to take back."""

    appeal: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="An appeal to refuse.")
class RefuseAppealInput:
    """An appeal to refuse."""

    appeal: strawberry.ID
    note: str = strawberry.field(description="The reason, at most 2,000 characters.")
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="At most 10.")
    idempotency_key: str | None = None


@strawberry.input(
    description="An appeal to accept, with the right amount of the activity or the right taps of the day, if any."
)
class AcceptAppealInput:
    """An appeal to accept."""

    appeal: strawberry.ID
    note: str = strawberry.field(description="The reason, at most 2,000 characters.")
    minutes: int | None = strawberry.field(default=None, description="Of the activity.")
    quantity: Hundredths | None = strawberry.field(default=None, description="Of the activity.")
    tap_in: DateTime | None = strawberry.field(default=None, description="When the person came that day.")
    tap_out: DateTime | None = strawberry.field(default=None, description="When the person went that day.")
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="At most 10.")
    idempotency_key: str | None = None


def _files(given: list[strawberry.ID]) -> tuple[int, ...]:
    if len(given) > MOST_FILES:
        raise TooMany("files", MOST_FILES, len(given))
    return tuple(number_of(file, "File", "files") for file in given)


async def _raise(context: Context, input: RaiseAppealInput) -> int:  # noqa: A002
    score = number_of(input.score, "Score", "score")
    files, call = _files(input.files), context.call(input.idempotency_key)
    return await appeal.raise_appeal(call, score, input.leaf, input.input_digest, input.reason, files)


async def _withdraw(context: Context, input: WithdrawAppealInput) -> int:  # noqa: A002
    number = number_of(input.appeal, "Appeal", "appeal")
    return await appeal.withdraw(context.call(input.idempotency_key), number)


async def _refuse(context: Context, input: RefuseAppealInput) -> int:  # noqa: A002
    number, files = number_of(input.appeal, "Appeal", "appeal"), _files(input.files)
    return await appeal.refuse(context.call(input.idempotency_key), number, input.note, files)


async def _accept(context: Context, input: AcceptAppealInput) -> int:  # noqa: A002
    number, files = number_of(input.appeal, "Appeal", "appeal"), _files(input.files)
    remedy = Remedy(input.minutes, input.quantity, input.tap_in, input.tap_out)
    return await appeal.accept(context.call(input.idempotency_key), number, input.note, remedy, files)


def _in_state(_: Context, state: AppealState | None = None) -> Condition | None:
    return None if state is None else Is("state", state.value)


def _pending(_: Context) -> Condition:
    return Among("state", tuple(state.value for state in PENDING))


def _waiting(context: Context) -> Condition:
    waits = Is("state", AppealState.OPEN.value)
    within = reach(scope(context.seen(), Operation.APPEAL_DECIDE), Columns())
    return waits if within is None else Every((waits, within))


CONTRIBUTION = Contribution(
    types=(Appeal,),
    query={
        "appeals": many(
            Appeal, _ORDERS, "LATEST", "The appeals in reach, the latest first (keberatan).", narrow=_in_state
        ),
        "appeals_to_decide": many(
            Appeal, _ORDERS, "OLDEST", "Appeals in my reach that wait for an answer.", narrow=_waiting
        ),
    },
    mutation={
        "raise_appeal": verb(
            Appeal, AppealPayload, _raise, "I object to a leaf of my score (ajukan keberatan)."
        ),
        "withdraw_appeal": verb(
            Appeal, AppealPayload, _withdraw, "I take my appeal back (cabut keberatan)."
        ),
        "accept_appeal": verb(
            Appeal, AppealPayload, _accept, "I accept an appeal, and the month is run again (terima keberatan)."
        ),
        "refuse_appeal": verb(
            Appeal, AppealPayload, _refuse, "I refuse an appeal, with the reason (tolak keberatan)."
        ),
    },
    extends={
        "Employee": {
            "appeals": many(
                Appeal, _ORDERS, "LATEST", "Appeals, the latest first.", back="employee_id", narrow=_in_state
            ),
            "pending_appeals": many(
                Appeal, _ORDERS, "OLDEST", "Appeals that are open or not yet settled: a decree waits for them.",
                back="employee_id", narrow=_pending,
            ),
        },
        "Score": {"appeals": many(Appeal, _ORDERS, "OLDEST", "Appeals against its leaves.", back="score_id")},
        "Appeal": {
            "files": linked(File, AppealFileRow, "appeal_id", "file_id", MOST_FILES, "The employee's evidence."),
            "answer_files": linked(File, AnswerFileRow, "appeal_id", "file_id", MOST_FILES, "What the reviewer cites."),
        },
    },
)  # fmt: skip
