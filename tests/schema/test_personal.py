"""Every field of the core whose resolver asks for more of its viewer than rights is known to be personal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLObjectType
from strawberry.utils.str_converters import to_camel_case

from eperf.schema import compose as module
from eperf.schema.compose import compose
from eperf.schema.personal import PERSONAL

FOLDER = Path(module.__file__).parent
BY_RIGHTS = ("scope", "require")
"""What gives the same to equal rights."""


def is_by_rights(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether `context.seen()` is only asked whether somebody is there, or for what equal rights have equal."""
    above = parents[node]
    if isinstance(above, ast.Expr):
        return True
    if isinstance(above, ast.Attribute):
        return above.attr in ("employee_id", "roles", "grants", "stands_in_for", "rights")
    return isinstance(above, ast.Call) and isinstance(above.func, ast.Name) and above.func.id in BY_RIGHTS


def asks_who(tree: ast.AST) -> bool:
    """Whether code reads the viewer, beyond rights."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        seen = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "seen"
        )
        viewer = isinstance(node, ast.Attribute) and node.attr == "viewer"
        if (seen or viewer) and not is_by_rights(node, parents):
            return True
    return False


def personal_in(text: str) -> Iterator[str]:
    """The fields of a module whose resolvers read the viewer, by themselves or by functions of the module."""
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    asking = {one.name for one in functions if asks_who(one)}
    before = -1
    while before != len(asking):
        before = len(asking)
        asking |= {one.name for one in functions if named(one) & asking}
    for kind in tree.body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for one in kind.body:
            if asks_who(one) or named(one) & asking:
                name = one.target.id if isinstance(one, ast.AnnAssign) else getattr(one, "name", "")  # type: ignore[union-attr]
                yield f"{kind.name}.{to_camel_case(name)}"


def named(tree: ast.AST) -> set[str]:
    """The names that code mentions."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_no_field_of_the_core_asks_who_calls_without_being_personal() -> None:
    found = {
        field
        for path in FOLDER.rglob("*.py")
        if path != FOLDER / "context.py"  # where the viewer is kept
        for field in personal_in(path.read_text())
    }
    assert "Webhook.url" in found
    assert found <= PERSONAL


@pytest.mark.parametrize(
    "text",
    [
        "def _a(row, context):\n    return context.seen().account_id\nclass T:\n    one: str = computed((), _a, '')",
        "def _a(c):\n    return c.viewer\ndef _b(r, c):\n    return _a(c)\nclass T:\n    one: str = computed((), _b, '')",
        "class T:\n    def one(self, info):\n        return info.context.call().viewer.name",
        "class T:\n    one: str = computed((), lambda row, context: context.seen().name, '')",
    ],
)
def test_a_resolver_that_asks_who_calls_is_found(text: str) -> None:
    assert list(personal_in(text)) == ["T.one"]


def test_personal_fields_are_there() -> None:
    types = compose()._schema.type_map
    for name in PERSONAL:
        kind, field = name.split(".")
        found = types[kind]
        assert isinstance(found, GraphQLObjectType)
        assert field in found.fields
