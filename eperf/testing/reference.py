"""`python -m eperf.testing.reference` prints docs/reference/plugins.md: every hook and public name, from the code.

What has no docstring cannot be printed and is refused by name, so nothing of the face stays undocumented.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from eperf.plugins import deprecation, hookspecs
from eperf.plugins.contracts import CONTRACTS
from eperf.plugins.inspection import hook_names
from eperf.plugins.signatures import written

FACES = (
    "eperf.plugins",
    "eperf.plugins.parts",
    "eperf.plugins.rules",
    "eperf.plugins.pay",
    "eperf.plugins.sources",
    "eperf.plugins.samples",
    "eperf.plugins.service",
    "eperf.plugins.api",
    "eperf.testing",
    "eperf.testing.laws",
)
"""The modules that a plugin may import; a name that is not in their `__all__` may change at any time."""

_HEAD = """# Reference for plugins

Made from the code by `make reference`; a test compares. How a plugin is written is told in [plugins.md](../plugins.md).
"""


class Undocumented(Exception):
    """A hook or a public name says nothing about itself."""


def page() -> str:
    """The whole page."""
    blocks = [_HEAD, "## Hooks\n", *(_hook(name) for name in hook_names())]
    for face in FACES:
        blocks += [f"## `{face}`\n", *_face(importlib.import_module(face))]
    return "\n".join([*blocks, "## What goes away\n", *_going()])


def _hook(name: str) -> str:
    hook, contract = getattr(hookspecs, name), CONTRACTS[name]
    methods = [f"    {written(method.__name__, method)}" for method in (*contract.methods, *contract.part)]
    may = [f"    {written(method.__name__, method)}" for method in contract.may]
    text = [f"### `{name}`\n", f"Returns a list of `{contract.kind}`. {_documented(name, hook)}\n"]
    if methods:
        text.append("Methods that are called, by these names and arguments:\n\n" + "\n".join(methods) + "\n")
    if may:
        text.append("Methods that it may have:\n\n" + "\n".join(may) + "\n")
    return "\n".join(text)


def _face(face: ModuleType) -> Iterator[str]:
    yield _documented(face.__name__, face).split("\n\n")[0] + "\n"
    for name in sorted(face.__all__):
        member = getattr(face, name)
        yield f"- `{name}{_signature(member)}`: {_first_line(f'{face.__name__}.{name}', face, member)}"
    yield ""


def _first_line(name: str, face: ModuleType, member: Any) -> str:
    """The first paragraph of what a name says of itself; a value is told by the text that stands below it."""
    speaks = inspect.isclass(member) or inspect.isroutine(member)
    text = _documented(name, member) if speaks else _below(name, face)
    return " ".join(text.split("\n\n")[0].split())


def _documented(name: str, member: Any) -> str:
    text = inspect.getdoc(member) if not inspect.isclass(member) else member.__doc__
    # A dataclass without a docstring is given its signature as one.
    if not text or (inspect.isclass(member) and text.startswith(f"{member.__name__}(")):
        raise Undocumented(f"{name} has no docstring")
    return inspect.cleandoc(text)


def _below(name: str, face: ModuleType) -> str:
    """The text below an assignment, in the face or in the module that it takes the name from."""
    word = name.rpartition(".")[2]
    for module in (face, *_sources(face)):
        lines = inspect.getsource(module).splitlines()
        for number, line in enumerate(lines):
            if re.match(rf"(\w+, )*{word}(, \w+)* =|{word}: ", line):
                found = _text_after(lines, number)
                if found:
                    return found
    raise Undocumented(f"{name} has no text below it")


def _text_after(lines: list[str], number: int) -> str:
    """The docstring that follows the statement which begins at a line."""
    rest = lines[number + 1 :]
    while rest and (rest[0].startswith((" ", ")", "]", "}"))):
        rest = rest[1:]
    if not rest or not rest[0].startswith('"""'):
        return ""
    return "\n".join(rest).split('"""')[1]


def _sources(face: ModuleType) -> list[ModuleType]:
    """The modules from which a face takes its names."""
    words = [
        line.split()[1] for line in inspect.getsource(face).splitlines() if line.startswith("from eperf")
    ]
    return [importlib.import_module(word) for word in words]


def _signature(member: Any) -> str:
    if not inspect.isfunction(member):
        return ""
    return f"({', '.join(inspect.signature(member).parameters)})"


def _going() -> list[str]:
    rows = [
        f"- `{row.name}`: warned of since {row.since}; write {row.instead}" for row in deprecation.DEPRECATED
    ]
    return [*(rows or ["Nothing at present."]), ""]


if __name__ == "__main__":
    sys.stdout.write(page())
