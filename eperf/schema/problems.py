"""A mutation's expected failures are part of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import strawberry

from eperf.domain.errors import Refused, Unauthenticated
from eperf.planner.mapping import MAPPING, Verb
from eperf.schema.lists import arguments_of, signed

T = TypeVar("T")


@strawberry.type(description="Why a mutation was refused (masalah). Nothing was changed.")
class Problem:
    """An expected failure."""

    code: str = strawberry.field(description="A stable code, for programs.")
    message: str = strawberry.field(description="The reason in the caller's language, for people.")
    field: str | None = strawberry.field(default=None, description="The input that caused it, by its path.")


def verb(
    target: type,
    payload: Any,
    run: Callable[..., Awaitable[int]],
    description: str,
    shown: Callable[..., Awaitable[tuple[int, str | None]]] | None = None,
) -> Any:
    """A mutation: `run(context, …)` changes something and gives its number; the answer is it, or the problem.

    `shown` does the same and shows the row at once; see `Verb`. What a plan has done already is shown, and not done
    again.
    """
    mapping = Verb(target, run, problem_of, shown)

    async def resolve(self: Any, info: strawberry.Info, **given: Any) -> Any:
        done = info.context.outcomes.get(info.path.key)
        if done is not None and not isinstance(done, int):
            return done

        async def changed() -> int:
            return done if done is not None else await run(info.context, **given)

        return await answered(info, target, changed)

    made = signed(resolve, arguments_of(run), payload)
    return strawberry.mutation(resolver=made, description=description, metadata={MAPPING: mapping})


def problem_of(error: Exception, context: Any) -> Problem | None:
    """What is answered to an expected failure; None when it is no answer but an error."""
    if not isinstance(error, Refused) or isinstance(error, Unauthenticated):
        return None
    return Problem(code=error.code, message=error.message(context.language), field=error.field)


async def answered(info: strawberry.Info, kind: type[T], verb: Callable[[], Awaitable[int]]) -> T | Problem:
    """The changed thing as the caller may see it, or the problem that kept it from being changed."""
    try:
        number = await verb()
    except Refused as refused:
        problem = problem_of(refused, info.context)
        if problem is None:
            raise
        return problem
    return cast(T, await info.context.fresh().rows.one(kind, number))
