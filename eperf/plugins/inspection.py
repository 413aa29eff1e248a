"""A plugin's hooks are read before any of them is called.

pluggy passes over a misspelt hook in silence, and an agency would look for a day for the scheme that never
appears. Here each function that is marked, or called like a hook, must be a hook of eperf and look like
one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from eperf import __version__
from eperf.plugins import deprecation, hookspecs
from eperf.plugins.contracts import CONTRACTS
from eperf.plugins.deprecation import Stage
from eperf.plugins.signatures import list_fault, nearest, where

_PREFIX = f"{hookspecs.GROUP}_"
_IMPL = f"{hookspecs.GROUP}_impl"
_SPEC = f"{hookspecs.GROUP}_spec"


def hook_names() -> list[str]:
    """The hooks of eperf, in the order of `hookspecs.py`."""
    return [name for name, member in vars(hookspecs).items() if hasattr(member, _SPEC)]


def place(thing: object) -> str:
    """`file:line` of a function, a class or an object of a class; empty when there is no source."""
    code = getattr(inspect.unwrap(thing) if callable(thing) else thing, "__code__", None)
    if code is not None:
        return f"{code.co_filename}:{code.co_firstlineno}"
    kind = thing if isinstance(thing, type) else type(thing)
    if kind.__module__ == "builtins":
        return ""
    try:
        return f"{inspect.getfile(kind)}:{inspect.findsource(kind)[1] + 1}"
    except (OSError, TypeError):
        return ""


def faults(plugin: object) -> list[str]:
    """What is wrong with the plugin's hooks, each with file, line and what to write; empty when all are well formed."""
    if inspect.isclass(plugin):
        return [f"the entry point is the class {plugin.__name__}; give a module or an instance"]
    functions = list(_functions(plugin))
    found = [f"{why} ({where(function)})" for name, function in functions if (why := _fault(name, function))]
    if not functions:
        found.append(
            f"it implements no hook of eperf; write @hookimpl above one of {', '.join(hook_names())}"
        )
    return found


def warned(plugin: object, table: Iterable[deprecation.Deprecation] | None = None) -> list[str]:
    """What the plugin uses that goes away in a later version, each with file and line."""
    rows = [(deprecation.of(name, table), function) for name, function in _functions(plugin)]
    return [
        f"{row.said(__version__)} ({where(function)})"
        for row, function in rows
        if row is not None and row.stage(__version__) is Stage.WARNING
    ]


def _functions(plugin: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    names = vars(plugin) if isinstance(plugin, ModuleType) else dir(plugin)
    for name in sorted(names):
        member = getattr(plugin, name, None)
        if inspect.isroutine(member) and (name.startswith(_PREFIX) or hasattr(member, _IMPL)):
            yield name, member


def _fault(name: str, function: Callable[..., Any]) -> str | None:
    known = hook_names()
    row = deprecation.of(name)
    if row is not None and row.stage(__version__) in (Stage.ERROR, Stage.GONE):
        return row.said(__version__)
    if name not in known:
        return f"unknown hook {name}{nearest(name, known)}"
    if not hasattr(function, _IMPL):
        return f"{name} is not marked with @hookimpl; write @hookimpl above it"
    why = _shape(function) or list_fault(function, *_kinds(name))
    return f"{name} {why}; write: {_written(name)}" if why else None


def _shape(function: Callable[..., Any]) -> str | None:
    if any(getattr(function, _IMPL).get(option) for option in ("wrapper", "hookwrapper", "specname")):
        return "is a wrapper or bears another hook's name; eperf calls plain hooks only"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "is async; hooks are ordinary functions"
    if inspect.isgeneratorfunction(function):
        return "yields; hooks return a list"
    given = inspect.signature(function).parameters
    return f"has parameters that the hook does not give: {', '.join(given)}" if given else None


def _kinds(name: str) -> tuple[str, list[str], Callable[[type], bool]]:
    own = CONTRACTS[name]
    # A hook that takes classes says of them what they are of: `type` is nobody's name.
    others = [one.kind for one in CONTRACTS.values() if one.kind not in (own.kind, "type")]
    return own.kind, others, own.able


def _written(name: str) -> str:
    return f"def {name}() -> list[{CONTRACTS[name].kind}]"
