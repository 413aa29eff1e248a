"""Duty orders (surat tugas): brought with their letter, decided on by the superior."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.attendance.check_in import Place
from eperf.domain.attendance.duty import DutyAsked, require_letter
from eperf.domain.attendance.events import DutyApproved, DutyCancelled, DutyRefused, DutyRequested
from eperf.domain.attendance.request import Verdict, checked_span
from eperf.domain.text import clean
from eperf.services.attendance import request
from eperf.services.attendance.request import Asker, Noun
from eperf.services.call import Call
from eperf.store.leave import DutyFileRow, DutyRow

DUTY = Noun(
    name="duty",
    row=DutyRow,
    files=DutyFileRow,
    near="duty_id",
    read=Operation.DUTY_READ,
    request=Operation.DUTY_REQUEST,
    decide=Operation.DUTY_DECIDE,
    requested=DutyRequested,
    verdicts={Verdict.APPROVE: DutyApproved, Verdict.REFUSE: DutyRefused},
    cancelled=DutyCancelled,
)


async def ask(call: Call, asked: DutyAsked) -> int:
    """Brings a duty order of one's own; gives its id."""
    span = checked_span(asked.span.first, asked.span.last)
    asked = dataclasses.replace(
        asked,
        span=span,
        letter=clean("letter", asked.letter, most=100),
        place=clean("place", asked.place, most=200),
        reason=clean("reason", asked.reason, most=2000, lines=True),
    )
    require_letter(asked)

    async def checked(asker: Asker) -> Mapping[str, Any]:
        return {
            "kind": asked.kind.value, "working_days": len(await asker.worked(span)), "reason": asked.reason,
            "letter": asked.letter, "place": asked.place, **_position(asked.position),
        }  # fmt: skip

    return await request.ask(call, DUTY, dataclasses.asdict(asked), span, asked.files, checked)


async def decide(call: Call, duty_id: int, verdict: Verdict, note: str | None = None) -> int:
    """Approves or refuses a duty order."""
    return await request.decide(call, DUTY, duty_id, verdict, note)


async def cancel(call: Call, duty_id: int, note: str | None = None) -> int:
    """Takes a duty order back, or calls it off."""
    return await request.cancel(call, DUTY, duty_id, note)


def _position(place: Place | None) -> dict[str, int]:
    if place is None:
        return {}
    point = place.point
    return {
        "place_lat_e6": point.lat_e6, "place_lon_e6": point.lon_e6, "place_radius_m": place.radius_m,
    }  # fmt: skip
