"""Where the code of a part stands."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eperf.testing.laws.outside import reached

_METHODS = ("handle", "read_file", "pull", "classify", "find", "run")


def place_of_rule(rule: Any, folder: Path) -> str:
    """`file:line` of a rule: its function, or where the plugin names it when a ready part carries it out."""
    for path, line in _codes(rule, folder):
        return f"{path}:{line}"
    return _named(str(rule.rule_id), folder)


def place_of_part(part: Any, folder: Path) -> str:
    """`file:line` of a source, policy, detector or scheme."""
    held = [one for one in getattr(part, "__dict__", {}).values() if callable(one)]
    for path, line in [
        *_defined(type(part), folder),
        *(found for one in held for found in _within(one, folder)),
    ]:
        return f"{path}:{line}"
    return _named(str(part.name), folder)


def place_of_error(error: BaseException | None, folder: Path) -> str:
    """`file:line` of the plugin where an error was raised; empty when it was raised elsewhere."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    own = [f"{one.filename}:{one.lineno}" for one in frames if Path(one.filename).is_relative_to(folder)]
    return own[-1] if own else ""


def files_of(parts: list[Any], folder: Path) -> tuple[Path, ...]:
    """The files of the parts' code, and those of the plugin that they import."""
    return reached({path for part in parts for path, _ in _codes(part, folder)}, folder)


def _codes(part: Any, folder: Path) -> Iterator[tuple[Path, int]]:
    """The part's code within the plugin: functions that it holds first, then methods of its class."""
    held = [one for one in getattr(part, "__dict__", {}).values() if callable(one)]
    held += [getattr(type(part), name) for name in _METHODS if hasattr(type(part), name)]
    for one in held:
        yield from _within(one, folder)


def _within(function: Any, folder: Path) -> Iterator[tuple[Path, int]]:
    for code in _inner(function):
        path = Path(code.co_filename)
        if path.is_relative_to(folder):
            yield path, code.co_firstlineno


def _defined(kind: type, folder: Path) -> Iterator[tuple[Path, int]]:
    try:
        path, line = Path(inspect.getfile(kind)), inspect.findsource(kind)[1] + 1
    except (OSError, TypeError):
        return
    if path.is_relative_to(folder):
        yield path, line


def _inner(function: Any) -> Iterator[Any]:
    """A function's code, and that of functions it closes over."""
    plain = inspect.unwrap(function)
    code = getattr(plain, "__code__", None)
    if code is not None:
        yield code
    for cell in getattr(plain, "__closure__", None) or ():
        if inspect.isfunction(cell.cell_contents):
            yield from _inner(cell.cell_contents)


def _named(name: str, folder: Path) -> str:
    literal = re.compile(rf"""["']{re.escape(name)}["']""")
    for path in sorted(folder.rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            if literal.search(line):
                return f"{path}:{number}"
    return str(folder)
