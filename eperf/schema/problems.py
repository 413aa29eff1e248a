"""A mutation's expected failures are part of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import strawberry

from eperf.domain.errors import Refused, Unauthenticated

T = TypeVar("T")


@strawberry.type(description="Why a mutation was refused (masalah). Nothing was changed.")
class Problem:
    """An expected failure."""

    code: str = strawberry.field(description="A stable code, for programs.")
    message: str = strawberry.field(description="The reason in the caller's language, for people.")
    field: str | None = strawberry.field(default=None, description="The input that caused it, by its path.")


async def answered(info: strawberry.Info, kind: type[T], verb: Callable[[], Awaitable[int]]) -> T | Problem:
    """The changed thing as the caller may see it, or the problem that kept it from being changed."""
    try:
        number = await verb()
    except Unauthenticated:
        raise
    except Refused as refused:
        return Problem(code=refused.code, message=refused.message(info.context.language), field=refused.field)
    return cast(T, await info.context.fresh().rows.one(kind, number))
