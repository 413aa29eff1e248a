"""What a row must satisfy, as data: the one form in which row scopes and filters are said.

A condition names columns and holds values. It becomes the ORM's `Q` where rows are fetched as objects, and SQL with
places for its values where a whole operation is compiled (`eperf.planner`). Two conditions of one `shape` differ in
their values only, so they share one statement.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.models import Model

Condition = Any


@dataclass(frozen=True, slots=True)
class Is:
    """A column compared with a value: `=`, `<`, `<=`, `>` or `>=`."""

    column: str
    value: Any
    by: str = "="


@dataclass(frozen=True, slots=True)
class Among:
    """A column that has one of several values (all of one type; none of them: never)."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A column whose value is in a column of the rows of another table that satisfy a condition."""

    column: str
    row: type[Model]
    pick: str
    where: Any


@dataclass(frozen=True, slots=True)
class Holds:
    """A text column that contains a text, in capitals or not; `%` and `_` mean themselves."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A column that is null, or with `missing=False` one that is not."""

    column: str
    missing: bool = True


@dataclass(frozen=True, slots=True)
class Every:
    """All of its parts; none at all is every row."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of its parts; none at all is no row."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """All rows but those that satisfy the part."""

    part: Any


def among(column: str, several: Iterable[Any]) -> Is | Among:
    """A column that has one of several values; of one value it is an equality, which databases answer faster."""
    found = tuple(several)
    return Is(column, found[0]) if len(found) == 1 else Among(column, found)


_SUFFIX = {"=": "", "<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}


def shape(condition: Any) -> Hashable:
    """The condition without its values."""
    match condition:
        case None:
            return None
        case Is(column, _, by):
            return (by, column)
        case Among(column, _):
            return ("among", column)
        case Within(column, row, pick, where):
            return ("within", column, row, pick, shape(where))
        case Holds(column, _):
            return ("holds", column)
        case Missing():
            return condition
        case Every(parts):
            return ("every", *map(shape, parts))
        case Either(parts):
            return ("either", *map(shape, parts))
        case Not(part):
            return ("not", shape(part))
    raise TypeError(f"not a condition: {condition!r}")


def values(condition: Any) -> tuple[Any, ...]:
    """Its values, in the order in which they are written; those of `Among` are one tuple."""
    match condition:
        case Is(_, value, _):
            return (value,)
        case Among(_, several):
            return (several,)
        case Within(_, _, _, where):
            return values(where)
        case Holds(_, text):
            return (text,)
        case Every(parts) | Either(parts):
            return tuple(value for part in parts for value in values(part))
        case Not(part):
            return values(part)
    return ()


def as_q(condition: Any) -> Q | None:
    """The condition in the ORM's words; None stands for every row."""
    match condition:
        case None:
            return None
        case Is(column, value, by):
            return _q(f"{column}{_SUFFIX[by]}", value)
        case Among(column, several):
            return _q(f"{column}__in", list(several)) if several else Q(id__lt=0)
        case Within(column, row, pick, where):
            inside = as_q(where)
            rows = row.all() if inside is None else row.filter(inside)
            return _q(f"{column}__in", Subquery(rows.values(pick)))
        case Holds(column, text):
            return _q(f"{column}__icontains", text)
        case Missing(column, missing):
            return _q(f"{column}__isnull", missing)
        case Not(part):
            inner = as_q(part)
            return Q(id__lt=0) if inner is None else ~inner
        case Every(parts) | Either(parts):
            return _joined(condition, parts)
    raise TypeError(f"not a condition: {condition!r}")


def _joined(condition: Any, parts: tuple[Any, ...]) -> Q | None:
    found = [as_q(part) for part in parts]
    if isinstance(condition, Every):
        kept = [one for one in found if one is not None]
        return Q(*kept) if kept else None
    if any(one is None for one in found):
        return None
    return Q(*[one for one in found if one is not None], join_type=Q.OR) if found else Q(id__lt=0)


def _q(name: str, value: Any) -> Q:
    condition: dict[str, Any] = {name: value}
    return Q(**condition)
