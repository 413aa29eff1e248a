"""Which subscriptions are equal, and the life of each from its first cursor to its end.

The key of a group holds all that an answer follows from: the document, the operation, the variables as they were sent
(but the one that only says where to begin), the language, and the viewer's rights. Accounts of equal rights share a
group, unless code of a plugin answers a part of it, or a field that is only its owner's: these ask who calls, so there
the viewer is the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, cast

import orjson
from graphql import Executor, GraphQLError, GraphQLObjectType, GraphQLSchema, get_argument_values

from eperf.app.following import counts
from eperf.app.following.execution import SIDE_BY_SIDE, Execution
from eperf.app.following.group import Group, Member
from eperf.app.following.selection import FIELD, Selection, selected
from eperf.app.following.tail import Tail
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.outlet import Outlet
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.rates import Purse
from eperf.schema.compose import Composed
from eperf.schema.context import Context
from eperf.schema.event.types import cursor, wanted
from eperf.services.event import Rings, audience, start


class LogShares:
    """The subscriptions on the log of one front."""

    def __init__(self, engine: Engine, schema: Composed, grown: Rings) -> None:
        self._engine, self._personal = engine, schema.personal
        self._schema: GraphQLSchema = schema._schema
        self._field = cast(GraphQLObjectType, self._schema.subscription_type).fields[FIELD]
        self._tail = Tail(grown)
        self._turns = asyncio.Semaphore(SIDE_BY_SIDE)
        self._groups: dict[Hashable, Group] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def take(self, prepared: Prepared) -> Callable[[Outlet], Awaitable[None]] | None:
        """How a subscription on the log is served; None for every other one. Raises `Refused`."""
        context = cast(Context, prepared.context)
        selection = self._selection(prepared)
        if selection is None or context.viewer is None:
            return None
        executor = self._engine.executor(prepared)
        given = self._arguments(selection, executor)
        if given is None:
            return None
        heard = audience(context.viewer, wanted(given.get("units"), given.get("kinds")))
        after = cursor(given.get("after"))
        key, sight = _key(prepared, selection), _sight(prepared, selection)
        group = self._groups.get(key)
        if group is None:
            execution = Execution(self._engine, executor, context, sight, selection.plain, self._turns)
            group = Group(key, self._tail, heard, execution, prepared.things())
        return partial(self._kept, group, after, prepared.purse)

    def _selection(self, prepared: Prepared) -> Selection | None:
        kept = prepared.operation.selections
        if not kept:
            kept.append(
                selected(self._schema, self._personal, prepared.document.ast, prepared.operation.node)
            )
        return cast(Selection | None, kept[0])

    def _arguments(self, selection: Selection, executor: Executor[Any]) -> dict[str, Any] | None:
        try:
            return get_argument_values(self._field, selection.root, executor.variable_values)
        except GraphQLError:
            return None  # the executor says what is wrong

    async def _kept(self, group: Group, after: int | None, purse: Purse, outlet: Outlet) -> None:
        # An equal one may have come meanwhile.
        group = self._groups.get(group.key, group)
        with self._engine.gate.held(purse, group.things):
            await self._served(group, after, outlet)

    async def _served(self, group: Group, after: int | None, outlet: Outlet) -> None:
        self._groups[group.key] = group
        if not group.held:
            self._tail.add(group)
        group.held += 1
        counts.MEMBERS.inc()
        counts.BEHIND.inc()
        member = Member(outlet)
        try:
            await self._tail.ready()
            member.at = await self._begun(group, after)
            await self._follow(group, member)
        finally:
            group.leave(member)
            group.held -= 1
            counts.MEMBERS.dec()
            counts.BEHIND.dec()
            if not group.held:
                del self._groups[group.key]
                self._tail.remove(group)
                group.close()

    async def _begun(self, group: Group, after: int | None) -> int:
        """Where a member begins: from now on, or after a cursor that this process may not have read up to."""
        if after is None:
            return group.at
        begun = await start(after, self._tail.at)
        if begun > group.at:
            await self._tail.beyond(begun - 1)
        return begun

    async def _follow(self, group: Group, member: Member) -> None:
        """Live, and behind, and live again."""
        outlet = member.outlet
        while True:
            while member.at < group.at:
                await _caught_up(group, member)
            if member.at > group.at or (group.busy and not outlet.piped):
                await group.settled()
            elif outlet.piped:
                await group.join(member)
                await outlet.drained(str(member.at))
            else:
                await self._tail.beyond(member.at)


async def _caught_up(group: Group, member: Member) -> None:
    """A page, or as much of it as the reader takes: what it does not take now is read again, not kept."""
    outlet = member.outlet
    for piece in await group.pages.after(member.at):
        answers = piece.parcel.answers
        if not outlet.piped:
            for answer in answers:
                await outlet.send(answer)
        elif outlet.free():
            outlet.put(piece.parcel)
        else:
            await outlet.drained(str(member.at))
            return
        counts.REPLAYED.inc(len(answers))
        member.at = piece.upto


def _key(prepared: Prepared, selection: Selection) -> Hashable:
    sent = prepared.request.variables
    names = [node.variable.name.value for node in prepared.operation.node.variable_definitions or ()]
    used = {name: sent[name] for name in names if name in sent and name != selection.place}
    return (
        prepared.document.text,
        prepared.operation.name,
        orjson.dumps(used, option=orjson.OPT_SORT_KEYS),
        _sight(prepared, selection),
    )


def _sight(prepared: Prepared, selection: Selection) -> Hashable:
    """Whose answers are equal, whatever is asked."""
    viewer = prepared.context.viewer
    return (prepared.language, viewer if selection.personal else viewer.rights)
