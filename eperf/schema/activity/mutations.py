"""Reporting work and deciding on it, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from eperf.domain.activity import MOST_EVIDENCE, MOST_LINKS, Decision, Report
from eperf.domain.errors import TooMany
from eperf.schema.activity.types import Activity
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, Hundredths
from eperf.services import activity
from eperf.store.visit import Reading

ActivityPayload = Annotated[
    Activity | Problem,
    strawberry.union("ActivityPayload", description="The activity as it is now, or why it was not changed."),
]
DraftPayload = Annotated[
    Employee | Problem,
    strawberry.union(
        "DiscardDraftPayload", description="Myself, without the draft, or why it is still there."
    ),
]
_LINKS = "Addresses, https only, at most 10; they are kept as text and never fetched."
_VERSION = "The version that was seen; refused with CONFLICT when it is another by now."


@strawberry.input(description="What was done, when, for how long, how much, with which result.")
class SubmitActivityInput:
    """A report."""

    item: strawberry.ID = strawberry.field(description="The catalogue item.")
    date: Date
    minutes: int = strawberry.field(description="1 to 1440, within the norm of the item if it has one.")
    quantity: Hundredths = strawberry.field(description="In the item's own count, at most two places.")
    result: str = strawberry.field(description="What came of it, at most 4,000 characters.")
    evidence: list[strawberry.ID] = strawberry.field(default_factory=list, description="Files, at most 10.")
    links: list[str] = strawberry.field(default_factory=list, description=_LINKS)
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")

    def report(self) -> Report:
        """The report with numbers for ids."""
        return _report(self)


@strawberry.input(description="My draft, my waiting or my returned activity, as it is to be sent.")
class ResubmitActivityInput(SubmitActivityInput):
    """An activity that is there, as it is to be sent."""

    activity: strawberry.ID
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="What I have noted so far; minutes, quantity and result may still be missing.")
class SaveDraftInput:
    """A draft."""

    draft: strawberry.ID | None = strawberry.field(default=None, description="Without it: a new one.")
    item: strawberry.ID = strawberry.field(description="The catalogue item.")
    date: Date
    minutes: int = strawberry.field(default=0, description="0 to 1440; 0: not known yet.")
    quantity: Hundredths = strawberry.field(default=Hundredths(0), description="0: not known yet.")
    result: str = strawberry.field(default="", description="At most 4,000 characters.")
    evidence: list[strawberry.ID] = strawberry.field(default_factory=list, description="Files, at most 10.")
    links: list[str] = strawberry.field(default_factory=list, description=_LINKS)
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A draft to throw away.")
class DiscardDraftInput:
    """A draft to throw away."""

    draft: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="An activity to verify.")
class VerifyActivityInput:
    """An activity to verify."""

    activity: strawberry.ID
    note: str | None = None
    version: int | None = strawberry.field(default=None, description=_VERSION)
    idempotency_key: str | None = None


@strawberry.input(description="An activity to return, with the reason.")
class ReturnActivityInput:
    """An activity to return."""

    activity: strawberry.ID
    note: str
    version: int | None = strawberry.field(default=None, description=_VERSION)
    idempotency_key: str | None = None


@strawberry.input(description="An activity to refuse for good, with the reason.")
class RejectActivityInput(ReturnActivityInput):
    """An activity to refuse for good."""


@strawberry.input(description="A verification to take back, with the reason.")
class WithdrawVerificationInput(ReturnActivityInput):
    """A verification to take back."""


def _report(given: SubmitActivityInput | SaveDraftInput) -> Report:
    if len(given.evidence) > MOST_EVIDENCE:
        raise TooMany("evidence", MOST_EVIDENCE, len(given.evidence))
    if len(given.links) > MOST_LINKS:
        raise TooMany("links", MOST_LINKS, len(given.links))
    files = tuple(number_of(file, "File", "evidence") for file in given.evidence)
    item = number_of(given.item, "CatalogueItem", "item")
    return Report(item, given.date, given.minutes, given.quantity, given.result, files, tuple(given.links))


async def _submit(context: Context, input: SubmitActivityInput) -> int:  # noqa: A002
    return await activity.submit(context.call(input.idempotency_key), input.report())


async def _submitted(
    context: Context,
    sql: str,
    values: Sequence[Any],
    place: int,
    input: SubmitActivityInput,  # noqa: A002
) -> tuple[int, str | None]:
    call = context.call(input.idempotency_key)
    return await activity.submitted(call, input.report(), Reading(sql, values, place))


async def _resubmit(context: Context, input: ResubmitActivityInput) -> int:  # noqa: A002
    number = number_of(input.activity, "Activity", "activity")
    call = context.call(input.idempotency_key)
    return await activity.resubmit(call, number, input.report(), input.version)


async def _save_draft(context: Context, input: SaveDraftInput) -> int:  # noqa: A002
    draft = None if input.draft is None else number_of(input.draft, "Activity", "draft")
    return await activity.save_draft(context.call(input.idempotency_key), _report(input), draft)


async def _discard_draft(context: Context, input: DiscardDraftInput) -> int:  # noqa: A002
    draft = number_of(input.draft, "Activity", "draft")
    return await activity.discard_draft(context.call(input.idempotency_key), draft)


async def _verify(context: Context, input: VerifyActivityInput) -> int:  # noqa: A002
    return await _decide(context, input, Decision.VERIFY)


async def _return(context: Context, input: ReturnActivityInput) -> int:  # noqa: A002
    return await _decide(context, input, Decision.RETURN)


async def _reject(context: Context, input: RejectActivityInput) -> int:  # noqa: A002
    return await _decide(context, input, Decision.REJECT)


async def _decide(
    context: Context, given: VerifyActivityInput | ReturnActivityInput, decision: Decision
) -> int:
    number = number_of(given.activity, "Activity", "activity")
    call = context.call(given.idempotency_key)
    return await activity.decide(call, number, decision, given.note, given.version)


async def _withdraw(context: Context, input: WithdrawVerificationInput) -> int:  # noqa: A002
    number = number_of(input.activity, "Activity", "activity")
    call = context.call(input.idempotency_key)
    return await activity.withdraw(call, number, input.note, input.version)


MUTATIONS = {
    "submit_activity": verb(
        Activity, ActivityPayload, _submit, "I report work (lapor aktivitas).", _submitted
    ),
    "resubmit_activity": verb(
        Activity,
        ActivityPayload,
        _resubmit,
        "I send a draft, change a report that waits, or send a returned one again (kirim ulang).",
    ),
    "save_draft": verb(
        Activity, ActivityPayload, _save_draft, "I note work that I have not reported yet (simpan draf)."
    ),
    "discard_draft": verb(Employee, DraftPayload, _discard_draft, "I throw a draft away (buang draf)."),
    "verify_activity": verb(Activity, ActivityPayload, _verify, "I accept a report (verifikasi)."),
    "return_activity": verb(Activity, ActivityPayload, _return, "I send a report back (kembalikan)."),
    "reject_activity": verb(Activity, ActivityPayload, _reject, "I refuse a report for good (tolak)."),
    "withdraw_verification": verb(
        Activity, ActivityPayload, _withdraw, "I take a verification back (tarik verifikasi)."
    ),
}
