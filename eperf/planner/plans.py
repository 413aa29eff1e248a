"""Answering operations by their plans: bind a request to a tree, find or make its statement, ask, splice.

What a plan cannot answer (another root, a type that resolves, arguments that are refused) is left to the resolvers,
which say what is wrong in the words of the specification; so a plan has no way to fail but the database's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakSet

import orjson
from graphql import DocumentNode, OperationDefinitionNode

from eperf.domain.access import scope
from eperf.domain.errors import BadInput, Refused
from eperf.planner.compile import Chosen, Statement, compiled
from eperf.planner.fill import filled, with_holes
from eperf.planner.kept import Bound, Plan, Reaches, Root
from eperf.planner.mapping import Many, One, Table, table_of
from eperf.planner.read import Reader
from eperf.planner.rows import DEFAULT, MOST, place_of
from eperf.planner.tree import Change, Choice, Level, Site, TypeName, Unplannable
from eperf.planner.writer import Writer
from eperf.store.condition import shape, values

Ask = Callable[[str, Sequence[Any]], Awaitable[str | None]]
"""Runs a statement with its values and gives its single text."""
_MOST_STATEMENTS = 64
_MOST_VIEWERS = 64
_TREE_BYTES = 500
"""What a token of a document takes in a tree, about."""
_MOST_BYTES = 64 * 2**20
"""Of all trees and statements together."""
_TO_COME = -(2**63)
"""Stands for a number that the database has yet to give; no row has it."""


class Unanswered(Exception):
    """A request that this plan leaves to the resolvers, and why."""


class Asked(NamedTuple):
    """What is asked of the database for one root field."""

    root: Root
    key: Any
    sql: str
    values: list[Any]
    levels: Sequence[Level]
    """Those with holes in the answer."""


class Plans:
    """Plans of one schema on one database."""

    def __init__(self, reader: Reader, writer: Writer, ask: Ask, unfit: type[Exception]) -> None:
        self._unfit = unfit
        self._reader, self._writer, self._ask = reader, writer, ask
        self._constants = Bound(None, None, writer.constants)
        self._kept: WeakSet[Plan] = WeakSet()
        self._shapes: dict[Any, int] = {}
        self._size = 0

    def roots(
        self,
        plan: Plan,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> tuple[Root, ...]:
        """The root fields of an operation under these variables; raises `Unanswered`."""
        steered = tuple(variables.get(name) for name in plan.steering)
        found = plan.variants.get(steered)
        if found is None:
            if len(plan.variants) >= _MOST_STATEMENTS:
                plan.variants.clear()
            self._grow(_TREE_BYTES * int(getattr(document, "token_count", None) or 1))
            self._kept.add(plan)
            try:
                trees = self._reader.trees(document, operation, variables)
                found = tuple(Root(tree) for tree in trees)
            except Unplannable as why:
                found = str(why)
            plan.variants[steered] = found
        if isinstance(found, str):
            raise Unanswered(found)
        return found

    async def answer(self, roots: Sequence[Root], variables: Mapping[str, Any], context: Any) -> bytes:
        """The answer of an operation in bytes; raises `Unanswered` before anything is asked of the database."""
        bound = [self._bound(root, variables, context) for root in roots]
        parts: list[bytes] = []
        for root, asked in zip(roots, bound, strict=True):
            parts += [b",", orjson.dumps(root.tree.key), b":", await self._json(root, asked, context)]
        return b'{"data":{' + b"".join(parts[1:]) + b"}}"

    def _grow(self, size: int) -> None:
        """Counts what is kept of all documents; whoever asks for ever new shapes makes all of it forgotten."""
        self._size += size
        if self._size > _MOST_BYTES:
            for plan in tuple(self._kept):
                plan.variants.clear()
            self._kept.clear()
            self._size = size

    async def row(self, root: Root, change: Change, number: int, context: Any) -> bytes:
        """The row that a change answers with, as the caller may see it."""
        answer = root.kinds.setdefault(change.site.mapping.target, Root(change.answer))
        return await self._json(answer, self._bound(answer, {"number": number}, context), context)

    def row_to_come(self, root: Root, change: Change, context: Any) -> tuple[str, Sequence[Any], int] | None:
        """The statement of the row that a change will make, its values, and which of them is the number to come.

        None when the row takes more than that statement.
        """
        answer = root.kinds.setdefault(change.site.mapping.target, Root(change.answer))
        try:
            asked = self._bound(answer, {"number": _TO_COME}, context)
        except Unanswered:
            return None
        if asked is None or asked.root.tree.made or asked.values.count(_TO_COME) != 1:
            return None
        return asked.sql, asked.values, asked.values.index(_TO_COME)

    async def _json(self, root: Root, asked: Asked | None, context: Any) -> bytes:
        if asked is None:
            name = root.tree.root
            return orjson.dumps(name.name if isinstance(name, TypeName) else None)
        try:
            text = await self._ask(asked.sql, asked.values) or "null"
        except self._unfit as error:
            asked.root.statements[asked.key] = None
            raise Unanswered(str(error)) from error
        if not asked.root.tree.made:
            return text.encode()
        if asked.levels:
            return await with_holes(asked.levels, text, context)
        return await filled(asked.root.tree, text, context)

    def _bound(self, root: Root, variables: Mapping[str, Any], context: Any) -> Asked | None:
        """A root field's statement and its values; None when it needs no statement."""
        tree = root.tree
        if isinstance(tree.root, TypeName):
            return None
        if context.viewer is None:
            raise Unanswered("anonymous")
        if isinstance(tree.root, Choice):
            return self._picked(root, tree.root, variables, context)
        sites = []
        for number, site in enumerate(tree.sites):
            bound = root.fixed.get(number) or self._site(root, number, site, variables, context)
            if bound is None:
                if number:
                    raise Unanswered("a row that is refused below another")
                return None
            sites.append(bound)
        reaches, shapes = self._reaches(root, context.viewer)
        key = (shapes, *[one.key for one in sites])
        statement = root.statements.get(key)
        if statement is None:
            if key in root.statements:
                raise Unanswered("beyond the database's limits")
            statement = self._made(root, key, reaches, sites)
        sources = (*reaches, *sites, self._constants)
        given = [sources[source].values[number] for source, number in statement.places]
        return Asked(root, key, statement.sql, given, statement.levels)

    def _picked(self, root: Root, choice: Choice, variables: Mapping[str, Any], context: Any) -> Asked | None:
        """The same for a root field whose arguments tell its type."""
        try:
            found = choice.site.mapping.pick(context, **choice.site.given(variables))
        except Refused as refused:
            raise Unanswered(refused.code) from None
        if found is None:
            return None
        kind, _ = found
        if kind not in root.kinds:
            try:
                root.kinds[kind] = Root(choice.of(kind))
            except Unplannable as why:
                raise Unanswered(str(why)) from None
        return self._bound(root.kinds[kind], variables, context)

    def _made(self, root: Root, key: Any, reaches: Sequence[Bound], sites: Sequence[Bound]) -> Statement:
        if len(root.statements) >= _MOST_STATEMENTS:
            root.statements.clear()
        made = compiled(self._writer, root.tree, [one.what for one in reaches], [one.what for one in sites])
        self._grow(len(made.sql))
        root.statements[key] = made
        return made

    def _reaches(self, root: Root, viewer: Any) -> Reaches:
        if root.last is not None and root.last[0] is viewer:
            return root.last[1]
        found = root.reaches.get(viewer)
        if found is None:
            if len(root.reaches) >= _MOST_VIEWERS:
                root.reaches.clear()
            bounds = tuple(self._reach(table, viewer) for table in root.tree.tables)
            shapes = tuple(one.key for one in bounds)
            found = Reaches(bounds, self._shapes.setdefault(shapes, len(self._shapes)))
            root.reaches[viewer] = found
        root.last = (viewer, found)
        return found

    def _reach(self, table: Table, viewer: Any) -> Bound:
        condition = table.reach(scope(viewer, table.operation))
        return Bound(shape(condition), condition, self._values(values(condition)))

    def _site(
        self, root: Root, number: int, site: Site, variables: Mapping[str, Any], context: Any
    ) -> Bound | None:
        """A site in this request; None for a single row that there is not."""
        given = site.given(variables)
        if site.steady:
            recent = root.recent.get(number)
            if recent is not None and recent[0] == given:
                return recent[1]
        try:
            bound = self._asked(site, dict(given), context)
        except Refused as refused:
            raise Unanswered(refused.code) from None
        if site.steady and bound is not None:
            if site.arguments:
                root.recent[number] = (given, bound)
            else:
                root.fixed[number] = bound
        return bound

    def _asked(self, site: Site, given: dict[str, Any], context: Any) -> Bound | None:
        mapping = site.mapping
        if isinstance(mapping, One):
            where = mapping.narrow(context, **given)
            if where is False:
                return None
            return Bound(shape(where), Chosen("", 1, after=False, where=where), self._values(values(where)))
        first = given.pop("first", mapping.size)
        size = DEFAULT if first is None else first
        if not 1 <= size <= MOST:
            raise BadInput("first", size, f"expected 1 to {MOST}")
        after = given.pop("after", None)
        chosen = given.pop("order_by", None)
        order = mapping.order if chosen is None else chosen.value
        where = mapping.narrow(context, **given) if mapping.narrow else None
        beyond = () if after is None else self._beyond(mapping, order, after)
        key = (order, size, after is not None, shape(where))
        what = Chosen(order, size, after=after is not None, where=where)
        return Bound(key, what, self._values((*values(where), *beyond)))

    @staticmethod
    def _beyond(mapping: Many, order: str, after: str) -> tuple[Any, ...]:
        row = table_of(mapping.target).row
        found = place_of(row, mapping.orders[order], order, after)
        if any(value is None for value in found):
            raise Unanswered("a cursor of a row without a value")
        return found

    def _values(self, given: Iterable[Any]) -> tuple[Any, ...]:
        value = self._writer.driven
        return tuple([value(one) for one in given])
