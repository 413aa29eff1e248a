"""The state of making a town: the generator, the numbers, and the rows made so far."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from tests.support.random_town.marker import Marker
from tests.support.random_town.rows import Row

T = TypeVar("T")


class Making:
    """Rows by table. Ids leave gaps, so that a row can be added between others later."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.marker = Marker(rng.randint(1, 500_000))
        self.tables: dict[str, dict[int, Row]] = defaultdict(dict)
        self.owners: dict[int, tuple[str, int]] = {}
        self._last: dict[str, int] = defaultdict(int)

    def row(self, table: str, make: Callable[[int], Row]) -> Row:
        """Adds a row; `make` gets the row's number."""
        number = self.marker.next()
        self._last[table] += self.rng.randint(1, 3)
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
