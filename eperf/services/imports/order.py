"""Order inside a file does not matter: what others hang on goes first, and what hangs on a bad row is bad."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from eperf.domain.errors import DependsOnBadRow
from eperf.services.imports.reading import Row

K = TypeVar("K", bound=Hashable)


def uppermost_first(keys: Iterable[K], above: Callable[[K], K | None]) -> tuple[list[K], set[K]]:
    """The keys with whatever is above them, uppermost first, and those that are above themselves."""
    done: dict[K, None] = {}
    rings: set[K] = set()
    for key in keys:
        path: dict[K, None] = {}
        step: K | None = key
        while step is not None and step not in done:
            if step in path:
                passed = list(path)
                rings.update(passed[passed.index(step) :])
                break
            path[step] = None
            step = above(step)
        done.update(dict.fromkeys(reversed(path)))
    return list(done), rings


def require_good(row: Row, column: str, key: K | None, rows: Mapping[K, Row]) -> None:
    """Refuses a row when the row of the file that it names in a column was refused."""
    if key is not None and key in rows and not rows[key].good and rows[key] is not row:
        row.refuse(DependsOnBadRow(column, row.values.get(column), other=rows[key].number))
