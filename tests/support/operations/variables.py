"""The variables of a document that is being made: declared with or without defaults, given, null or left out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLInputType, GraphQLNonNull

from tests.support.operations.values import printed

_ABSENT = object()


@dataclass(frozen=True)
class Variable:
    """One variable: its type, the text of its default, and what is given for it."""

    kind: str
    default: str | None
    given: Any

    def declared(self, name: str) -> str:
        """Its definition."""
        return f"${name}: {self.kind}" + ("" if self.default is None else f" = {self.default}")


class Variables:
    """The variables of one document, shared by its operations."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.all: dict[str, Variable] = {}

    def new(self, kind: GraphQLInputType, value: Any, *, has_default: bool = False) -> str:
        """A variable for a place of this type that holds this value, or something that is as good; its name."""
        rng, name = self.rng, f"v{len(self.all)}"
        strict = isinstance(kind, GraphQLNonNull)
        inner: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        text = printed(value, inner)
        choice = rng.random()
        if value is not None and choice < 0.25:
            made = Variable(str(inner), text, _ABSENT)
        elif value is not None and choice < 0.35:
            made = Variable(f"{inner}!", text, _ABSENT)
        elif value is not None and (strict or choice < 0.6):
            made = Variable(f"{inner}!", None, value)
        elif (not strict or has_default) and value is None and choice < 0.7:
            made = Variable(str(inner), None, _ABSENT)
        else:
            made = Variable(str(inner), None if not strict else text, value)
        self.all[name] = made
        return name

    def given(self) -> dict[str, Any]:
        """The values to send."""
        return {name: one.given for name, one in self.all.items() if one.given is not _ABSENT}
