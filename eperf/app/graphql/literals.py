"""The values that stand in a document itself are held to the rules of those that come as variables.

Otherwise what strict JSON refuses would come in by the other door: a NUL in a string, a number with five thousand
digits, an infinity written as 1e999, lists nested two hundred deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import (
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest
from eperf.domain.errors import TooMany

_TOP = 2**63
_DIGITS = 20


def check(values: Iterable[ValueNode], limits: Limits) -> None:
    """Raise `BadRequest` or `TooMany` where a literal is no value that JSON could bring; without recursion."""
    level = list(values)
    depth = 0
    while level:
        depth += 1
        if depth > limits.json_depth:
            raise TooMany("json_depth", limits.json_depth, depth)
        level = [inner for node in level for inner in _inner(node)]


def _inner(node: ValueNode) -> Iterator[ValueNode]:
    """Check one literal; what it holds."""
    if isinstance(node, ListValueNode):
        yield from node.values or ()
    elif isinstance(node, ObjectValueNode):
        yield from (field.value for field in node.fields or ())
    elif isinstance(node, StringValueNode):
        if "\0" in node.value:
            raise BadRequest("query", "a NUL character")
    elif isinstance(node, IntValueNode):
        if len(node.value) > _DIGITS or not -_TOP <= int(node.value) < _TOP:
            raise BadRequest("query", "a number beyond 64 bits")
    elif isinstance(node, FloatValueNode) and not -_TOP < float(node.value) < _TOP:
        raise BadRequest("query", "a number beyond 64 bits")
