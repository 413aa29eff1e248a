"""From a request to the bytes of its answer, the same way for HTTP and for sockets.

Strawberry's own `Schema.execute` parses and validates at each request and tells a request that was refused from one
that failed only by guessing. Here the steps are apart: `prepare` (limits, document, operation, introspection,
variables, cost) raises `Rejected`; `execute` and `stream` run what was prepared, on Strawberry's executor, so its
fields, scalars and `info` work as everywhere. Schema extensions and custom operation directives are not run: a
schema that has some is refused at start instead of being served without them.

Two seams: `Price` replaces what an operation costs; `Streams` replaces how a subscription becomes answers, so that
equal subscriptions can share one execution.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard, cast

import strawberry
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    Undefined,
    create_source_event_stream,
    execute_subscription_event,
    get_variable_values,
    map_source_to_response_event,
)
from strawberry.execution import optimized_is_awaitable

from eperf.app.graphql import paths
from eperf.app.graphql.compiled import Compiled, Roots
from eperf.app.graphql.cost import ListPrice, Price
from eperf.app.graphql.documents import Document, Documents, Operation
from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import BAD_USER_INPUT, VALIDATION_FAILED, Problems, Rejected
from eperf.app.graphql.refusals import IntrospectionRefused, OperationNotServed, TimedOut
from eperf.app.graphql.request import Request
from eperf.domain.errors import Refused, TooMany
from eperf.planner.plans import Plans


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may be executed: valid, within the limits, its variables read."""

    request: Request
    document: Document
    operation: Operation
    variables: dict[str, Any]
    context: Any
    language: str
    roots: Roots | None = None
    """The plan that answers it; None where the resolvers do."""


