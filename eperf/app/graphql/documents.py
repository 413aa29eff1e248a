"""A document's text is parsed and validated once, not at each request.

Parsing and validating take several milliseconds, most of an ordinary request's time. What is kept is bounded by
number and by tokens, least recently used first, so a stranger who sends a new text each time costs time but no
memory. Nothing of a context, a language or a caller is in what is kept.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as merging
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from eperf.app.graphql import measure
from eperf.app.graphql.cost import sizing
from eperf.app.graphql.inputs import Inputs
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import OperationUnknown
from eperf.domain.errors import TooMany
from eperf.planner.kept import Plan
from eperf.planner.steering import steering

RULES = (*specified_rules, MaybeNullValidationRule)
"""What a document is held to."""
_COUNTED = re.compile(r"contains more than (\d+) (token|comment)s?\.")
_PARSER_DEPTH = 200
_MOST_PRICES = 64
_LABEL_CHARS = 60


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document, ready to be executed."""

    node: OperationDefinitionNode
    introspects: bool
    plan: Plan = field(default_factory=lambda: Plan(()), compare=False)
    prices: dict[tuple[Any, ...], int] = field(default_factory=dict, compare=False)
    """What the operation costs, by the values of the variables that size its lists."""
    sizes: tuple[str, ...] = ()
    """Those variables."""
    selections: list[Any] = field(default_factory=list, compare=False)
    """What a share of subscriptions has found out of it, once."""
    _inputs: list[Inputs] = field(default_factory=list, compare=False)

    def inputs(self, schema: GraphQLSchema) -> Inputs:
        """The quick reading of its variables."""
        if not self._inputs:
            self._inputs.append(Inputs(schema, self.node))
        return self._inputs[0]

    def cost(self, variables: Mapping[str, Any], price: Callable[[OperationDefinitionNode, Any], int]) -> int:
        """What it costs with these variables; found out once for equal sizes."""
        key = tuple([variables.get(name, Undefined) for name in self.sizes])
        found = self.prices.get(key)
        if found is None:
            if len(self.prices) >= _MOST_PRICES:
                self.prices.clear()
            found = self.prices[key] = price(self.node, variables)
        return found

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return self.node.name.value if self.node.name else None

    @property
    def label(self) -> str | None:
        """As much of its name as logs and traces say: a client chose it."""
        return self.name[:_LABEL_CHARS] if self.name else None


@dataclass(frozen=True, slots=True)
class Document:
    """A text that could be parsed and is within the limits; `errors` are validation's, without tracebacks."""

    text: str
    ast: DocumentNode
    errors: tuple[GraphQLError, ...]
    operations: tuple[Operation, ...]

    def operation(self, name: str | None) -> Operation:
        """The operation of this name, or the only one."""
        if name is not None:
            found = [operation for operation in self.operations if operation.name == name]
            if not found:
                raise OperationUnknown("no operation has this name")
            return found[0]
        if len(self.operations) != 1:
            raise OperationUnknown("several operations and no name" if self.operations else "no operation")
        return self.operations[0]


class Documents:
    """The bounded cache from text to `Document`, for one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, suggestions: bool) -> None:
        self._schema, self._limits, self._suggestions = schema, limits, suggestions
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens = 0
        # The library's own way to bound the one quadratic rule; its default allows half a second.
        merging.MAX_COMPLEXITY_BUDGET = limits.comparisons

    def __len__(self) -> int:
        return len(self._kept)

    def known(self, text: str) -> Document | None:
        """The document of a text that is kept."""
        return self._kept.get(text)

    def get(self, text: str) -> Document:
        """The document of `text`; raises `TooMany` or `GraphQLSyntaxError`, and keeps nothing then."""
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
            return found
        made = self._made(text)
        self._kept[text] = made
        self._tokens += _tokens(made)
        while len(self._kept) > self._limits.cached_documents or self._tokens > self._limits.cached_tokens:
            self._tokens -= _tokens(self._kept.popitem(last=False)[1])
        return made

    def _made(self, text: str) -> Document:
        limits = self._limits
        size = len(text.encode())
        if size > limits.document_bytes:
            raise TooMany("document_bytes", limits.document_bytes, size)
        ast = self._parsed(text)
        sizes = measure.check(ast, limits)
        errors = tuple(self._validated(ast))
        steered, sized = steering(ast), sizing(ast)
        operations = tuple(
            Operation(
                node,
                sizes[node.name.value if node.name else None].introspections > 0,
                Plan(steered),
                sizes=sized,
            )
            for node in ast.definitions
            if isinstance(node, OperationDefinitionNode)
        )
        return Document(text, ast, errors, operations)

    def _parsed(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.comments)
        except GraphQLSyntaxError as error:
            counted = _COUNTED.search(error.message)
            if counted:
                most = int(counted[1])
                raise TooMany(f"{counted[2]}s", most, most + 1) from None
            if "nested too deeply" in error.message:
                raise TooMany("depth", self._limits.depth, _PARSER_DEPTH) from None
            raise

    def _validated(self, ast: DocumentNode) -> Iterator[GraphQLError]:
        for error in validate(
            self._schema, ast, RULES, self._limits.errors, hide_suggestions=not self._suggestions
        ):
            if isinstance(error, ValidationAbortedError) and error.message == "Validation aborted.":
                raise TooMany("comparisons", self._limits.comparisons, self._limits.comparisons + 1)
            yield _light(error)


def _light(error: GraphQLError) -> GraphQLError:
    """The error without the frames that its tracebacks hold."""
    inner: BaseException | None = error
    while inner is not None:
        inner.__traceback__ = inner.__context__ = None
        inner = getattr(inner, "original_error", None)
    return error


def _tokens(document: Document) -> int:
    return int(getattr(document.ast, "token_count", 0)) + 1
