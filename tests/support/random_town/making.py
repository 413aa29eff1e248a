"""The state of making a town: the generator, the numbers, and the rows made so far."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol, TypeVar

from tests.support.random_town.marker import Marker
from tests.support.random_town.rows import Row, Tables

T = TypeVar("T")


class Made(Protocol):
    """A town that is there already."""

    @property
    def tables(self) -> Tables:
        """Its rows."""
        ...


class Making:
    """Rows by table. Ids leave gaps; what is made later, `after` a town, comes into them first."""

    def __init__(self, rng: random.Random, today: date, after: Made | None = None) -> None:
        self.rng, self.today = rng, today
        self.marker = Marker(rng.randint(1, 400_000) if after is None else rng.randint(500_000, 900_000))
        self.tables: dict[str, dict[int, Row]] = defaultdict(dict)
        self.owners: dict[int, tuple[str, int]] = {}
        self._last: dict[str, int] = defaultdict(int)
        for table, rows in after.tables.items() if after else ():
            self.tables[table] = dict(rows)

    def row(self, table: str, make: Callable[[int], Row]) -> Row:
        """Adds a row; `make` gets the row's number."""
        number = self.marker.next()
        self._last[table] += self.rng.randint(1, 3)
        while self._last[table] in self.tables[table]:
            self._last[table] += 1
        made = {"id": self._last[table], **make(number)}
        self.tables[table][made["id"]] = made
        self.owners[number] = (table, made["id"])
        return made

    def some(self, table: str) -> Row:
        """Any row of a table."""
        return self.rng.choice(list(self.tables[table].values()))

    def maybe(self, value: T, chance: float = 0.7) -> T | None:
        """The value, or nothing."""
        return value if self.rng.random() < chance else None

    def employees(self) -> Iterator[Row]:
        """All people."""
        yield from self.tables["employee"].values()