class Streams(Protocol):
    """How a prepared subscription becomes encoded answers; raises `Rejected` when it cannot start."""

    def __call__(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """The answers of one subscription, until it ends or the generator is closed."""
        ...


class Engine:
    """Execution of one schema under one set of limits."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits,
        problems: Problems,
        introspection: Callable[[Any], bool],
        suggestions: bool,
        price: Price | None = None,
        streams: Streams | None = None,
        plans: Plans | None = None,
    ) -> None:
        if schema.extensions or schema.directives:
            raise ValueError("the GraphQL front runs no schema extensions and no operation directives")
        self._schema = schema._schema
        self._execution = cast("type[Executor[Any]]", schema.execution_context_class)
        self._limits, self._problems, self._suggestions = limits, problems, suggestions
        self._introspection = introspection
        self._documents = Documents(self._schema, limits, suggestions=suggestions)
        self._price = price or ListPrice(self._schema, limits)
        self._streams = streams or self.own_stream
        self._compiled = Compiled(plans, problems) if plans is not None else None

    def prepare(
        self, request: Request, context: Any, language: str, kinds: frozenset[OperationType]
    ) -> Prepared:
        """Everything that can be refused before execution; raises `Rejected`."""
        try:
            return self._prepared(request, context, language, kinds)
        except Refused as refused:
            raise Rejected(self._problems.of_exception(refused, language), _status(refused)) from None
        except GraphQLSyntaxError as error:
            raise Rejected(self._problems.of_syntax(error)) from None

    def _prepared(
        self, request: Request, context: Any, language: str, kinds: frozenset[OperationType]
    ) -> Prepared:
        document = self._documents.get(request.query)
        if document.errors:
            raise Rejected(self._problems.of_request(document.errors, VALIDATION_FAILED, language))
        operation = document.operation(request.operation_name)
        if operation.kind not in kinds:
            raise OperationNotServed(operation.kind.value)
        if operation.introspects and not self._introspection(context):
            raise IntrospectionRefused("query")
        variables = self._variables(request, operation, language)
        cost = self._cost(document, operation, variables)
        if cost > self._limits.cost:
            raise TooMany("cost", self._limits.cost, cost)
        roots = self._compiled.roots(document, operation, variables) if self._compiled else None
        return Prepared(request, document, operation, variables, context, language, roots)

    async def remembered(self, request: Request, context: Any, begun: Callable[[], None]) -> bytes | None:
        """The answer of an operation whose document is known and which a plan answers; None for every other one.

        The caller bounds its time; `begun` is called before anything is changed.
        """
        document = self._documents.known(request.query)
        if self._compiled is None or document is None or document.errors:
            return None
        try:
            operation = document.operation(request.operation_name)
            variables = self._variables(request, operation, context.language)
        except (Refused, Rejected):
            return None
        if self._cost(document, operation, variables) > self._limits.cost:
            return None
        roots = self._compiled.roots(document, operation, variables)
        if roots is None:
            return None
        if operation.kind is OperationType.MUTATION:
            begun()
        return await self._compiled.answer(operation, roots, variables, context)

    def _variables(self, request: Request, operation: Operation, language: str) -> dict[str, Any]:
        definitions = operation.node.variable_definitions
        if not definitions:
            return {}
        quick = operation.inputs(self._schema).read(request.variables)
        if quick is not None:
            return quick
        found = get_variable_values(
            self._schema,
            definitions,
            request.variables,
            max_errors=self._limits.errors,
            hide_suggestions=not self._suggestions,
        )
        if isinstance(found, list):
            raise Rejected(self._problems.of_request(found, BAD_USER_INPUT, language))
        return found.coerced

    def _cost(self, document: Document, operation: Operation, variables: dict[str, Any]) -> int:
        key = tuple([variables.get(name, Undefined) for name in operation.sizes])
        cost = operation.prices.get(key)
        if cost is None:
            if len(operation.prices) >= _MOST_PRICES:
                operation.prices.clear()
            cost = operation.prices[key] = self._price(document.ast, operation.node, variables)
        return cost

    def _executor(self, prepared: Prepared) -> Executor[Any]:
        built = self._execution.build(
            self._schema,
            prepared.document.ast,
            None,
            prepared.context,
            prepared.request.variables,
            prepared.operation.name,
            is_awaitable=_is_awaitable,
            hide_suggestions=not self._suggestions,
            operation_extensions=prepared.request.extensions,
        )
        if isinstance(built, list):
            raise Rejected(self._problems.of_request(built, BAD_USER_INPUT, prepared.language))
        return built

    async def execute(self, prepared: Prepared) -> bytes:
        """The answer of a query or a mutation; raises `Rejected` when it takes too long."""
        try:
            async with asyncio.timeout(self._limits.execution_seconds) as limit:
                return await self._executed(prepared)
        except TimeoutError:
            if not limit.expired():
                raise
            refused = TimedOut()
            raise Rejected(self._problems.of_exception(refused, prepared.language), refused.status) from None

    async def _executed(self, prepared: Prepared) -> bytes:
        operation = prepared.operation
        if prepared.roots is not None and self._compiled is not None:
            answer = await self._compiled.answer(
                operation, prepared.roots, prepared.variables, prepared.context
            )
            if answer is not None:
                return answer
        elif operation.kind is OperationType.QUERY:
            paths.resolved()
        result = await _settled(cast("_Result", self._executor(prepared).execute_operation()))
        return self._encoded(result, prepared.language)

    async def stream(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """The answers of any operation: one of a query or a mutation, each event's of a subscription."""
        if prepared.operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.execute(prepared)
            return
        async with aclosing(self._streams(prepared)) as answers:
            async for answer in answers:
                yield answer

    async def own_stream(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """A subscription executed for itself alone."""
        executor = self._executor(prepared)
        source = await self._opened(prepared, executor)
        results = map_source_to_response_event(executor, source, self._event)
        try:
            async with aclosing(results):
                async for result in results:
                    yield self._encoded(result, prepared.language)
        except Exception as error:
            raise Rejected(self._problems.of_exception(error, prepared.language)) from None

    async def _opened(self, prepared: Prepared, executor: Executor[Any]) -> Any:
        try:
            async with asyncio.timeout(self._limits.execution_seconds) as limit:
                source: Any = create_source_event_stream(executor)
                if _is_awaitable(source):
                    source = await source
        except TimeoutError:
            if not limit.expired():
                raise
            raise Rejected(self._problems.of_exception(TimedOut(), prepared.language)) from None
        if isinstance(source, ExecutionResult):
            raise Rejected(self._problems.of_execution(source.errors or (), prepared.language))
        return source

    async def _event(self, executor: Executor[Any]) -> ExecutionResult:
        """One event's execution; one that takes too long is an error in its answer, not the end of the stream."""
        try:
            async with asyncio.timeout(self._limits.execution_seconds) as limit:
                return await _settled(execute_subscription_event(executor))
        except TimeoutError:
            if not limit.expired():
                raise
            return ExecutionResult(None, [GraphQLError("", original_error=TimedOut())])

    def _encoded(self, result: ExecutionResult, language: str) -> bytes:
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = self._problems.of_execution(result.errors, language)
        answer["data"] = result.data
        try:
            return encode(answer)
        except TypeError as error:  # a scalar gave what JSON cannot say
            return encode({"errors": [self._problems.fault(error)], "data": None})


_MOST_PRICES = 64
_Result = ExecutionResult | Awaitable[ExecutionResult]
_is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


async def _settled(result: _Result) -> ExecutionResult:
    return result if isinstance(result, ExecutionResult) else await result


def _status(refused: Refused) -> int:
    return int(getattr(refused, "status", 400))
