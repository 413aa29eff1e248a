"""The ordinary build: Strawberry as its manual shows it, a data loader for each relation, the ORM's objects.

It answers the same documents on the same tables, knows nobody and refuses nothing, so it has less to do than eperf.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
from collections import defaultdict
from datetime import date, datetime
from enum import Enum
from typing import Any, NewType

import strawberry
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig
from tortoise import Tortoise

from bench.operations import gid
from eperf.store import database
from eperf.store.activity import ActivityRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import ScoreRow

YearMonth = NewType("YearMonth", str)
Instant = NewType("Instant", datetime)
Info = strawberry.Info


@strawberry.enum
class ActivityState(Enum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"


@strawberry.enum
class EmployeeOrder(Enum):
    NAME = "NAME"
    ID = "ID"


@strawberry.type
class Item:
    code: str
    name: str
    per: str


@strawberry.type
class Activity:
    id: strawberry.ID
    date: date
    minutes: int
    quantity: str
    result: str
    state: ActivityState
    item_id: strawberry.Private[int]

    @strawberry.field
    async def item(self, info: Info) -> Item:
        row = await info.context["items"].load(self.item_id)
        return Item(code=row.code, name=row.name, per=row.per)


@strawberry.type
class Activities:
    nodes: list[Activity]


@strawberry.type
class Score:
    score: str | None
    state: str
    scheme: str
    computed_at: Instant


@strawberry.type
class Employee:
    id: strawberry.ID
    nip: str | None
    name: str
    rank: str | None
    kind: str
    active: bool
    number: strawberry.Private[int]
    unit_id: strawberry.Private[int]

    @classmethod
    def of(cls, row: EmployeeRow) -> Employee:
        return cls(
            id=strawberry.ID(gid("Employee", row.id)), nip=row.nip, name=row.name, rank=row.rank, kind=row.kind,
            active=row.active, number=row.id, unit_id=row.unit_id,
        )  # fmt: skip

    @strawberry.field
    async def unit(self, info: Info) -> Unit:
        return Unit.of(await info.context["units"].load(self.unit_id))

    @strawberry.field
    async def score(self, info: Info, period: YearMonth) -> Score | None:
        row = await info.context["scores"].load((self.number, period))
        if row is None:
            return None
        return Score(
            score=None if row.score_h is None else f"{row.score_h / 100:.2f}",
            state=row.state,
            scheme=row.scheme,
            computed_at=row.computed_at,
        )

    @strawberry.field
    async def activities(self, info: Info, first: int = 25) -> Activities:
        rows = await info.context["activities"].load((self.number, first))
        return Activities(
            nodes=[
                Activity(
                    id=strawberry.ID(gid("Activity", row.id)), date=row.date, minutes=row.minutes,
                    quantity=f"{row.quantity_h / 100:.2f}", result=row.result, state=ActivityState(row.state),
                    item_id=row.item_id,
                )
                for row in rows
            ]
        )  # fmt: skip


@strawberry.type
class Employees:
    nodes: list[Employee]


@strawberry.type
class Unit:
    id: strawberry.ID
    name: str
    number: strawberry.Private[int]
    parent_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, row: UnitRow) -> Unit:
        return cls(
            id=strawberry.ID(gid("Unit", row.id)), name=row.name, number=row.id, parent_id=row.parent_id
        )

    @strawberry.field
    async def parent(self, info: Info) -> Unit | None:
        return None if self.parent_id is None else Unit.of(await info.context["units"].load(self.parent_id))

    @strawberry.field
    async def employees(self, first: int = 25) -> Employees:
        rows = await EmployeeRow.filter(unit_id=self.number).order_by("name", "id").limit(first)
        return Employees(nodes=[Employee.of(row) for row in rows])


@strawberry.type
class Query:
    @strawberry.field
    async def employees(
        self, first: int = 25, after: str | None = None, order_by: EmployeeOrder = EmployeeOrder.NAME
    ) -> Employees:
        assert order_by is EmployeeOrder.ID, "only this order is measured"
        place = (
            0 if after is None else json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))[1]
        )
        rows = await EmployeeRow.filter(id__gt=place).order_by("id").limit(first)
        return Employees(nodes=[Employee.of(row) for row in rows])

    @strawberry.field
    async def employee(self, id: strawberry.ID) -> Employee | None:  # noqa: A002
        row = await EmployeeRow.get_or_none(id=_number(id))
        return None if row is None else Employee.of(row)

    @strawberry.field
    async def unit(self, id: strawberry.ID) -> Unit | None:  # noqa: A002
        row = await UnitRow.get_or_none(id=_number(id))
        return None if row is None else Unit.of(row)


def _number(text: str) -> int:
    return int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2])


async def _units(ids: list[int]) -> list[UnitRow]:
    found = {row.id: row for row in await UnitRow.filter(id__in=ids)}
    return [found[number] for number in ids]


async def _items(ids: list[int]) -> list[ItemRow]:
    found = {row.id: row for row in await ItemRow.filter(id__in=ids)}
    return [found[number] for number in ids]


async def _scores(keys: list[tuple[int, str]]) -> list[ScoreRow | None]:
    rows = await ScoreRow.filter(
        employee_id__in=[employee for employee, _ in keys], period__in=sorted({period for _, period in keys})
    )
    found = {(row.employee_id, row.period): row for row in rows}
    return [found.get(key) for key in keys]


async def _activities(keys: list[tuple[int, int]]) -> list[list[ActivityRow]]:
    numbers = ", ".join(str(employee) for employee, _ in keys)
    most = max(first for _, first in keys)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in await ActivityRow.raw(
        "SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY employee_id ORDER BY id DESC) AS place"
        f" FROM activity a WHERE employee_id IN ({numbers})) ranked WHERE place <= {most} ORDER BY id DESC"
    ):
        found[row.employee_id].append(row)
    return [found[employee][:first] for employee, first in keys]


class _App(GraphQL[Any, Any]):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        loaders = {"units": _units, "items": _items, "scores": _scores, "activities": _activities}
        return {name: DataLoader(load_fn=load) for name, load in loaders.items()}


_SCALARS: dict[object, Any] = {
    YearMonth: strawberry.scalar(name="YearMonth", serialize=str, parse_value=str),
    Instant: strawberry.scalar(
        name="DateTime", serialize=lambda at: at.replace(tzinfo=None).isoformat() + "Z", parse_value=str
    ),
}
_SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=_SCALARS))


async def _serve(url: str, port: int, pool: int) -> None:
    await Tortoise.init(config=database.config(url, pool=pool), _enable_global_fallback=True)

    async def healthy(_: Any) -> PlainTextResponse:
        return PlainTextResponse("")

    app = Starlette(routes=[Route("/healthz", healthy), Route("/graphql", _App(_SCHEMA))])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, loop="none", http="httptools", ws="none", lifespan="off",
        log_config=None, access_log=False, server_header=False, proxy_headers=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.ordinary")
    parser.add_argument("--url", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pool", type=int, default=4)
    options = parser.parse_args()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(options.url, options.port, options.pool))


if __name__ == "__main__":
    main()
