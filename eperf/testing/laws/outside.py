"""What a rule must not read, by law, and a look at the code for it."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

_FORBIDDEN = {
    "clock": """
        time.time time.time_ns time.monotonic time.monotonic_ns time.perf_counter time.perf_counter_ns time.localtime
        time.gmtime time.strftime time.sleep datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today
        datetime.date.today
    """,
    "network": "socket _socket ssl urllib.request http.client httpx requests aiohttp smtplib ftplib",
    "files": """
        open io.open _io.open os posix pathlib.Path shutil tempfile subprocess importlib.resources sqlite3
    """,
    "randomness": "random _random secrets uuid.uuid1 uuid.uuid4 os.urandom posix.urandom numpy.random",
}
OUTSIDE = {law: tuple(names.split()) for law, names in _FORBIDDEN.items()}
"""Functions, and modules with all of theirs, by the law that forbids them."""

_HARMLESS = ("os.path", "os.fspath", "posix.fspath", "posixpath")


@lru_cache(maxsize=65_536)
def forbidden(dotted: str) -> str | None:
    """The law that forbids to call this, or None; the longest name decides (`os.urandom` is randomness)."""
    if dotted.startswith(_HARMLESS):
        return None
    found = [
        (len(name), law)
        for law, names in OUTSIDE.items()
        for name in names
        if dotted == name or dotted.startswith(f"{name}.")
    ]
    return max(found)[1] if found else None


def calls_of(files: Iterable[Path]) -> Iterator[tuple[str, str, Path, int]]:
    """Forbidden calls within functions: law, name, file and line. What runs at import may read a table of its own."""
    for path in files:
        tree = _tree(path)
        names = dict(_imported(tree))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                yield from _calls(function, names, path)


def floats_of(files: Iterable[Path]) -> Iterator[tuple[str, Path, int]]:
    """Floats in the code: literals, `float(…)` and polars' float types."""
    for path in files:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
                yield repr(node.value), path, node.lineno
            elif isinstance(node, ast.Attribute) and node.attr in ("Float32", "Float64"):
                yield node.attr, path, node.lineno
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                yield "float(…)", path, node.lineno


def reached(first: Iterable[Path], folder: Path) -> tuple[Path, ...]:
    """These files, and those of the same folder that they import, by name."""
    found: list[Path] = []
    waiting = list(first)
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.append(path)
        waiting += [inner for name in _modules(_tree(path)) if (inner := _file(name, folder))]
    return tuple(sorted(found))


def _file(module: str, folder: Path) -> Path | None:
    path = folder.parent.joinpath(*module.split("."))
    for one in (path.with_suffix(".py"), path / "__init__.py"):
        if one.is_file() and one.is_relative_to(folder):
            return one
    return None


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield (name.asname, name.name) if name.asname else (name.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"


def _calls(function: ast.AST, names: dict[str, str], path: Path) -> Iterator[tuple[str, str, Path, int]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            dotted = _dotted(node.func, names)
            law = forbidden(dotted)
            if law:
                yield law, dotted, path, node.lineno


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "open" if node.id == "open" else "")
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value, names)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


@lru_cache(maxsize=512)
def _tree(path: Path) -> ast.Module:
    return ast.parse(importlib.util.decode_source(path.read_bytes()))
