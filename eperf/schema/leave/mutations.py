"""Asking for leave, bringing duty orders, and deciding on both."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.attendance.check_in import Place
from eperf.domain.attendance.duty import DutyAsked, DutyKind
from eperf.domain.attendance.leave import LeaveAsked, LeaveKind
from eperf.domain.attendance.request import MOST_FILES, Span, Verdict
from eperf.domain.errors import TooMany
from eperf.domain.integrity.geo import Point
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.leave.types import DutyOrder, Leave
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date
from eperf.services.attendance import duty, leave

LeavePayload = Annotated[
    Leave | Problem,
    strawberry.union("LeavePayload", description="The leave as it is now, or why it was not changed."),
]
DutyOrderPayload = Annotated[
    DutyOrder | Problem,
    strawberry.union(
        "DutyOrderPayload", description="The duty order as it is now, or why it was not changed."
    ),
]


def _files(given: list[strawberry.ID]) -> tuple[int, ...]:
    if len(given) > MOST_FILES:
        raise TooMany("files", MOST_FILES, len(given))
    return tuple(number_of(file, "File", "files") for file in given)


@strawberry.input(description="Days of leave.")
class RequestLeaveInput:
    """Days of leave."""

    kind: LeaveKind
    first_day: Date
    last_day: Date
    reason: str = strawberry.field(description="At most 2,000 characters.")
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="Letters, at most 10.")
    child: int | None = strawberry.field(default=None, description="Which child, for maternity leave.")
    travel_days: int = strawberry.field(
        default=0,
        description="Of annual leave: calendar days at its end for a place hard to reach, at most 12.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A place where somebody checks in (lokasi).")
class PlaceInput:
    """A place where somebody checks in."""

    lat_e6: int = strawberry.field(description="Latitude in millionths of a degree.")
    lon_e6: int = strawberry.field(description="Longitude in millionths of a degree.")
    radius_m: int = strawberry.field(description="Metres around the point that still are the place.")


@strawberry.input(description="A duty order.")
class RequestDutyInput:
    """A duty order."""

    kind: DutyKind
    first_day: Date
    last_day: Date
    letter: str = strawberry.field(description="The number of the assignment letter.")
    place: str = strawberry.field(description="Where to.")
    position: PlaceInput | None = strawberry.field(
        default=None, description="Where to check in on these days; without it, anywhere."
    )
    reason: str = strawberry.field(description="The purpose, at most 2,000 characters.")
    files: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The letter, at most 10 files."
    )
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A leave to decide on, or to take back.")
class LeaveDecisionInput:
    """A leave to decide on, or to take back."""

    leave: strawberry.ID
    note: str | None = strawberry.field(
        default=None, description="Needed to refuse, and to call somebody back."
    )
    idempotency_key: str | None = None


@strawberry.input(description="A duty order to decide on, or to take back.")
class DutyDecisionInput:
    """A duty order to decide on, or to take back."""

    duty_order: strawberry.ID
    note: str | None = strawberry.field(default=None, description="Needed to refuse, and to call it off.")
    idempotency_key: str | None = None


async def _request_leave(context: Context, input: RequestLeaveInput) -> int:  # noqa: A002
    asked = LeaveAsked(
        input.kind,
        Span(input.first_day, input.last_day),
        input.reason,
        _files(input.files),
        input.child,
        input.travel_days,
    )
    return await leave.ask(context.call(input.idempotency_key), asked)


async def _approve_leave(context: Context, input: LeaveDecisionInput) -> int:  # noqa: A002
    return await _decide_leave(context, input, Verdict.APPROVE)


async def _refuse_leave(context: Context, input: LeaveDecisionInput) -> int:  # noqa: A002
    return await _decide_leave(context, input, Verdict.REFUSE)


async def _decide_leave(context: Context, given: LeaveDecisionInput, verdict: Verdict) -> int:
    number = number_of(given.leave, "Leave", "leave")
    return await leave.decide(context.call(given.idempotency_key), number, verdict, given.note)


async def _cancel_leave(context: Context, input: LeaveDecisionInput) -> int:  # noqa: A002
    number = number_of(input.leave, "Leave", "leave")
    return await leave.cancel(context.call(input.idempotency_key), number, input.note)


async def _request_duty(context: Context, input: RequestDutyInput) -> int:  # noqa: A002
    asked = DutyAsked(
        input.kind,
        Span(input.first_day, input.last_day),
        input.letter,
        input.place,
        input.reason,
        _files(input.files),
        _place(input.position),
    )
    return await duty.ask(context.call(input.idempotency_key), asked)


def _place(given: PlaceInput | None) -> Place | None:
    return None if given is None else Place(Point(given.lat_e6, given.lon_e6), given.radius_m)


async def _approve_duty(context: Context, input: DutyDecisionInput) -> int:  # noqa: A002
    return await _decide_duty(context, input, Verdict.APPROVE)


async def _refuse_duty(context: Context, input: DutyDecisionInput) -> int:  # noqa: A002
    return await _decide_duty(context, input, Verdict.REFUSE)


async def _decide_duty(context: Context, given: DutyDecisionInput, verdict: Verdict) -> int:
    number = number_of(given.duty_order, "DutyOrder", "dutyOrder")
    return await duty.decide(context.call(given.idempotency_key), number, verdict, given.note)


async def _cancel_duty(context: Context, input: DutyDecisionInput) -> int:  # noqa: A002
    number = number_of(input.duty_order, "DutyOrder", "dutyOrder")
    return await duty.cancel(context.call(input.idempotency_key), number, input.note)


MUTATIONS = {
    "request_leave": verb(Leave, LeavePayload, _request_leave, "I ask for leave (ajukan cuti)."),
    "approve_leave": verb(Leave, LeavePayload, _approve_leave, "I give the leave (setujui cuti)."),
    "refuse_leave": verb(
        Leave, LeavePayload, _refuse_leave, "I refuse the leave, with the reason (tolak cuti)."
    ),
    "cancel_leave": verb(
        Leave,
        LeavePayload,
        _cancel_leave,
        "I take my leave back, or call somebody back from it (batalkan cuti).",
    ),
    "request_duty": verb(
        DutyOrder, DutyOrderPayload, _request_duty, "I bring a duty order (ajukan surat tugas)."
    ),
    "approve_duty": verb(DutyOrder, DutyOrderPayload, _approve_duty, "I accept a duty order (setujui)."),
    "refuse_duty": verb(
        DutyOrder, DutyOrderPayload, _refuse_duty, "I refuse a duty order, with the reason (tolak)."
    ),
    "cancel_duty": verb(
        DutyOrder, DutyOrderPayload, _cancel_duty, "I take my duty order back, or call it off (batalkan)."
    ),
}
