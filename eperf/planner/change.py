"""Changes by their plans: run the verb, then answer with the changed row by one statement.

Once a verb has begun, a failure is the answer's: the resolvers would run it again. Where only the answer is beyond the
database's limits, the resolvers put it together from what the verbs came to (`context.outcomes`), and run none twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from eperf.planner.kept import Root
from eperf.planner.plans import Plans, Unanswered
from eperf.planner.tree import Change


class Failed(Exception):
    """A change that failed in an unexpected way: its key in the answer, its place in the document, and the cause."""

    def __init__(self, key: str, node: Any, cause: Exception) -> None:
        super().__init__(key)
        self.key, self.node, self.cause = key, node, cause


async def change(plans: Plans, roots: tuple[Root, ...], variables: Mapping[str, Any], context: Any) -> bytes:
    """The answer of a mutation, field after field; `Failed` for what no resolver may try again.

    `Unanswered` leaves the rest to the resolvers under this very context, which knows what has been done.
    """
    if context.viewer is None:
        raise Unanswered("anonymous")
    given = [_given(root, variables) for root in roots]
    parts: list[bytes] = []
    for root, arguments in zip(roots, given, strict=True):
        made: Any = root.tree.root
        try:
            value = await _changed(plans, root, made, arguments, context)
        except Unanswered:
            raise
        except Exception as error:
            raise Failed(root.tree.key, getattr(made, "node", None), error) from error
        parts += [b",", orjson.dumps(root.tree.key), b":", value]
    return b'{"data":{' + b"".join(parts[1:]) + b"}}"


def _given(root: Root, variables: Mapping[str, Any]) -> dict[str, Any]:
    made = root.tree.root
    if not isinstance(made, Change):
        return {}
    try:
        return made.site.given(variables)
    except Exception as wrong:
        raise Unanswered("arguments") from wrong


async def _changed(plans: Plans, root: Root, made: Any, arguments: dict[str, Any], context: Any) -> bytes:
    if not isinstance(made, Change):
        return orjson.dumps(made.name)
    verb = made.site.mapping
    try:
        number, text = await _run(plans, root, made, arguments, context)
    except Exception as error:
        refusal = verb.refused(error, context)
        if refusal is None:
            raise
        context.outcomes[root.tree.key] = refusal
        return orjson.dumps(made.refusal(refusal))
    context.outcomes[root.tree.key] = number
    return await plans.row(root, made, number, context) if text is None else text.encode()


async def _run(
    plans: Plans, root: Root, made: Change, arguments: dict[str, Any], context: Any
) -> tuple[int, str | None]:
    verb = made.site.mapping
    asked = plans.row_to_come(root, made, context) if verb.shown is not None else None
    if asked is None:
        return await verb.run(context, **arguments), None
    found: tuple[int, str | None] = await verb.shown(context, *asked, **arguments)
    return found
