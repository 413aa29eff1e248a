"""What an operation asks for, in the mapping's words: levels of rows with the fields selected on each.

A tree depends on the document and on the values of the variables that `@skip` and `@include` read, and on nothing of a
caller; what differs from request to request (sizes, cursors, filters) are its sites.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eperf.planner.mapping import Many, One, Table
from eperf.planner.sql import Form


class Unplannable(Exception):
    """An operation that only the resolvers can answer, and why; the message names types and fields of the schema."""


ABSENT = object()


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that depends on variables: the resolver's name, and from the variables to its value or `ABSENT`."""

    name: str
    value: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A place in the tree whose rows depend on arguments: those that are fixed, and those that are not."""

    mapping: Any
    fixed: Mapping[str, Any]
    arguments: tuple[Argument, ...]
    steady: bool
    """Whether its rows depend on the arguments alone, and not on who asks or when."""

    def given(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of one request, without those that are absent."""
        found = dict(self.fixed)
        for one in self.arguments:
            value = one.value(variables)
            if value is not ABSENT:
                found[one.name] = value
        return found


@dataclass(slots=True, eq=False)
class Level:
    """Rows of one type, and what is selected on each, by response key in order."""

    kind: str
    table: Table
    fields: list[tuple[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`."""

    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The global id."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column or an expression: where it is, its form, and whether it may be null."""

    sql: str
    """With `{column}` for columns."""
    form: Form
    null: bool
    names: tuple[tuple[Any, str], ...] = ()
    """Of an enum: what is stored, and the name that is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A batch field: its columns with their forms, how it is filled, and how its value becomes JSON."""

    columns: tuple[tuple[str, Form, bool], ...]
    fill: Callable[..., Any]
    shown: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """The row whose id is in a column of this one."""

    column: str
    level: Level


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """The first row that a site picks."""

    site: Site
    mapping: One
    level: Level


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The rows that a table between links to this one."""

    link: str
    near: str
    far: str
    most: int
    level: Level


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """A page of rows as a connection: its parts by response key."""

    site: Site
    mapping: Many
    table: Table
    parts: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """The rows of a page."""

    level: Level


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The rows of a page with their cursors; each part is `cursor`, a `TypeName` or a `Level`."""

    parts: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Info:
    """Where a page stands; each part is the name of a field or a `TypeName`."""

    parts: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A root field whose type only its arguments tell: its site, and its tree for a type."""

    site: Site
    of: Callable[[type], Tree]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A root field that changes something: its site, and how each kind of answer is shown."""

    site: Site
    answer: Tree
    """The changed row; its one site is the row's number."""
    refusal: Callable[[Any], Any]
    node: Any
    """The field in the document, for the place of an error."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A root field: its response key, and what it asks for."""

    key: str
    root: Any
    sites: tuple[Site, ...]
    tables: tuple[Table, ...]
    """Every table whose rows are shown, each once: the viewer's reach of each is asked for."""
    made: bool
    """Whether any value is made outside the database."""
