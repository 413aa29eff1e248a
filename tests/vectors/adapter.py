"""`run(op, given) -> dict`: the one door through which test vectors reach the product.

Translation only: each file of `adapters/` holds the operations of one topic as `OPS`, name to function. A new topic
is a new file there and its cases in `cases/`; nothing here changes.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from eperf.domain.errors import BadInput

Op = Callable[[Mapping[str, Any]], dict[str, Any]]


class UnknownOp(LookupError):
    """No file of `adapters/` knows this operation."""


def run(op: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the product makes of `given`; raises `UnknownOp` for an operation without an adapter.

    The adapters take a case for what its operation asks for. One of another shape (a key that is missing, a list where
    a text stands) is refused here, as every edge of the product refuses what it cannot read.
    """
    if op not in OPS:
        raise UnknownOp(op)
    try:
        return OPS[op](given)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as unread:
        raise BadInput("given", op, f"cannot be read: {unread!r}") from unread


def _loaded(path: Path, name: str) -> ModuleType:
    """The module in a file, wherever this one was imported from."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _all_ops() -> dict[str, Op]:
    ops: dict[str, Op] = {}
    here = Path(__file__).parent
    # Under the name by which the adapters import it: another package `tests` may be the one that Python finds.
    if "tests.vectors.reading" not in sys.modules:
        _loaded(here / "reading.py", "tests.vectors.reading")
    for path in sorted(here.joinpath("adapters").glob("[a-z]*.py")):
        found = _loaded(path, f"vector_adapters_{path.stem}").OPS
        twice = found.keys() & ops.keys()
        assert not twice, f"{path.name} brings operations that another file has: {sorted(twice)}"
        ops |= found
    return ops


OPS: dict[str, Op] = _all_ops()
