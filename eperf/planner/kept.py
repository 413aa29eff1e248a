"""What is kept of an operation between requests: its trees, and their statements by the shapes they were asked in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eperf.planner.compile import Statement
from eperf.planner.tree import Tree


class Bound(NamedTuple):
    """A source of values in one request: its shape, what it is, and its values as the driver takes them."""

    key: Any
    what: Any
    values: tuple[Any, ...]


class Reaches(NamedTuple):
    """A viewer's reach of the tables of a tree, in order, and a number that stands for all their shapes."""

    bounds: tuple[Bound, ...]
    key: int


@dataclass(slots=True)
class Root:
    """A root field with the statements made for it, by the shapes of what differs from request to request."""

    tree: Tree
    fixed: dict[int, Bound] = field(default_factory=dict)
    recent: dict[int, tuple[dict[str, Any], Bound]] = field(default_factory=dict)
    """The arguments that steady sites had last, and what came of them: often those of a screen's next request too."""
    reaches: dict[Any, Reaches] = field(default_factory=dict)
    last: tuple[Any, Reaches] | None = None
    """The viewer who asked last: a busy token's is the same object for a while."""
    statements: dict[Any, Statement | None] = field(default_factory=dict)
    """None: a statement that the database does not take."""
    kinds: dict[type, Root] = field(default_factory=dict)
    """Of a root whose arguments tell its type: the root for each type that was asked for."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Plan:
    """The plans of one operation, by the values of the variables that steer it; a text says why there is none."""

    steering: tuple[str, ...]
    variants: dict[tuple[Any, ...], tuple[Root, ...] | str] = field(default_factory=dict)
