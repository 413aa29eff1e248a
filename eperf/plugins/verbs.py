"""Mutations of plugins, which run as the core's do, and the payload of a plugin's events on `PerformanceUpdate`.

A mutation's `run` is called inside one transaction: what it writes, what it emits and the caller's idempotency key are
committed together or not at all. Its expected failures are answered as a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Union, get_type_hints

import strawberry
from strawberry.types.field import StrawberryField

from eperf.domain.access import Permission
from eperf.domain.events import Event
from eperf.plugins.values import VERB

_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,39}\Z")


@dataclass(frozen=True)
class GuestVerb:
    """A plugin's mutation: `run(desk, …)` changes something and gives its number, `shown(desk, number)` the answer."""

    run: Callable[..., Awaitable[int]]
    shown: Callable[..., Awaitable[Any]]
    permission: Permission
    name: str


def verb_field(
    run: Callable[..., Awaitable[int]],
    shown: Callable[..., Awaitable[Any]],
    answer: type,
    *,
    permission: Permission,
    payload: str,
    description: str,
) -> StrawberryField:
    """A mutation. Its arguments are those of `run` after the desk, its answer `answer` or a `Problem`.

    `payload` names the union of the two. An input with a field `idempotency_key` makes a retry safe: `run` is then
    called once for a key, `shown` each time.
    """
    if not _NAME.match(payload):
        raise ValueError(f"payload {payload!r} is not a name of at most 40 letters and digits")
    verb = GuestVerb(run, shown, permission, payload)

    async def resolve(self: Any, info: strawberry.Info, **given: Any) -> Any:
        return await info.context.guest(verb, given)

    problem = Annotated["Problem", strawberry.lazy("eperf.schema.problems")]  # type: ignore[name-defined]  # noqa: F821
    either = Annotated[
        Union[answer, problem],  # type: ignore[valid-type]  # noqa: UP007
        strawberry.union(payload, description="What was done, or why it was not."),
    ]
    mutation: Any = strawberry.mutation
    found: StrawberryField = mutation(
        resolver=_signed(resolve, _arguments(run), either), description=description, metadata={VERB: verb}
    )
    return found


def payload_field(kind: type[Event], answer: type, description: str) -> StrawberryField:
    """For `extends={"PerformanceUpdate": {…}}`: the event's own fields as `answer`; null on updates of other kinds.

    `answer` is a strawberry type with the fields of the kind's payload: dates are ISO texts, hundredths integers.
    """

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        known = self.row.kind == kind.kind and self.row.version == kind.version
        return answer(**self.row.payload) if known else None

    field: Any = strawberry.field
    found: StrawberryField = field(resolver=_signed(resolve, [], answer | None), description=description)
    return found


def _arguments(run: Callable[..., Any]) -> list[Parameter]:
    hints = get_type_hints(run, include_extras=True)
    given = list(signature(run).parameters.values())[1:]
    return [
        Parameter(one.name, Parameter.KEYWORD_ONLY, annotation=hints[one.name], default=one.default)
        for one in given
    ]


def _signed(resolve: Any, own: list[Parameter], answer: Any) -> Any:
    """The resolver with the arguments and the type that strawberry is to read off it."""
    itself = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    info = Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)
    resolve.__signature__ = Signature([itself, info, *own], return_annotation=answer)
    resolve.__annotations__ = {one.name: one.annotation for one in [info, *own]} | {"return": answer}
    return resolve
