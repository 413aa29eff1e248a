"""Documents by the grammar of a schema: nested fields, aliases, fragments, directives, variables, several operations.

What is made is valid nearly always: response names are reused only for the same field with the same arguments, lists
are kept as short as the cost limit wants, and a fragment is spread only where its type can be.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from tests.support.operations.pool import Pool
from tests.support.operations.values import Values, printed
from tests.support.operations.variables import Variables

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_LISTED = ("nodes", "edges")


@dataclass(frozen=True)
class Made:
    """A request: the document, which of its operations, and the values of variables."""

    text: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sizes:
    """How large documents become. `wild` is how often a value is out of range or forged."""

    fields: int = 36
    depth: int = 9
    aliases: int = 24
    directives: int = 30
    cost: int = 6_000
    wild: float = 0.03


class Grammar:
    """Makes documents for the queries of one schema."""

    def __init__(
        self, schema: GraphQLSchema, pool: Pool, rng: random.Random, sizes: Sizes | None = None
    ) -> None:
        self.schema, self.pool, self.rng, self.sizes = schema, pool, rng, sizes or Sizes()

    def operation(self) -> Made:
        """A request with a query."""
        return _Making(self).made()


@dataclass
class _Part:
    """A definition in the making: what it uses."""

    variables: set[str] = field(default_factory=set)
    spreads: set[str] = field(default_factory=set)


@dataclass
class _Fragment:
    kind: Composite
    text: str
    part: _Part
    times: int
    depth: int
    fields: int


@dataclass(frozen=True)
class _Place:
    """Where a selection set stands: its type, how many levels are left, how many times it is asked for."""

    kind: Composite
    depth: int
    times: int
    abstract: bool = False
    hint: str | None = None
    """The type of the row that stands here, if its id told."""

    def abstract_kind(self) -> bool:
        """Whether rows of several types may stand here."""
        return not isinstance(self.kind, GraphQLObjectType)


class _Making:
    """One document."""

    def __init__(self, grammar: Grammar) -> None:
        self.schema, self.rng, self.sizes = grammar.schema, grammar.rng, grammar.sizes
        self.values = Values(grammar.pool, grammar.rng, grammar.sizes.wild)
        self.variables = Variables(grammar.rng)
        self.fragments: dict[str, _Fragment] = {}
        self.names: dict[tuple[str, str], tuple[str, str]] = {}
        self.fields = self.cost = self.aliases = self.directives = 0
        self.part = _Part()
        self.hint: str | None = None

    def made(self) -> Made:
        rng = self.rng
        count = 1 if rng.random() < 0.85 else rng.randint(2, 3)
        operations = [self._operation() for _ in range(count)]
        named = count > 1 or rng.random() < 0.3
        texts = [self._head(index, part, named) + text for index, (part, text) in enumerate(operations)]
        texts += [f"fragment {name} on {one.kind.name} {one.text}" for name, one in self.fragments.items()]
        rng.shuffle(texts)
        chosen = f"Q{rng.randrange(count)}" if named else None
        given = self.variables.given() | ({"unused": 1} if rng.random() < 0.05 else {})
        return Made("\n".join(texts), chosen if count > 1 or rng.random() < 0.5 else None, given)

    def _operation(self) -> tuple[_Part, str]:
        self.part = _Part()
        query = self.schema.query_type
        assert query is not None
        return self.part, self._selections(_Place(query, self.sizes.depth, 1))

    def _head(self, index: int, part: _Part, named: bool) -> str:
        used = sorted(self._used(part, set()))
        declared = ", ".join(self.variables.all[name].declared(name) for name in used)
        if not named and not declared:
            return ""
        return f"query{f' Q{index}' if named else ''}{f'({declared})' if declared else ''} "

    def _used(self, part: _Part, walked: set[str]) -> set[str]:
        found = set(part.variables)
        for name in part.spreads - walked:
            walked.add(name)
            found |= self._used(self.fragments[name].part, walked)
        return found

    def _selections(self, place: _Place) -> str:
        count = self.rng.choice((1, 2, 3, 3, 4, 5, 6, 8))
        found = [one for _ in range(count) if (one := self._selection(place)) is not None]
        found += self._members(place, found)
        return "{ " + " ".join(found or [self._leaf(place)]) + " }"

    def _members(self, place: _Place, found: list[str]) -> list[str]:
        """The members of a list that was asked for: mostly they are what one wants of it."""
        kind = place.kind
        if not isinstance(kind, GraphQLObjectType) or "nodes" not in kind.fields or self.rng.random() > 0.9:
            return []
        if any("nodes" in one or "edges" in one for one in found) or self.fields >= self.sizes.fields + 20:
            return []
        self.fields += 1
        below: Any = get_named_type(kind.fields["nodes"].type)
        return ["nodes " + self._selections(_Place(below, max(1, place.depth - 1), place.times))]

    def _selection(self, place: _Place) -> str | None:
        if self.fields >= self.sizes.fields:
            return None
        choice = self.rng.random()
        if choice < 0.06:
            return self._typename()
        if place.depth > 1 and choice < 0.14:
            return self._inline(place)
        if place.depth > 1 and choice < 0.22:
            return self._spread(place)
        if isinstance(place.kind, GraphQLUnionType) or (place.abstract_kind() and choice < 0.75):
            return self._inline(place)
        return self._field(place)

    def _typename(self) -> str:
        self.fields += 1
        return self._aliased("") + "__typename" + self._directive()

    def _leaf(self, place: _Place) -> str:
        self.fields += 1
        names = [] if isinstance(place.kind, GraphQLUnionType) else list(place.kind.fields)
        plain = [name for name in names if is_leaf_type(get_named_type(place.kind.fields[name].type))]  # type: ignore[union-attr]
        return self.rng.choice(["__typename", *plain[:3]])

    def _inline(self, place: _Place) -> str:
        kind = self._narrowed(place)
        below = _Place(kind, place.depth, place.times, place.abstract or place.abstract_kind())
        condition = "" if kind is place.kind and self.rng.random() < 0.5 else f" on {kind.name}"
        return f"...{condition}{self._directive()} {self._selections(below)}"

    def _narrowed(self, place: _Place) -> Composite:
        known: Any = self.schema.type_map.get(place.hint or "")
        if known is not None and self.rng.random() < 0.6:
            return known  # type: ignore[no-any-return]
        return self.rng.choice(self._overlapping(place.kind))

    def _overlapping(self, kind: Composite) -> list[Composite]:
        if isinstance(kind, GraphQLObjectType):
            return [kind, kind, *kind.interfaces]
        return [kind, *self.schema.get_possible_types(kind)]

    def _spread(self, place: _Place) -> str | None:
        fitting = [
            name
            for name, one in self.fragments.items()
            if one.kind in self._overlapping(place.kind)
            and one.times >= place.times
            and one.depth <= place.depth
            and one.fields + self.fields < self.sizes.fields
        ]
        if fitting and self.rng.random() < 0.6:
            name = self.rng.choice(fitting)
            self.fields += self.fragments[name].fields
        elif len(self.fragments) < 6:
            name = self._fragment(place)
        else:
            return None
        self.part.spreads.add(name)
        return f"...{name}{self._directive()}"

    def _fragment(self, place: _Place) -> str:
        kind = self.rng.choice(self._overlapping(place.kind))
        outer, self.part = self.part, _Part()
        before = self.fields
        text = self._selections(_Place(kind, place.depth - 1, place.times, True))
        name = f"F{len(self.fragments)}"
        self.fragments[name] = _Fragment(
            kind, text, self.part, place.times, place.depth, self.fields - before
        )
        self.part = outer
        return name

    def _field(self, place: _Place) -> str | None:
        assert not isinstance(place.kind, GraphQLUnionType)
        name = self._chosen(place)
        if name is None:
            return self._leaf(place)
        found = place.kind.fields[name]
        self.fields += 1
        self.cost += place.times
        arguments, size = self._arguments(place, name, found)
        hint = self.hint
        alias = self._response_name(place, name, found, arguments)
        head = alias + name + arguments + self._directive()
        if is_leaf_type(get_named_type(found.type)):
            return head
        times = place.times * size
        if is_list_type(get_nullable_type(found.type)) and name not in _LISTED:
            times *= 10
        kind: Any = get_named_type(found.type)
        return f"{head} {self._selections(_Place(kind, place.depth - 1, times, False, hint))}"

    def _chosen(self, place: _Place) -> str | None:
        """A field's name: a list's members rather than the rest, and no further list when all is dear enough."""
        assert not isinstance(place.kind, GraphQLUnionType)
        fields = place.kind.fields
        if place.depth <= 1 or self.cost + place.times * 30 > self.sizes.cost:
            plain = [name for name, one in fields.items() if is_leaf_type(get_named_type(one.type))]
            return self.rng.choice(plain) if plain else None
        return self.rng.choices(list(fields), [self._weight(name, one) for name, one in fields.items()])[0]

    def _weight(self, name: str, found: GraphQLField) -> float:
        if name in self.values.pool.rare:
            return 0.2
        return 4 if name in _LISTED else 2 if not is_leaf_type(get_named_type(found.type)) else 3

    def _arguments(self, place: _Place, name: str, found: GraphQLField) -> tuple[str, int]:
        """The text of a field's arguments, and how long a list they ask for."""
        paged = "first" in found.args
        most = max(1, (self.sizes.cost - self.cost) // (place.times * 12))
        self.hint = None
        size, texts, order = 25 if paged else 1, [], self._order(found)
        for key in self._given(name, found, most):
            argument = found.args[key]
            has_default = argument.default is not None
            value = self.values.of(argument.type, key, name, self._target(found, key), most, order)
            if key == "id" and isinstance(value, str):
                self.hint = self.values.pool.kind_of(value)
            if key == "orderBy":
                value = order
            if key == "after" and value is None and self.rng.random() < 0.95:
                continue
            if key == "first" and isinstance(value, int):
                size = min(max(value, 1), 100)
            texts.append(f"{key}: {self._value(argument.type, value, has_default)}")
        self.rng.shuffle(texts)
        return (f"({', '.join(texts)})" if texts else ""), size

    def _given(self, name: str, found: GraphQLField, most: int) -> list[str]:
        """The arguments that are given: those that must be, a size where lists are dear, others at times."""
        if name in self.values.pool.either and len(found.args) > 1 and self.rng.random() < 0.95:
            return [self.rng.choice(list(found.args))]
        chances = {"first": 1.0 if most < 25 else 0.6, "orderBy": 1.0}
        return [
            key
            for key, one in found.args.items()
            if (isinstance(one.type, GraphQLNonNull) and one.default is None)
            or self.rng.random() < chances.get(key, 0.45)
        ]

    def _order(self, found: GraphQLField) -> str | None:
        """The order asked for; a cursor has to be of the same."""
        argument = found.args.get("orderBy")
        kind: Any = get_nullable_type(argument.type) if argument else None
        return self.rng.choice(list(kind.values)) if kind is not None else None

    def _target(self, found: GraphQLField, key: str) -> str | None:
        return str(get_named_type(found.type)) if key == "id" else key[0].upper() + key[1:]

    def _value(self, kind: Any, value: Any, has_default: bool) -> str:
        if self.rng.random() > 0.35:
            inner = get_nullable_type(kind)
            if isinstance(value, dict) and hasattr(inner, "fields"):
                inside = (
                    f"{key}: {self._value(inner.fields[key].type, one, False)}" for key, one in value.items()
                )
                return "{" + ", ".join(inside) + "}"
            return printed(value, kind)
        name = self.variables.new(kind, value, has_default=has_default)
        self.part.variables.add(name)
        return f"${name}"

    def _response_name(self, place: _Place, name: str, found: GraphQLField, arguments: str) -> str:
        """The alias with its colon, or nothing where the field's own name is free or means the same already."""
        meaning = (name, arguments)
        if not (place.abstract and self._ambiguous(name, found)) and self.rng.random() > 0.12:
            if self.names.setdefault((place.kind.name, name), meaning) == meaning:
                return ""
        elif self.rng.random() < 0.2 and not isinstance(place.kind, GraphQLUnionType) and not place.abstract:
            other = self.rng.choice(list(place.kind.fields))
            if self.names.setdefault((place.kind.name, other), meaning) == meaning:
                return self._aliased(other)
        return self._aliased(f"a{self.aliases}") or f"a{self.aliases}: "

    def _ambiguous(self, name: str, found: GraphQLField) -> bool:
        """Whether another type has a field of this name that is of another type."""
        types = self.schema.type_map.values()
        kinds = {
            str(one.fields[name].type)
            for one in types
            if isinstance(one, GraphQLObjectType) and name in one.fields
        }
        return len(kinds | {str(found.type)}) > 1

    def _aliased(self, name: str) -> str:
        if self.aliases >= self.sizes.aliases or (not name and self.rng.random() > 0.2):
            return ""
        self.aliases += 1
        return f"{name or f't{self.aliases}'}: "

    def _directive(self) -> str:
        if self.directives >= self.sizes.directives or self.rng.random() > 0.1:
            return ""
        self.directives += 1
        name, value = self.rng.choice(
            (("skip", False), ("include", True), ("skip", True), ("include", False))
        )
        kind = GraphQLNonNull(self.schema.type_map["Boolean"])  # type: ignore[arg-type]
        return f" @{name}(if: {self._value(kind, value, False)})"
