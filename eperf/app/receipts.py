"""`GET /receipts/ID?period=YYYY-MM` gives the receipt of an employee's or a unit's month; that of an entry by its id.

It is made for the one who asks, from what that one may see, and kept nowhere.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eperf.app.auth import Authenticator, viewer_in
from eperf.app.endpoint import Endpoint
from eperf.app.graphql.request import parameters
from eperf.app.house import House
from eperf.domain.errors import BadInput, NotFound
from eperf.domain.period import YearMonth
from eperf.schema.ids import parsed
from eperf.services import receipt
from eperf.services.call import Call


def routes(house: House, authenticator: Authenticator) -> list[Route]:
    """The path of receipts."""
    blobs = house.blobs()
    origins = frozenset(house.settings.allowed_origins)

    async def get(request: Request) -> Response:
        call = Call(await viewer_in(request, authenticator), house.now(), registry=house.registry)
        kind, number = _asked(request.path_params["id"])
        if kind == "Adjustment":
            return _sent(await receipt.of_adjustment(call, blobs, number), f"adjustment-{number}")
        period = YearMonth.parse(parameters(request.scope["query_string"]).get("period", ""))
        make = receipt.of_employee if kind == "Employee" else receipt.of_unit
        return _sent(await make(call, blobs, number, period), f"{kind.lower()}-{number}-{period}")

    return [Route("/receipts/{id}", Endpoint({"GET": get}, origins))]


def _asked(text: str) -> tuple[str, int]:
    try:
        kind, number = parsed(text, "receipt")
    except BadInput as forged:
        raise NotFound("receipt", text) from forged
    if kind not in ("Employee", "Unit", "Adjustment"):
        raise NotFound("receipt", text)
    return kind, number


def _sent(bundle: bytes, name: str) -> Response:
    headers = {
        "content-type": "application/zip",
        "content-disposition": f'attachment; filename="{name}.eperf.zip"',
    }
    return Response(bundle, 200, headers)
