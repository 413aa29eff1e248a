"""Operations answered by their plans, as the engine sees them: an answer, or nothing and the resolvers' turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, OperationType

from eperf.app.graphql import paths
from eperf.app.graphql.documents import Document, Operation
from eperf.app.graphql.json import encode
from eperf.app.graphql.problems import Problems
from eperf.planner.change import Failed, change
from eperf.planner.kept import Root
from eperf.planner.plans import Plans, Unanswered

_KINDS = frozenset({OperationType.QUERY, OperationType.MUTATION})
Roots = tuple[Root, ...]


class Compiled:
    """The plans of one front."""

    def __init__(self, plans: Plans, problems: Problems) -> None:
        self._plans, self._problems = plans, problems

    def roots(self, document: Document, operation: Operation, variables: Mapping[str, Any]) -> Roots | None:
        """The plans of an operation's root fields; None where there are none, which the log says once."""
        if operation.kind not in _KINDS or operation.introspects:
            return None
        try:
            return self._plans.roots(operation.plan, document.ast, operation.node, variables)
        except Unanswered as why:
            paths.unplanned(operation.label, str(why))
            return None

    async def answer(
        self, operation: Operation, roots: Roots, variables: Mapping[str, Any], context: Any
    ) -> bytes | None:
        """The answer; None where the resolvers have to say what is wrong, and then nothing has been changed."""
        if operation.kind is OperationType.MUTATION:
            return await self._changed(roots, variables, context)
        try:
            answer = await self._plans.answer(roots, variables, context)
        except Unanswered:
            paths.refused()
            return None
        except Exception as error:
            # The resolvers meet the same fault, and say where in the answer it is.
            paths.failed(operation.label, error)
            return None
        paths.planned()
        return answer

    async def _changed(self, roots: Roots, variables: Mapping[str, Any], context: Any) -> bytes | None:
        try:
            return await change(self._plans, roots, variables, context)
        except Unanswered:
            return None
        except Failed as failed:
            error = GraphQLError("", failed.node, path=[failed.key], original_error=failed.cause)
            return encode({"errors": self._problems.of_execution([error], context.language), "data": None})
