"""Lists as connections: pages by keyset, never longer than a hundred, always in the viewer's reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import strawberry

from eperf.domain.errors import BadInput
from eperf.planner.mapping import Order
from eperf.planner.rows import DEFAULT, MOST, Page, Slice
from eperf.store.scope import Q as Condition

T = TypeVar("T")


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


def wanted(
    orders: Mapping[str, Order],
    order: str,
    first: int | None,
    after: str | None,
    where: Condition | None,
    key: Any,
) -> Slice:
    """The slice that a field's arguments ask for; refuses a size out of `1..100`."""
    size = DEFAULT if first is None else first
    if not 1 <= size <= MOST:
        raise BadInput("first", size, f"expected 1 to {MOST}")
    return Slice(order, orders[order], size, after, where, key)


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
