"""Routes below `/plugins/sample`."""

from __future__ import annotations

import json

from eperf.plugins.service import Desk, HttpReply, HttpRequest, HttpRoute
from eperf_sample.models import CommendationRow
from eperf_sample.verbs import READ


async def listed(desk: Desk, request: HttpRequest) -> HttpReply:
    """Commendations of everybody in the caller's reach, the oldest first."""
    people = {one.id: one.name for one in await desk.people()}
    rows = await CommendationRow.filter(employee_id__in=list(people)).order_by("day", "id")
    found = [
        {"employee": people[row.employee_id], "day": row.day.isoformat(), "reason": row.reason}
        for row in rows
    ]
    return HttpReply(json.dumps({"commendations": found}).encode())


async def counted(desk: Desk, request: HttpRequest) -> HttpReply:
    """How many there are, for anybody."""
    return HttpReply(json.dumps({"count": await CommendationRow.all().count()}).encode())


ROUTES = [HttpRoute("GET", "/commendations", listed, READ), HttpRoute("GET", "/count", counted)]
