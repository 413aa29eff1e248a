"""The events of the log as the code says them: event, level, and the names that come with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "eperf"
_LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


_NAMES = ("logger", "_log", "log")


def said() -> dict[str, tuple[set[str], set[str]]]:
    """By event its levels and the names of its facts, of every call of a logger in the package."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for event, levels, names in _calls(ast.parse(path.read_text())):
            known = found.setdefault(event, (set(), set()))
            known[0].update(levels)
            known[1].update(names)
    return found


def _calls(tree: ast.AST) -> Iterator[tuple[str, set[str], set[str]]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
            continue
        levels = _levels(node.func)
        if levels and isinstance(node.args[0].value, str):
            names = {keyword.arg for keyword in node.keywords if keyword.arg and keyword.arg != "exc_info"}
            yield node.args[0].value, levels, names


def _levels(function: ast.expr) -> set[str]:
    """Of a logger's method its level; of a function that logs, which decides by the failure, both."""
    if isinstance(function, ast.Name) and function.id in _NAMES:
        return {"warning", "error"}
    if (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in _NAMES
    ):
        return {_LEVELS[function.attr]} if function.attr in _LEVELS else set()
    return set()
