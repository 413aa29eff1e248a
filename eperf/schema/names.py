"""Every name of the schema and who brought it: found in the declarations, before a schema is built from them.

The library lets the last of two fields win without a word, and says of two types that they clash but not whose they
are. So everything that a contribution reaches is walked here: types, their fields and arguments, inputs, the values of
enums, scalars, unions and directives.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from strawberry.types.scalar import ScalarDefinition
from strawberry.types.union import StrawberryUnion

from eperf.plugins.api import Contribution, Fields
from eperf.plugins.clash import Claim, Clash, Owner
from eperf.plugins.discovery import CORE
from eperf.plugins.fields import PLACE
from eperf.schema.problems import Problem
from eperf.schema.reserved import ROOTS, kept, pages, paging, spelt
from eperf.schema.scalars import CONFIG, SCALARS

_CONVERT = CONFIG.name_converter
_SHARED = "type"
"""Types, inputs, interfaces, enums, unions and scalars share one space of names."""


@dataclass(frozen=True)
class Held:
    """A name that was taken: what kind of thing it is, the thing itself, and whose."""

    kind: str
    thing: object
    owner: Owner


class Names:
    """The names that were taken so far. Taking a contribution raises `Clash` and may leave this half taken."""

    def __init__(self, other: Names | None = None) -> None:
        self.held: dict[tuple[str, str], Held] = dict(other.held) if other else {}
        self._seen: set[int] = set(other._seen) if other else set()
        # Keeps alive what was seen: a number of an object that is gone may be another's.
        self._alive: list[object] = list(other._alive) if other else []

    def take(self, one: Contribution) -> None:
        """All names of a contribution."""
        owner = Owner(one.owner or CORE, one.version, None, one.place)
        self._scalars(one.scalars, owner)
        for kind in one.types:
            self._type(kind, owner)
        for root, attribute in ROOTS.items():
            self._fields(root, getattr(one, attribute), owner)
        for name, fields in one.extends.items():
            self._extended(name, fields, owner)
            self._fields(name, fields, owner)

    def _extended(self, name: str, fields: Fields, owner: Owner) -> None:
        """Fields can be added to object types only: what else has fields promises them for others, or is written."""
        if name in ROOTS or not fields:
            return
        first = self.held.get((_SHARED, name))
        field = next(iter(fields.items()))
        claim = Claim("field", f"{name}.{shown(*field)}", _owner(owner, field[1]))
        if first is None:
            known = [one for space, one in self.held if space == _SHARED]
            near = difflib.get_close_matches(name, known, 1)
            meant = f", did you mean {near[0]}" if near else ""
            raise Clash(claim, owner, why=f"of {claim.owner} is for a type that nobody brings{meant}")
        if first.kind == "interface":
            why = f"is not fulfilled by the types that implement {name} of {first.owner}; it is added by {claim.owner}"
            raise Clash(
                Claim("interface", claim.name, claim.owner), first.owner, why=why, way="add it to those types"
            )
        if first.kind != "type":
            raise Clash(
                claim,
                first.owner,
                why=f"cannot be added by {claim.owner}: {name} of {first.owner} is of kind {first.kind}",
            )

    def _fields(self, kind: str, fields: Fields, owner: Owner) -> None:
        for name, field in fields.items():
            self._field(kind, shown(name, field), field, _owner(owner, field), "field")
            if kind == "Mutation":
                self._payload(field, _owner(owner, field))

    def _field(self, kind: str, name: str, field: StrawberryField, owner: Owner, what: str) -> None:
        self._claim(what, f"{kind}.{name}", field, owner)
        self._directives(field, owner)
        arguments: dict[str, object] = {}
        for argument in field.arguments:
            called = _CONVERT.from_argument(argument)
            claim = Claim("argument", f"{kind}.{name}({called}:)", owner)
            spelt(claim, called)
            if arguments.setdefault(called, argument) is not argument:
                raise Clash(claim, owner)
            self._type(argument.type, owner)
            paging(claim, called, _plain(argument.type))
        self._type(field.resolve_type(), owner)

    def _payload(self, field: StrawberryField, owner: Owner) -> None:
        """A mutation that answers with one of several answers with a problem too."""
        union = _plain(field.resolve_type())
        claim = (
            Claim("union", _CONVERT.from_type(union), owner) if isinstance(union, StrawberryUnion) else None
        )
        if claim is not None and Problem not in _members(union, claim):
            problem = self.held[_SHARED, "Problem"].owner
            raise Clash(
                claim,
                problem,
                why=f"of {owner} lacks the member Problem of {problem}, by which a mutation refuses",
                way="add the member",
            )

    def _type(self, given: Any, owner: Owner) -> None:
        """A type and all that it reaches, once."""
        plain = _plain(given)
        if id(plain) in self._seen:
            return
        self._seen.add(id(plain))
        self._alive.append(plain)
        if isinstance(plain, StrawberryObjectDefinition):
            self._object(plain, owner)
        elif isinstance(plain, StrawberryEnumDefinition):
            self._enum(plain, owner)
        elif isinstance(plain, StrawberryUnion):
            self._union(plain, owner)
        elif isinstance(plain, ScalarDefinition):
            self._scalar(plain, owner)

    def _object(self, definition: StrawberryObjectDefinition, owner: Owner) -> None:
        if definition.is_graphql_generic:
            return  # only what it is made concrete for gets a name
        name = _CONVERT.from_type(definition)
        kind = "input" if definition.is_input else "interface" if definition.is_interface else "type"
        mine = Owner(owner.plugin, owner.version, definition.origin, owner.near)
        generic = definition.concrete_of
        if generic is not None and generic.is_graphql_generic:
            known = self.held.get((_SHARED, name))
            if (
                known is not None
                and isinstance(known.thing, StrawberryObjectDefinition)
                and known.thing.concrete_of is generic
            ):
                return
        self._claim(kind, name, definition, mine)
        self._directives(definition, mine)
        for interface in definition.interfaces:
            self._type(interface, owner)
        given = set()
        for field in definition.fields:
            called = _CONVERT.from_field(field)
            given.add(called)
            self._field(name, called, field, _owner(mine, field), "input" if kind == "input" else "field")
        pages(Claim(kind, name, mine), given)

    def _enum(self, definition: StrawberryEnumDefinition, owner: Owner) -> None:
        mine = Owner(owner.plugin, owner.version, definition.wrapped_cls, owner.near)
        other = self.held.get((_SHARED, definition.name))
        if other is not None and isinstance(other.thing, StrawberryEnumDefinition):
            shared = {one.name for one in other.thing.values} & {one.name for one in definition.values}
            for name in sorted(shared):
                raise Clash(Claim("enum value", f"{definition.name}.{name}", mine), other.owner)
        self._claim("enum", definition.name, definition, mine)
        for value in definition.values:
            self._claim("enum value", f"{definition.name}.{value.name}", value, mine)

    def _union(self, union: StrawberryUnion, owner: Owner) -> None:
        name = _CONVERT.from_type(union)
        other = self.held.get((_SHARED, name))
        if other is not None and other.thing == union:
            return
        claim = Claim("union", name, owner)
        for member in _members(union, claim):
            definition = _plain(member)
            if (
                not isinstance(definition, StrawberryObjectDefinition)
                or definition.is_input
                or definition.is_interface
            ):
                raise Clash(claim, owner, why=f"of {owner} has the member {member}, which is no object type")
            self._type(member, owner)
        self._claim("union", name, union, owner)

    def _scalars(self, given: Mapping[object, Any], owner: Owner) -> None:
        for kind, definition in given.items():
            read = definition.parse_value or definition.serialize
            mine = Owner(owner.plugin, owner.version, read, owner.near)
            if kind in SCALARS and owner.plugin != CORE:
                first = self.held[_SHARED, SCALARS[kind].name].owner
                raise Clash(Claim("scalar", definition.name, mine), first)
            self._claim("scalar", definition.name, definition, mine)

    def _scalar(self, definition: ScalarDefinition, owner: Owner) -> None:
        read = definition.parse_value or definition.serialize
        self._claim(
            "scalar", definition.name, definition, Owner(owner.plugin, owner.version, read, owner.near)
        )

    def _directives(self, carrier: Any, owner: Owner) -> None:
        for one in carrier.directives or ():
            directive = type(one).__strawberry_directive__
            name = f"@{_CONVERT.from_directive(directive)}"
            mine = Owner(owner.plugin, owner.version, directive.origin, owner.near)
            known = self.held.get(("directive", name))
            if known is None or known.thing is not directive:
                self._claim("directive", name, directive, mine)

    def _claim(self, kind: str, name: str, thing: object, owner: Owner) -> None:
        claim = Claim(kind, name, owner)
        spelt(claim, name.lstrip("@").rpartition(".")[2])
        space = _SHARED if kind != "directive" and "." not in name else kind
        kept(claim)
        first = self.held.setdefault((space, name), Held(kind, thing, owner))
        if first.thing is not thing:
            raise Clash(claim, first.owner)


def _members(union: StrawberryUnion, claim: Claim) -> Iterator[Any]:
    """The members of a union; one that is not there is told."""
    for annotation in union.type_annotations:
        try:
            found = annotation.resolve()
            yield found.resolve_type() if isinstance(found, LazyType) else found
        except (NameError, KeyError, ImportError, AttributeError) as missing:
            why = f"of {claim.owner} has a member that is not there: {missing}"
            raise Clash(claim, claim.owner, why=why, way="bring the member") from missing


def _plain(given: Any) -> Any:
    """A type without lists and nulls around it, as its definition."""
    while True:
        if isinstance(given, StrawberryContainer):
            given = given.of_type
        elif isinstance(given, LazyType):
            given = given.resolve_type()
        else:
            break
    wrapped = getattr(given, "_scalar_definition", None)
    return wrapped or getattr(given, "__strawberry_definition__", given)


def shown(name: str, field: StrawberryField) -> str:
    """What GraphQL calls a field of this Python name."""
    return field.graphql_name or str(_CONVERT.apply_naming_config(name))


def _owner(owner: Owner, field: StrawberryField) -> Owner:
    """The owner of a type's field, with the place of the field if it has one of its own."""
    written = field.metadata.get(PLACE)
    if written:
        return Owner(owner.plugin, owner.version, None, written)
    resolver = field.base_resolver
    thing = resolver.wrapped_func if resolver is not None else owner.thing
    if owner.plugin != CORE and str(getattr(thing, "__module__", "")).startswith("eperf."):
        thing = owner.thing  # a maker of eperf's own says nothing of where the plugin calls it
    return Owner(owner.plugin, owner.version, thing, owner.near)
