"""Random GraphQL operations, made from any schema by its grammar, and cut down again to what matters.

`Grammar` knows no noun: fields, arguments and types come from the schema, values from a `Pool`.
"""

from tests.support.operations.grammar import Grammar, Made, Sizes
from tests.support.operations.pool import Pool
from tests.support.operations.shrink import shrunk

__all__ = ["Grammar", "Made", "Pool", "Sizes", "shrunk"]
