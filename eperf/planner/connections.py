"""What is selected on a connection: its rows, its edges, where its page stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode, get_named_type

from eperf.planner.mapping import Many
from eperf.planner.tree import Edges, Info, Level, Nodes, TypeName, Unplannable

Fields = dict[str, list[FieldNode]]


def sets(nodes: Sequence[FieldNode]) -> list[SelectionSetNode]:
    """The selection sets of fields that share a response key."""
    return [node.selection_set for node in nodes if node.selection_set]


class Connections:
    """The part of a reading that knows the shape of connections."""

    def collected(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Fields:
        """The fields selected on a type by response key."""
        raise NotImplementedError

    def _level(self, target: type, nodes: Sequence[FieldNode]) -> Level:
        raise NotImplementedError

    def _parts(
        self, mapping: Many, definition: GraphQLField, nodes: list[FieldNode]
    ) -> list[tuple[str, Any]]:
        kind: Any = get_named_type(definition.type)
        return [
            (key, self._part(mapping, kind, selected))
            for key, selected in self.collected(kind, sets(nodes)).items()
        ]

    def _part(self, mapping: Many, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(kind.name)
        if name == "nodes":
            return Nodes(self._level(mapping.target, nodes))
        below: Any = get_named_type(kind.fields[name].type)
        selected = self.collected(below, sets(nodes)).items()
        if name == "pageInfo":
            return Info([(key, self._plain(below, one)) for key, one in selected])
        if name != "edges":
            raise Unplannable(f"{kind.name}.{name}")
        return Edges([(key, self._edge(mapping, below, one)) for key, one in selected])

    def _edge(self, mapping: Many, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Any:
        if nodes[0].name.value == "node":
            return self._level(mapping.target, nodes)
        return self._plain(kind, nodes)

    @staticmethod
    def _plain(kind: GraphQLObjectType, nodes: list[FieldNode]) -> Any:
        name = nodes[0].name.value
        return TypeName(kind.name) if name == "__typename" else name
