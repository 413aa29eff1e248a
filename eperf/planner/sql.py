"""The pieces of SQL from which an answer is written as JSON text, for PostgreSQL and for SQLite.

An object is one `concat` of literal text and values, a list one aggregate of such texts: measured faster than building
JSON values and then printing them, and the bytes are those that the resolvers' answer has. Values of a caller are
places (`$1`, `?1`), never text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal

import orjson
from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion

Dialect = Literal["postgres", "sqlite"]
_MOST_ARGUMENTS = 90


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


class Writer:
    """JSON text in one dialect. A piece is a `str` (literal JSON) or a fragment whose text is JSON."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.postgres = dialect == "postgres"

    def place(self, number: int) -> str:
        """The place of the caller's value of this number, from 1."""
        return f"${number}" if self.postgres else f"?{number}"

    def value(self, given: Any) -> Any:
        """A value as the driver takes it."""
        kind = type(given)
        if kind is int or kind is str:
            return given
        if kind is tuple:
            return list(given) if self.postgres else orjson.dumps(list(given)).decode()
        if self.postgres or not isinstance(given, date):
            return given
        # The ORM keeps instants as text in this very form.
        return given.isoformat(" ") if isinstance(given, datetime) else given.isoformat()

    def among(self, what: Sql, place: str) -> Sql:
        """Whether a column has one of the values at a place."""
        if self.postgres:
            return Sql(what, f" = ANY({place})")
        return Sql(what, " IN (SELECT value FROM json_each(", place, "))")

    def holds(self, what: Sql, place: str) -> Sql:
        """Whether a text column contains the text at a place, in capitals or not."""
        if self.postgres:
            return Sql("position(upper(", place, "::text) IN upper(", what, ")) > 0")
        return Sql("instr(upper(", what, "), upper(", place, ")) > 0")

    def text(self, pieces: Iterable[Any]) -> Sql:
        """Pieces one after the other, as one text."""
        parts = [quoted(piece) if isinstance(piece, str) else piece for piece in _merged(pieces)]
        if not self.postgres:
            return Sql("(", joined(parts, "||"), ")")
        while len(parts) > _MOST_ARGUMENTS:
            parts = [
                Sql("concat(", joined(parts[at : at + _MOST_ARGUMENTS], ","), ")")
                for at in range(0, len(parts), _MOST_ARGUMENTS)
            ]
        return Sql("concat(", joined(parts, ","), ")")

    def or_null(self, what: Sql) -> Sql:
        """The text, or `null` where there is none."""
        return Sql("coalesce(" if self.postgres else "ifnull(", what, ",'null')")

    def gathered(self, what: str, where: str = "") -> Sql:
        """The texts of a column of many rows, with commas; null where there is no row."""
        function = "string_agg" if self.postgres else "group_concat"
        return Sql(f"{function}({what}, ','){f' FILTER (WHERE {where})' if where else ''}")

    def listed(self, gathered: Sql) -> list[Any]:
        """Gathered texts as a JSON list's pieces."""
        return ["[", gathered if self.postgres else Sql("ifnull(", gathered, ",'')"), "]"]

    def scalar(self, form: Form, what: Sql, *, null: bool) -> list[Any]:
        """A stored value as its JSON's pieces."""
        pieces = self._pieces(form, what)
        if not null:
            return pieces
        if form is Form.TEXT and not self.postgres:
            return pieces
        if len(pieces) == 1:
            text = Sql(pieces[0], "::text") if self.postgres else pieces[0]
            return [self.or_null(text)]
        return [Sql("CASE WHEN ", what, " IS NULL THEN 'null' ELSE ", self.text(pieces), " END")]

    def _pieces(self, form: Form, what: Sql) -> list[Any]:
        match form:
            case Form.TEXT:
                return [Sql("to_json(" if self.postgres else "json_quote(", what, ")")]
            case Form.INTEGER:
                return [what]
            case Form.JSON:
                return [Sql(what, "::text") if self.postgres else what]
            case Form.BOOLEAN:
                return [Sql("CASE WHEN ", what, " THEN 'true' WHEN NOT ", what, " THEN 'false' END")]
            case Form.DATE:
                return ['"', what, '"']
            case Form.INSTANT:
                return ['"', self._instant(what), 'Z"']
            case Form.HUNDREDTHS:
                return ['"', self._hundredths(what), '"']

    def _instant(self, what: Sql) -> Sql:
        if self.postgres:
            shown = Sql("to_char(", what, " AT TIME ZONE 'UTC',", quoted('YYYY-MM-DD"T"HH24:MI:SS.US'), ")")
            return Sql("replace(", shown, ",'.000000','')")
        return Sql("replace(replace(", what, ",' ','T'),'+00:00','')")

    def _hundredths(self, what: Sql) -> Sql:
        if self.postgres:
            return Sql("(", what, "*0.01)")
        return Sql(
            "printf('%s%d.%02d',CASE WHEN ", what, "<0 THEN '-' ELSE '' END,abs(", what, ")/100,abs(", what,
            ")%100)",
        )  # fmt: skip

    def chosen(self, what: Sql, names: Sequence[tuple[Any, str]], *, null: bool) -> list[Any]:
        """A stored value as the name that stands for it; a value without a name is null, as an error would be."""
        cases = "".join(
            f" WHEN {quoted(str(value))} THEN {quoted(orjson.dumps(name).decode())}" for value, name in names
        )
        return [Sql("CASE ", what, cases, " ELSE 'null' END" if null else " END")]

    def global_id(self, kind: str, what: Sql) -> list[Any]:
        """The global id of a row: what `eperf.schema.ids` writes, mostly as a constant."""
        name = f"{kind}:"
        whole = len(name) - len(name) % 3
        fixed = base64.urlsafe_b64encode(name[:whole].encode()).decode()
        return [f'"{fixed}', self._encoded(self.text([name[whole:], what]), short=True), '"']

    def cursor(self, order: str, columns: Sequence[tuple[Form, Sql, bool]]) -> list[Any]:
        """The cursor of a row, as `eperf.planner.cursor` writes it."""
        pieces: list[Any] = ["[" + orjson.dumps(order).decode()]
        for form, what, null in columns:
            pieces += [",", *self._in_cursor(form, what, null=null)]
        return ['"', self._encoded(self.text([*pieces, "]"]), short=False), '"']

    def _in_cursor(self, form: Form, what: Sql, *, null: bool) -> list[Any]:
        if form is not Form.INSTANT:
            return self.scalar(form, what, null=null)
        pieces = ['"', self._instant(what), '+00:00"']
        if not null:
            return pieces
        return [self.or_null(Sql("CASE WHEN ", what, " IS NOT NULL THEN ", self.text(pieces), " END"))]

    def _encoded(self, what: Sql, *, short: bool) -> Sql:
        """Base64url without padding. Digits after a type's name give neither `+` nor `/` nor a second line."""
        if not self.postgres:
            return Sql("eperf_base64(", what, ")")
        if short:
            return Sql("rtrim(encode(", what, "::bytea,'base64'),'=')")
        return Sql("translate(encode(convert_to(", what, ",'UTF8'),'base64'),E'+/=\\n','-_')")


def _merged(pieces: Iterable[Any]) -> list[Any]:
    """Neighbouring literals as one."""
    merged: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and not piece:
            continue
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
