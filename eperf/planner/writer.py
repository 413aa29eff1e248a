"""What a statement needs of a dialect: how values are written, put together and compared.

A value is whatever its own writer makes of it (JSON text in pieces on PostgreSQL, an argument of `json_object` on
SQLite); the compiler only hands values on. Which form is fastest was measured for each database apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from eperf.planner.postgres import PostgresWriter
from eperf.planner.sql import Dialect, Form, Sql
from eperf.planner.sqlite import SqliteWriter

Value = Any


class Writer(Protocol):
    """JSON in one dialect."""

    shallow: bool
    """Whether the database's parser takes little nesting, so that sub-selects of conditions stand before the rest."""

    leaves_holes: bool
    """Whether a text may have holes, so that what is made outside is put in without decoding the rest."""

    constants: tuple[Any, ...]
    """Values that statements of this dialect need beside the caller's."""

    def place(self, number: int) -> str:
        """The place of the value of this number, from 1."""
        ...

    def driven(self, given: Any) -> Any:
        """A value as the driver takes it."""
        ...

    def among(self, what: Sql, place: str) -> Sql:
        """Whether a column has one of the values at a place."""
        ...

    def holds(self, what: Sql, place: str) -> Sql:
        """Whether a text column contains the text at a place, in capitals or not."""
        ...

    def object(self, members: Sequence[tuple[str, Value]]) -> Value:
        """An object with its members in order."""
        ...

    def word(self, text: str) -> Value:
        """A string that is known."""
        ...

    def null(self) -> Value:
        """Null."""
        ...

    def hole(self, name: str, columns: Value | None) -> Value:
        """A place for a value that is made outside, with what it is made from where that is not told before."""
        ...

    def truth(self, condition: Sql | bool) -> Value:
        """Whether a condition holds."""
        ...

    def unless_missing(self, value: Value, key: Sql) -> Value:
        """The value, or null where a joined row is missing, so that its key is null."""
        ...

    def scalar(self, form: Form, what: Sql, *, null: bool) -> Value:
        """A stored value."""
        ...

    def chosen(self, what: Sql, names: Sequence[tuple[Any, str]], *, null: bool) -> Value:
        """A stored value as the name that stands for it."""
        ...

    def global_id(self, kind: str, what: Sql, constant: Any) -> Value:
        """The global id of a row, as `eperf.schema.ids` writes it. `constant(n)` is the place of a constant."""
        ...

    def cursor(self, order: str, columns: Sequence[tuple[Form, Sql, bool]]) -> Value:
        """The cursor of a row, as `eperf.planner.cursor` writes it."""
        ...

    def gathered(self, value: Value, order: Sql, where: str) -> Value:
        """The values of many rows as a list."""
        ...

    def end(self, cursor: Value, number: str, where: str, *, last: bool) -> Value:
        """Of the cursors of numbered rows the first or the last, null when there is none."""
        ...

    def text(self, value: Value) -> Sql:
        """A value as what a sub-select gives."""
        ...

    def below(self, query: Any) -> Value:
        """What a sub-select gives, as a value; null when it gives nothing."""
        ...


def writer(dialect: Dialect) -> Writer:
    """The writer of a dialect."""
    return PostgresWriter() if dialect == "postgres" else SqliteWriter()
