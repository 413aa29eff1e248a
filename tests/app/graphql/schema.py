"""A small schema with all that a front can meet: connections, slow and failing fields, streams, scalars that refuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from eperf.app.graphql import ConnectionFacts
from eperf.domain.errors import BadInput, Conflict, Forbidden


@dataclass
class Trace:
    """What the schema saw; emptied by the fixture `trace`."""

    cancelled: int = 0
    produced: int = 0
    streams: int = 0
    contexts: int = 0
    shelved: list[str] = field(default_factory=list)
    facts: list[ConnectionFacts] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)


trace = Trace()


Nip = NewType("Nip", str)


def read_nip(value: Any) -> str:
    if value == "crash":
        raise RuntimeError("driver text: password=hunter2")
    if not isinstance(value, str) or not value.isdigit():
        raise BadInput("nip", value, "18 digits are needed")
    return value


NIP = strawberry.scalar(name="Nip", serialize=str, parse_value=read_nip)


@strawberry.type
class Book:
    title: str
    number: int

    @strawberry.field
    def neighbours(self, first: int = 5) -> BookConnection:
        return connection(first)

    @strawberry.field
    def tags(self) -> list[Tag]:
        return [Tag(name="a"), Tag(name="b")]


@strawberry.type
class Tag:
    name: str


@strawberry.type
class BookEdge:
    cursor: str
    node: Book


@strawberry.type
class BookConnection:
    edges: list[BookEdge]
    total: int

    @strawberry.field
    def nodes(self) -> list[Book]:
        return [edge.node for edge in self.edges]


def connection(first: int) -> BookConnection:
    books = [Book(title=f"book {n}", number=n) for n in range(min(first, 100))]
    return BookConnection(edges=[BookEdge(cursor=str(b.number), node=b) for b in books], total=100)


@strawberry.input
class Filter:
    title: str | None = None
    inner: Filter | None = None
    numbers: list[int] | None = None


@strawberry.input(one_of=True)
class Pick:
    title: strawberry.Maybe[str]
    number: strawberry.Maybe[int]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    async def later(self, info: strawberry.Info, seconds: float = 0) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            trace.cancelled += 1
            raise
        return f"{info.context.language} {info.field_name}"

    @strawberry.field
    def books(
        self,
        first: int | None = None,
        last: int | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> BookConnection:
        return connection(first or last or 20)

    @strawberry.field
    def shelf(self) -> list[Book]:
        return [Book(title="x", number=1)]

    @strawberry.field
    def pick(self, by: Pick) -> str:
        return "picked"

    @strawberry.field
    def whoami(self, info: strawberry.Info) -> str | None:
        return info.context.bearer

    @strawberry.field
    def crash(self) -> str | None:
        raise RuntimeError("driver text: password=hunter2")

    @strawberry.field
    def crashes(self, times: int) -> list[str | None]:
        return [RuntimeError("driver text") for _ in range(times)]  # type: ignore[misc]

    @strawberry.field
    async def crash_hard(self) -> str:
        raise RuntimeError("driver text: password=hunter2")

    @strawberry.field
    def refuse(self) -> str | None:
        raise Conflict("activity", "secret-value", "it was verified")

    @strawberry.field
    def forbid(self) -> str | None:
        raise Forbidden("read scores")

    @strawberry.field
    def authored(self) -> str | None:
        raise GraphQLError("said so", extensions={"code": "TEAPOT"})

    @strawberry.field
    def unauthored(self) -> str | None:
        raise GraphQLError("driver text: password=hunter2")

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40

    @strawberry.field
    def nothing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def unsayable(self) -> JSON:
        return JSON({"a": object()})

    @strawberry.field
    def surrogate(self) -> str:
        return "\ud800"

    @strawberry.field
    def nip(self, nip: Nip) -> Nip:
        return nip

    @strawberry.field
    def echo(self, value: JSON) -> JSON:
        return value

    @strawberry.field
    def need(self, number: int) -> int:
        return number

    @strawberry.field
    def soft(self, number: int = 7) -> int:
        return number


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def shelve(self, title: str, seconds: float = 0) -> str:
        await asyncio.sleep(seconds)
        trace.shelved.append(title)
        return title


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int, delay: float = 0) -> AsyncGenerator[int, None]:
        trace.streams += 1
        try:
            for number in range(to):
                trace.produced += 1
                yield number
                await asyncio.sleep(delay)
        finally:
            trace.streams -= 1

    @strawberry.subscription
    async def breaking(self, refused: bool = False) -> AsyncGenerator[int, None]:
        yield 1
        if refused:
            raise Conflict("cursor", "secret-value", "it is too old")
        raise RuntimeError("driver text: password=hunter2")

    @strawberry.subscription
    async def unready(self) -> AsyncGenerator[int, None]:
        raise Forbidden("listen")
        yield 1

    @strawberry.subscription
    async def bulky(self, chars: int) -> AsyncGenerator[str, None]:
        while True:
            trace.produced += 1
            yield "x" * chars

    @strawberry.subscription
    async def books(self, delay: float = 0) -> AsyncGenerator[SlowBook, None]:
        yield SlowBook(delay=delay)
        yield SlowBook(delay=0)


@strawberry.type
class SlowBook:
    delay: strawberry.Private[float]

    @strawberry.field
    async def title(self) -> str:
        await asyncio.sleep(self.delay)
        return "slow"


schema = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map={Nip: NIP}))
