"""Lists as connections: pages by keyset, never longer than a thousand, always in the viewer's reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Generic, TypeVar, get_type_hints

import strawberry

from eperf.domain.errors import BadInput
from eperf.planner.mapping import Linked, Many, Narrow, One, Order, field
from eperf.planner.rows import DEFAULT, MOST, Page, Slice

T = TypeVar("T")
First = Annotated[int | None, strawberry.argument(description="How many at most: 1 to 1000, 25 by default.")]
After = Annotated[str | None, strawberry.argument(description="The cursor after which to go on.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="A member of a list with its cursor.")
class Edge(Generic[T]):
    """A member with its cursor."""

    cursor: str
    node: T


@strawberry.type(description="A page of a list (halaman).")
class Connection(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo


def many(
    target: type,
    orders: Mapping[str, Order],
    order: str,
    description: str,
    *,
    back: str | None = None,
    narrow: Narrow | None = None,
    choice: type[Enum] | None = None,
    size: int | None = None,
) -> Any:
    """A field that is a page of rows in reach: of all of them, or of those whose column `back` holds this row's id.

    `narrow(context, …)` gives the condition for the field's own arguments; `choice` is the enum of orders if the client
    may choose.
    """
    mapping = Many(target, orders, order, back, narrow, size)

    async def resolve(
        self: Any, info: strawberry.Info, first: Any = size, after: Any = None, **given: Any
    ) -> Any:
        info.context.seen()
        chosen = given.pop("order_by").value if choice else order
        where = narrow(info.context, **given) if narrow else None
        asked = wanted(mapping, chosen, first, after, where)
        rows = info.context.rows
        page = await (
            rows.page(target, asked) if back is None else rows.page_of(target, back, self.row.id, asked)
        )
        return connection(target, page, after)

    own = [*arguments_of(narrow), *_paging(size)]
    if choice is not None:
        own.append(_parameter("order_by", choice, choice(order)))
    return field(signed(resolve, own, Connection[target]), description, mapping, None)  # type: ignore[valid-type]


def one(
    target: type,
    narrow: Narrow,
    description: str,
    *,
    back: str | None = None,
    order: Order = (("id", False),),
) -> Any:
    """A field that is a single row in reach: the first that `narrow(context, …)` picks; null when there is none."""
    mapping = One(target, narrow, back, order)

    async def resolve(self: Any, info: strawberry.Info, **given: Any) -> Any:
        info.context.seen()
        where = narrow(info.context, **given)
        if where is False:
            return None
        return await info.context.rows.first(target, order, where, back, self.row.id if back else None)

    return field(signed(resolve, arguments_of(narrow), target | None), description, mapping, None)


def linked(target: type, link: type[Any], near: str, far: str, most: int, description: str) -> Any:
    """A field that is a few rows in reach by way of a table between."""
    mapping = Linked(target, link, near, far, most)

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        return await info.context.rows.linked(mapping, self.row.id)

    return field(signed(resolve, [], list[target]), description, mapping, None)  # type: ignore[valid-type]


def signed(resolve: Any, own: Sequence[Parameter], answer: Any) -> Any:
    """The resolver with the arguments and the type that strawberry is to read off it."""
    fixed = [Parameter("self", Parameter.POSITIONAL_OR_KEYWORD), _parameter("info", strawberry.Info)]
    resolve.__signature__ = Signature([*fixed, *own], return_annotation=answer)
    resolve.__annotations__ = {one.name: one.annotation for one in [fixed[1], *own]} | {"return": answer}
    return resolve


def arguments_of(narrow: Narrow | None) -> list[Parameter]:
    """The arguments of a field: those of a function of its mapping, but for the context."""
    if narrow is None:
        return []
    hints = get_type_hints(narrow, include_extras=True)
    given = list(signature(narrow).parameters.values())[1:]
    return [_parameter(each.name, hints[each.name], each.default) for each in given]


def _parameter(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    place = Parameter.POSITIONAL_OR_KEYWORD if name == "info" else Parameter.KEYWORD_ONLY
    return Parameter(name, place, annotation=kind, default=default)


def _paging(size: int | None) -> list[Parameter]:
    return [_parameter("first", First, size), _parameter("after", After, None)]


def wanted(mapping: Many, order: str, first: int | None, after: str | None, where: Any) -> Slice:
    """The slice that a field's arguments ask for; refuses a size out of `1..1000`."""
    size = DEFAULT if first is None else first
    if not 1 <= size <= MOST:
        raise BadInput("first", size, f"expected 1 to {MOST}")
    return Slice(order, mapping.orders[order], size, after, where)


def connection(kind: type[T], page: Page, after: str | None) -> Connection[T]:
    """A page as its connection."""
    make: Any = kind
    nodes: list[T] = [make(row=row) for row in page.rows]
    edges = [Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)]
    info = PageInfo(
        has_next_page=page.more,
        has_previous_page=after is not None,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )
    return Connection(edges=edges, nodes=nodes, page_info=info)
