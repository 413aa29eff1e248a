"""JSON written by SQLite: `json_object` and `json_group_array`, measured faster here than text (each `||` copies).

Global ids are looked up three digits at a time in tables of bytes that are bound to the statement, because a function
of ours costs a call into Python, and its lock, for every row. A value is an argument of `json_object`.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson

from eperf.planner.sql import Form, Sql, joined, quoted

_MOST_DIGITS = 7
"""Numbers with more digits than these are encoded by the function of the connection."""
_RESTS = ("", ":", "e:", "g:", "k:", "m:", "n:", "r:", "s:", "t:", "y:", "h:")
"""What is left of a type's name and its colon after the threes."""


def _table(rest: str, digits: int) -> bytes:
    numbers = (f"{rest}{number:0{digits}}".encode() for number in range(10**digits))
    return b"".join(b64encode(number).rstrip(b"=") for number in numbers)


_SIZES = [(rest, digits) for rest in _RESTS for digits in range(1, 4 - len(rest))]
_CONSTANTS = tuple(_table(rest, digits) for rest, digits in _SIZES)


class SqliteWriter:
    """See `eperf.planner.writer`."""

    shallow = True
    leaves_holes = False
    constants: tuple[Any, ...] = _CONSTANTS

    def place(self, number: int) -> str:
        """The place of the value of this number, from 1."""
        return f"?{number}"

    def driven(self, given: Any) -> Any:
        """A value as the driver takes it: instants as the ORM keeps them, in text."""
        if type(given) is tuple:
            return orjson.dumps(list(given)).decode()
        if isinstance(given, datetime):
            return given.isoformat(" ")
        return given.isoformat() if isinstance(given, date) else given

    def among(self, what: Sql, place: str) -> Sql:
        """Whether a column has one of the values at a place."""
        return Sql(what, " IN (SELECT value FROM json_each(", place, "))")

    def holds(self, what: Sql, place: str) -> Sql:
        """Whether a text column contains the text at a place, in capitals or not."""
        return Sql("instr(upper(", what, "), upper(", place, ")) > 0")

    def object(self, members: Sequence[tuple[str, Sql]]) -> Sql:
        """An object with its members in order."""
        return Sql("json_object(", joined([Sql(quoted(key), ",", value) for key, value in members], ","), ")")

    def word(self, text: str) -> Sql:
        """A string that is known."""
        return Sql(quoted(text))

    def null(self) -> Sql:
        """Null."""
        return Sql("NULL")

    def hole(self, name: str, columns: Sql | None) -> Sql:
        """Its JSON functions put together what is JSON already, so there are none."""
        raise NotImplementedError(name)

    def truth(self, condition: Sql | bool) -> Sql:
        """Whether a condition holds."""
        if isinstance(condition, bool):
            return Sql("json('true')" if condition else "json('false')")
        return Sql("json(CASE WHEN ", condition, " THEN 'true' ELSE 'false' END)")

    def unless_missing(self, value: Sql, key: Sql) -> Sql:
        """The value, or null where a joined row is missing."""
        return Sql("CASE WHEN ", key, " IS NOT NULL THEN ", value, " END")

    def scalar(self, form: Form, what: Sql, *, null: bool) -> Sql:
        """A stored value; null stays null by itself."""
        match form:
            case Form.BOOLEAN:
                return Sql("json(CASE ", what, " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)")
            case Form.JSON:
                return Sql("json(", what, ")")
            case Form.INSTANT:
                return Sql("replace(replace(", what, ",' ','T'),'+00:00','Z')")
            case Form.HUNDREDTHS:
                return self.unless_missing(_hundredths(what), what) if null else _hundredths(what)
        return what

    def chosen(self, what: Sql, names: Sequence[tuple[Any, str]], *, null: bool) -> Sql:
        """A stored value as the name that stands for it."""
        cases = "".join(f" WHEN {quoted(str(value))} THEN {quoted(name)}" for value, name in names)
        return Sql("CASE ", what, cases, " END")

    def global_id(self, kind: str, what: Sql, constant: Any) -> Sql:
        """The global id, by the tables."""
        name = f"{kind}:"
        whole = len(name) - len(name) % 3
        fixed = quoted(urlsafe_b64encode(name[:whole].encode()).decode())
        rest = name[whole:]
        function = Sql("eperf_base64(", quoted(rest), "||", what, ")")
        if rest not in _RESTS:
            return Sql(fixed, "||", function)
        cases: list[Any] = []
        for digits in range(1, _MOST_DIGITS + 1):
            groups = joined(list(_groups(rest, what, digits, constant)), "||")
            cases += [" WHEN ", what, f"<{10**digits} THEN ", fixed, "||", groups]
        return Sql("CASE", *cases, " ELSE ", fixed, "||", function, " END")

    def cursor(self, order: str, columns: Sequence[tuple[Form, Sql, bool]]) -> Sql:
        """The cursor of a row."""
        parts: list[Any] = [quoted("[" + orjson.dumps(order).decode())]
        for form, what, _ in columns:
            parts += ["','", _in_cursor(form, what)]
        return Sql("eperf_base64(", joined([*parts, "']'"], "||"), ")")

    def gathered(self, value: Sql, order: Sql, where: str) -> Sql:
        """The values of many rows as a list, in the order in which the rows come."""
        return Sql("json_group_array(", value, ")", f" FILTER (WHERE {where})" if where else "")

    def end(self, cursor: Sql, number: str, where: str, *, last: bool) -> Sql:
        """The first or the last cursor: each with its number before it, so that the order of texts is theirs."""
        numbered = Sql(f"substr(10000 + {number}, 2) || ", cursor)
        return Sql(f"substr({'max' if last else 'min'}(", numbered, f") FILTER (WHERE {where}), 5)")

    def text(self, value: Sql) -> Sql:
        """A value as what a sub-select gives."""
        return value

    def below(self, query: Any) -> Sql:
        """What a sub-select gives; null when it gives nothing."""
        return Sql(query)


def _groups(rest: str, what: Sql, digits: int, constant: Any) -> Any:
    """A number of so many digits in threes, the first of which begins with what is left of the name."""
    left, before = digits, rest
    while left > 0:
        size = min(3 - len(before), left)
        left -= size
        place = constant(_SIZES.index((before, size)))
        width = -(-(len(before) + size) * 4 // 3)
        # No division where nothing is left to divide: most numbers are short.
        group = Sql("(", what, f"/{10**left}", f"%{10**size}" if before == "" and digits > size else "", ")")
        yield Sql(f"substr({place},1+{width}*", group, f",{width})")
        before = ""


def _hundredths(what: Sql) -> Sql:
    plain = Sql("printf('%d.%02d',", what, "/100,", what, "%100)")
    below = Sql("printf('-%d.%02d',-", what, "/100,-", what, "%100)")
    return Sql("CASE WHEN ", what, ">=0 THEN ", plain, " ELSE ", below, " END")


def _in_cursor(form: Form, what: Sql) -> Sql:
    if form is Form.INSTANT:
        return Sql("json_quote(replace(", what, ",' ','T'))")
    return Sql("ifnull(", what, ",'null')") if form is Form.INTEGER else Sql("json_quote(", what, ")")
