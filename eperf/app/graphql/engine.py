"""From a request to the bytes of its answer, the same way for HTTP and for sockets.

Strawberry's own `Schema.execute` parses and validates at each request and tells a request that was refused from one
that failed only by guessing. Here the steps are apart: `prepare` (limits, document, operation, introspection,
variables, cost) raises `Rejected`; `execute` and `stream` run what was prepared, on Strawberry's executor, so its
fields, scalars and `info` work as everywhere. A schema with extensions or operation directives of its own is refused.
Two seams: `Price` says what an operation costs; `Shares` takes subscriptions over, so that equal ones run once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from time import perf_counter
from typing import Any, TypeGuard, cast

import strawberry
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    create_source_event_stream,
    execute_subscription_event,
    get_variable_values,
    map_source_to_response_event,
)
from strawberry.execution import optimized_is_awaitable

from eperf.app.graphql import counts, paths
from eperf.app.graphql.compiled import Compiled
from eperf.app.graphql.cost import ListPrice, Price
from eperf.app.graphql.documents import Documents, Operation
from eperf.app.graphql.gate import Gate
from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.outlet import Outlet
from eperf.app.graphql.prepared import Prepared, Served, Shares
from eperf.app.graphql.problems import BAD_USER_INPUT, VALIDATION_FAILED, Problems, Rejected
from eperf.app.graphql.refusals import IntrospectionRefused, OperationNotServed, TimedOut, TooFast
from eperf.app.graphql.request import Request
from eperf.domain.errors import Refused, TooMany
from eperf.planner.plans import Plans


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
        shares: Callable[[Engine], Shares] | None = None,
        plans: Plans | None = None,
        gate: Gate | None = None,
    ) -> None:
        if schema.extensions or schema.directives:
            raise ValueError("the GraphQL front runs no schema extensions and no operation directives")
        self._schema = schema._schema
        self._execution = cast("type[Executor[Any]]", schema.execution_context_class)
        self._limits, self._problems, self._suggestions = limits, problems, suggestions
        self._introspection = introspection
        self._documents = Documents(self._schema, limits, suggestions=suggestions)
        self._price = price or ListPrice(self._schema, limits)
        self._compiled = Compiled(plans, problems) if plans is not None else None
        self.gate = gate or Gate(limits)
        """What every request passes first; connections that stay open are counted there too."""
        self._shares = shares(self) if shares is not None else None

    def prepare(
        self, request: Request, context: Any, language: str, kinds: frozenset[OperationType]
    ) -> Prepared:
        """Everything that can be refused before execution; raises `Rejected`."""
        try:
            return self._prepared(request, context, language, kinds)
        except (Rejected, Refused, GraphQLSyntaxError) as error:
            counts.refused()
            raise self._problems.rejected(error, language) from None

    def _prepared(
        self, request: Request, context: Any, language: str, kinds: frozenset[OperationType]
    ) -> Prepared:
        purse = self.gate.purse(context)
        purse.request()
        request = self.gate.trusted.read(request)
        document = self._documents.get(request.query)
        if document.errors:
            raise Rejected(self._problems.of_request(document.errors, VALIDATION_FAILED, language))
        operation = document.operation(request.operation_name)
        if operation.kind not in kinds:
            raise OperationNotServed(operation.kind.value)
        if operation.introspects and not self._introspection(context):
            raise IntrospectionRefused("query")
        variables = self._variables(request, operation, language)
        cost = operation.cost(variables, partial(self._price, document.ast))
        limit, most = self._limits.cost_of(operation.kind)
        if cost > most:
            raise TooMany(limit, most, cost)
        purse.spend(cost)
        roots = self._compiled.roots(document, operation, variables) if self._compiled else None
        return Prepared(request, document, operation, variables, context, language, purse, roots)

    async def remembered(self, request: Request, context: Any, begun: Callable[[], None]) -> bytes | None:
        """The answer of an operation whose document is known and which a plan answers; None for every other one.

        The caller bounds its time; `begun` is called before anything is changed.
        """
        if self._compiled is None:
            return None
        since = perf_counter()
        try:
            request = self.gate.trusted.read(request)
            document = self._documents.known(request.query)
            if document is None or document.errors:
                return None
            operation = document.operation(request.operation_name)
            variables = self._variables(request, operation, context.language)
        except (Refused, Rejected):
            return None
        cost, purse = operation.cost(variables, partial(self._price, document.ast)), self.gate.purse(context)
        roots = self._compiled.roots(document, operation, variables) if cost <= self._limits.cost else None
        if roots is None or not purse.paid(cost):
            return None
        with purse:
            if operation.kind is OperationType.MUTATION:
                # What has been changed is known to this context alone, so the answer is finished here.
                begun()
                answer: bytes | None = await self._executed(
                    Prepared(request, document, operation, variables, context, context.language, purse, roots)
                )
            else:
                answer = await self._compiled.answer(operation, roots, variables, context)
        if answer is not None:
            counts.answered(operation.kind, since)
        return answer

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

    def executor(self, prepared: Prepared) -> Executor[Any]:
        """What executes a prepared operation; raises `Rejected`."""
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
        """The answer of a query or a mutation; raises `Rejected` when it takes too long or too many are under way."""
        try:
            with counts.Ending(prepared.operation.kind, _REFUSALS), prepared.traced(), prepared.purse:
                return await self._in_time(prepared)
        except _REFUSALS as refused:
            raise self._problems.rejected(refused, prepared.language) from None

    async def _in_time(self, prepared: Prepared) -> bytes:
        try:
            async with asyncio.timeout(self._limits.execution_seconds) as limit:
                return await self._executed(prepared)
        except TimeoutError:
            if not limit.expired():
                raise
            raise TimedOut from None

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
        result = await _settled(cast("_Result", self.executor(prepared).execute_operation()))
        return self.encoded(result, prepared.language)

    async def serve(self, prepared: Prepared, outlet: Outlet) -> None:
        """Sends the answers of any operation until it ends; raises `Rejected`, and what the outlet raises."""
        served = self._taken(prepared)
        if served is None:
            async with aclosing(self.stream(prepared)) as answers:
                async for answer in answers:
                    await outlet.send(answer)
            return
        language = prepared.language
        del prepared  # thousands of these wait, each for hours
        with counts.Ending(OperationType.SUBSCRIPTION, (Rejected,)):
            try:
                await served(outlet)
            except Refused as refused:
                raise self._problems.rejected(refused, language) from None

    def _taken(self, prepared: Prepared) -> Served | None:
        if self._shares is None or prepared.operation.kind is not OperationType.SUBSCRIPTION:
            return None
        try:
            return self._shares.take(prepared)
        except Refused as refused:
            counts.refused()
            raise self._problems.rejected(refused, prepared.language) from None

    async def stream(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """The answers of any operation: one of a query or a mutation, each event's of a subscription."""
        if prepared.operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.execute(prepared)
            return
        with counts.Ending(OperationType.SUBSCRIPTION, (Rejected,)):
            async with aclosing(self.own_stream(prepared)) as answers:
                async for answer in answers:
                    yield answer

    async def own_stream(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """A subscription executed for itself alone."""
        executor = self.executor(prepared)
        source = await self._opened(prepared, executor)
        results = map_source_to_response_event(executor, source, self.event)
        try:
            async with aclosing(results):
                with self.gate.held(prepared.purse, prepared.things()):
                    async for result in results:
                        yield self.encoded(result, prepared.language)
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

    async def event(self, executor: Executor[Any]) -> ExecutionResult:
        """One event's execution; one that takes too long is an error in its answer, not the end of the stream."""
        try:
            async with asyncio.timeout(self._limits.execution_seconds) as limit:
                return await _settled(execute_subscription_event(executor))
        except TimeoutError:
            if not limit.expired():
                raise
            return ExecutionResult(None, [GraphQLError("", original_error=TimedOut())])

    def encoded(self, result: ExecutionResult, language: str) -> bytes:
        """A result as an answer."""
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = self._problems.of_execution(result.errors, language)
        answer["data"] = result.data
        try:
            return encode(answer)
        except TypeError as error:  # a scalar gave what JSON cannot say
            return encode({"errors": [self._problems.fault(error)], "data": None})


_REFUSALS = (TimedOut, TooFast)
_Result = ExecutionResult | Awaitable[ExecutionResult]
_is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


async def _settled(result: _Result) -> ExecutionResult:
    return result if isinstance(result, ExecutionResult) else await result
