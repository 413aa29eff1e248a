"""`POST /pay-advice` gives a unit's pay advice of a month as CSV to whoever may read pay.

The body is the table of standings and punishments, which eperf does not record; a table without rows says that there
are none. Nothing is stored and nothing changes: it is a question with a body.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eperf.app.auth import Authenticator, viewer_in
from eperf.app.endpoint import Endpoint
from eperf.app.graphql.body import read as read_body
from eperf.app.graphql.connection import Headers, spoken
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest
from eperf.app.graphql.request import parameters
from eperf.app.house import House
from eperf.domain.errors import BadInput, MediaTypeRefused
from eperf.domain.pay.circumstance import Circumstance, read
from eperf.domain.pay.table import as_csv, cells
from eperf.domain.period import YearMonth
from eperf.services.call import Call
from eperf.services.pay import Advised, advise

_ASKED = ("unit", "period")


def routes(house: House, authenticator: Authenticator) -> list[Route]:
    """The path of pay advice."""
    limits = Limits(body_bytes=house.settings.body_bytes)

    async def post(request: Request) -> Response:
        viewer = await viewer_in(request, authenticator)
        found = Headers(request.scope)
        unit, period = _asked(parameters(request.scope["query_string"]))
        told = await _told(request, found, limits)
        call = Call(viewer, house.now(), spoken(found), registry=house.registry)
        pages = advise(call, unit, period, told)
        rows = [await asyncio.to_thread(_rows, period, page) async for page in pages]
        headers = {"content-disposition": f'attachment; filename="pay-advice-{period}.csv"'}
        return Response("".join([as_csv(()), *rows]), 200, headers, media_type="text/csv")

    return [Route("/pay-advice", Endpoint({"POST": post}, frozenset(house.settings.allowed_origins)))]


def _rows(period: YearMonth, page: list[Advised]) -> str:
    rows = (
        cells(period, one.unit_code, one.nip, one.name, one.job_class, one.policy, one.line) for one in page
    )
    return as_csv(rows, header=False)


def _asked(given: dict[str, str]) -> tuple[str, YearMonth]:
    for name in given:
        if name not in _ASKED:
            raise BadInput(name, given[name], "unknown; expected " + " and ".join(_ASKED))
    for name in _ASKED:
        if not given.get(name):
            raise BadInput(name, None, "missing")
    return given["unit"], YearMonth.parse(given["period"])


async def _told(request: Request, found: Headers, limits: Limits) -> tuple[Circumstance, ...]:
    declared = (found.only(b"content-type") or "").partition(";")[0].strip().lower()
    if declared != "text/csv" or found.every(b"content-encoding"):
        raise MediaTypeRefused(declared or "unknown", "send text/csv, not compressed")
    try:
        return read((await read_body(request.receive, found, limits)).decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise BadRequest("body", "not UTF-8") from wrong
