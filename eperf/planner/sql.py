"""Fragments of SQL, and the forms in which values are stored and written."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion

Dialect = Literal["postgres", "sqlite"]

EDGE, INSIDE = "\x01", "\x02"
"""What a hole in an answer begins and ends with, and what parts its name from its columns."""


class Form(Enum):
    """How a stored value is written in an answer; each GraphQL scalar has one."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    HUNDREDTHS = "hundredths"
    JSON = "json"


class Sql(Criterion):
    """A fragment of SQL made of texts and of the query builder's terms; both a term and a criterion of it."""

    def __init__(self, *parts: Any) -> None:
        super().__init__()
        self.parts = parts

    def get_sql(self, ctx: SqlContext) -> str:
        """The fragment's text."""
        inner = ctx.copy(subquery=True, with_alias=False)
        text = "".join(part if isinstance(part, str) else part.get_sql(inner) for part in self.parts)
        return f'{text} AS "{self.alias}"' if self.alias and ctx.with_alias else text


def column(alias: str, name: str) -> Sql:
    """A column of a table by the table's alias."""
    return Sql(f'"{alias}"."{name}"')


def joined(parts: Sequence[Any], between: str) -> Sql:
    """Fragments with a text between them."""
    mixed: list[Any] = []
    for part in parts:
        mixed += [between, part]
    return Sql(*mixed[1:])


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
