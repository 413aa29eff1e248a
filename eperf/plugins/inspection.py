"""A plugin's hooks are read before any of them is called.

pluggy passes over a misspelt hook in silence, and an agency would look for a day for the scheme that never
appears. Here each function that is marked, or called like a hook, must be a hook of eperf and look like
one.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from eperf.plugins import hookspecs

_PREFIX = f"{hookspecs.GROUP}_"
_IMPL = f"{hookspecs.GROUP}_impl"
_SPEC = f"{hookspecs.GROUP}_spec"


def hook_names() -> list[str]:
    """The hooks of eperf, in the order of `hookspecs.py`."""
    return [name for name, member in vars(hookspecs).items() if hasattr(member, _SPEC)]


def where(function: object) -> str:
    """`file:line` of a function, or its name when it has no source."""
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


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
    """What is wrong with the plugin's hooks, each with file and line; empty when all are well formed."""
    if inspect.isclass(plugin):
        return [f"the entry point is the class {plugin.__name__}; give a module or an instance"]
    functions = list(_functions(plugin))
    found = [f"{why} ({where(function)})" for name, function in functions if (why := _fault(name, function))]
    if not functions:
        found.append("it implements no hook of eperf")
    return found


def _functions(plugin: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    names = vars(plugin) if isinstance(plugin, ModuleType) else dir(plugin)
    for name in sorted(names):
        member = getattr(plugin, name, None)
        if inspect.isroutine(member) and (name.startswith(_PREFIX) or hasattr(member, _IMPL)):
            yield name, member


def _fault(name: str, function: Callable[..., Any]) -> str | None:
    known = hook_names()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        return f"unknown hook {name}" + (f", did you mean {near[0]}?" if near else "")
    if not hasattr(function, _IMPL):
        return f"{name} is not marked with @hookimpl"
    if any(getattr(function, _IMPL).get(option) for option in ("wrapper", "hookwrapper", "specname")):
        return f"{name} is a wrapper or bears another hook's name; eperf calls plain hooks only"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return f"{name} is async; hooks are ordinary functions"
    if inspect.isgeneratorfunction(function):
        return f"{name} yields; hooks return a list"
    wanted = inspect.signature(getattr(hookspecs, name)).parameters
    surplus = [parameter for parameter in inspect.signature(function).parameters if parameter not in wanted]
    if surplus:
        return f"{name} has parameters that the hook does not give: {', '.join(surplus)}"
    return None
