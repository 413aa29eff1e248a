"""From a validated operation to its trees: selection sets collected, fragments and directives resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from strawberry import Schema

from eperf.planner.arguments import BACK, site
from eperf.planner.connections import Connections, Fields, sets
from eperf.planner.convert import Converters
from eperf.planner.mapping import (
    MAPPING,
    TABLE,
    Anything,
    Batch,
    Column,
    Expression,
    Linked,
    Many,
    One,
    Relation,
    Table,
    Verb,
    table_of,
)
from eperf.planner.shown import shown
from eperf.planner.sql import Form
from eperf.planner.stored import form_of, is_null
from eperf.planner.tree import (
    Alone,
    Argument,
    Change,
    Choice,
    Identity,
    Leaf,
    Level,
    Links,
    Made,
    Pages,
    Single,
    Site,
    Tree,
    TypeName,
    Unplannable,
)
from eperf.store.condition import Is

_DIRECTIVES = frozenset({"skip", "include"})


class Reader:
    """Reads operations of one schema. `forms` says how each scalar is stored and written."""

    def __init__(self, schema: Schema, forms: Mapping[str, Form]) -> None:
        self.schema, self.forms = schema, forms
        self.types, self.converters = schema._schema.type_map, Converters(schema)

    def trees(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> tuple[Tree, ...]:
        """The trees of a query or a mutation, one for each root field; raises `Unplannable`."""
        reading = _Reading(self, document, variables)
        root = self.schema._schema.get_root_type(operation.operation)
        if root is None:
            raise Unplannable(f"no {operation.operation.value} type")
        return tuple(
            reading.root(key, root, nodes)
            for key, nodes in reading.collected(root, [operation.selection_set]).items()
        )


class _Reading(Connections):
    """The reading of one operation under one set of steering values."""

    def __init__(self, reader: Reader, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.reader, self.variables = reader, variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.sites: list[Site] = []
        self.tables: dict[Table, None] = {}
        self.made = False

    def root(self, key: str, query: GraphQLObjectType, nodes: list[FieldNode]) -> Tree:
        """The tree of one root field."""
        self.sites, self.tables, self.made = [], {}, False
        if nodes[0].name.value == "__typename":
            return Tree(key, TypeName(query.name), (), (), made=False)
        definition = query.fields.get(nodes[0].name.value)
        mapping = None if definition is None else _mapping(definition)
        if definition is None or not isinstance(mapping, One | Many | Anything | Verb):
            raise Unplannable(f"{query.name}.{nodes[0].name.value}")
        if isinstance(mapping, Anything):
            return self._choice(key, definition, mapping, nodes)
        if isinstance(mapping, Verb):
            return self._change(key, definition, mapping, nodes)
        root = self._field(query.name, definition, nodes)
        return Tree(key, root, tuple(self.sites), tuple(self.tables), self.made)

    def _choice(self, key: str, definition: GraphQLField, mapping: Anything, nodes: list[FieldNode]) -> Tree:
        place = self._site(mapping, definition, nodes[0])

        def of(kind: type) -> Tree:
            def narrow(context: Any, **given: Any) -> Any:
                picked = mapping.pick(context, **given)
                return picked is not None and picked[1]

            self.sites, self.tables, self.made = [], {}, False
            one = One(kind, narrow)
            alone = Alone(self._site(one, definition, nodes[0]), one, self._level(kind, nodes))
            return Tree(key, alone, tuple(self.sites), tuple(self.tables), self.made)

        return Tree(key, Choice(place, of), (), (), made=False)

    def _change(self, key: str, definition: GraphQLField, mapping: Verb, nodes: list[FieldNode]) -> Tree:
        place = site(self.reader.converters, mapping, definition, nodes[0])
        payload: Any = get_named_type(definition.type)
        name = mapping.target.__strawberry_definition__.name  # type: ignore[attr-defined]
        others = [kind for kind in payload.types if kind.name != name]
        if len(others) != 1:
            raise Unplannable(payload.name)
        one = One(mapping.target, _by_number)
        row = Site(one, {}, (Argument("number", _given_number),), steady=True)
        self.sites.append(row)
        alone = Alone(row, one, self._level(mapping.target, nodes))
        answer = Tree(key, alone, tuple(self.sites), tuple(self.tables), self.made)
        change = Change(place, answer, shown(self, others[0], nodes), nodes[0])
        return Tree(key, change, (), (), made=False)

    def collected(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Fields:
        """The fields selected on a type by response key, in order, as the specification's CollectFields does."""
        found: Fields = {}
        visited: set[str] = set()
        for one in sets:
            for node in self._selected(kind, one, visited):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
        return found

    def _selected(
        self, kind: GraphQLObjectType, selections: SelectionSetNode, visited: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            within: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in visited:
                    continue
                visited.add(node.name.value)
                within = self.fragments[node.name.value]
            if self._applies(within.type_condition, kind):
                yield from self._selected(kind, within.selection_set, visited)

    def _wanted(self, node: Any) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in _DIRECTIVES:
                raise Unplannable(f"@{name}")
            value = directive.arguments[0].value
            holds = value.value if isinstance(value, BooleanValueNode) else self.variables[value.name.value]
            if holds is not (name == "include"):
                return False
        return True

    def _applies(self, condition: Any, kind: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == kind.name:
            return True
        asked: Any = self.reader.types[condition.name.value]
        return bool(not isinstance(asked, GraphQLObjectType) and self._sub(asked, kind))

    def _sub(self, asked: Any, kind: GraphQLObjectType) -> bool:
        return bool(self.reader.schema._schema.is_sub_type(asked, kind))

    def _level(self, target: type, nodes: Sequence[FieldNode]) -> Level:
        if not hasattr(target, TABLE):
            raise Unplannable(target.__name__)
        name = target.__strawberry_definition__.name  # type: ignore[attr-defined]
        kind: Any = self.reader.types[name]
        level = Level(name, table_of(target))
        self.tables.setdefault(level.table)
        for key, selected in self.collected(kind, sets(nodes)).items():
            level.fields.append((key, self._on_row(level, kind, selected)))
        return level

    def _on_row(self, level: Level, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(kind.name)
        if name == "id":
            return Identity()
        definition = kind.fields[name]
        mapping = _mapping(definition)
        if isinstance(mapping, Column):
            return self._column(level, definition, mapping)
        if isinstance(mapping, Expression):
            return Leaf(mapping.sql, self._form(definition), null=True)
        if isinstance(mapping, Batch):
            self.made = True
            return self._made(level, definition, mapping, nodes)
        return self._field(kind.name, definition, nodes)

    def _field(self, owner: str, definition: GraphQLField, nodes: list[FieldNode]) -> Any:
        match _mapping(definition):
            case Relation(column, target):
                return Single(column, self._level(target, nodes))
            case Linked(target, link, near, far, most):
                return Links(link._meta.db_table, near, far, most, self._level(target, nodes))
            case One() as mapping:
                place = self._site(mapping, definition, nodes[0])
                return Alone(place, mapping, self._level(mapping.target, nodes))
            case Many() as mapping:
                place = self._site(mapping, definition, nodes[0])
                self.tables.setdefault(table_of(mapping.target))
                return Pages(
                    place, mapping, table_of(mapping.target), self._parts(mapping, definition, nodes)
                )
        raise Unplannable(f"{owner}.{nodes[0].name.value}")

    def _column(self, level: Level, definition: GraphQLField, mapping: Column) -> Leaf:
        null = is_null(level.table.row, mapping.name)
        if null and isinstance(definition.type, GraphQLNonNull):
            raise Unplannable(f"{level.kind}: {mapping.name} may be null in the table only")
        named = get_named_type(definition.type)
        if isinstance(named, GraphQLEnumType):
            names = _names(named, mapping)
            return Leaf(f"{{{mapping.name}}}", Form.TEXT, null, names)
        if mapping.render is not None:
            raise Unplannable(f"{level.kind}: {mapping.name} is rendered")
        return Leaf(f"{{{mapping.name}}}", self._form(definition), null)

    def _form(self, definition: GraphQLField) -> Form:
        named = get_named_type(definition.type)
        known = isinstance(named, GraphQLScalarType) and named.name in self.reader.forms
        if not known or is_list_type(get_nullable_type(definition.type)):
            raise Unplannable(f"no stored form of {definition.type}")
        return self.reader.forms[named.name]

    def _made(self, level: Level, definition: GraphQLField, mapping: Batch, nodes: list[FieldNode]) -> Made:
        row = level.table.row
        columns = tuple((name, form_of(row, name), is_null(row, name)) for name in mapping.columns)
        return Made(columns, mapping.fill, shown(self, definition.type, nodes))

    def _site(self, mapping: Any, definition: GraphQLField, node: FieldNode) -> Site:
        made = site(self.reader.converters, mapping, definition, node)
        self.sites.append(made)
        return made


def _by_number(_: Any, number: int) -> Any:
    return Is("id", number)


def _given_number(variables: Mapping[str, Any]) -> Any:
    return variables["number"]


def _mapping(definition: GraphQLField) -> Any:
    field = definition.extensions.get(BACK)
    return field.metadata.get(MAPPING) if field is not None else None


def _names(kind: GraphQLEnumType, mapping: Column) -> tuple[tuple[Any, str], ...]:
    if mapping.render is None:
        raise Unplannable(f"an enum of {mapping.name}")
    members: Any = mapping.render
    return tuple((member.value, kind.serialize(member)) for member in members)
