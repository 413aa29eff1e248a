"""Inputs out of inputs, by a seed: turned bits, splices, cuts, chunks that come again, words of the dialect."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_EDGES = (
    b"",
    b"\x00",
    b"\xff" * 8,
    b"[" * 2000,
    b"{" * 2000,
    b"9" * 400,
    b"-",
    b"\xed\xa0\x80",
    "\u0665".encode(),
    b"\r",
)


class Mutator:
    """Makes inputs; what has given something new is put back among the seeds with `keep`."""

    def __init__(self, seeds: Sequence[bytes], words: Sequence[bytes], most: int, rng: random.Random) -> None:
        self._pool, self._words, self._most, self._rng = list(seeds), [*words, *_EDGES], most, rng
        self._moves: tuple[Callable[[bytes], bytes], ...] = (
            self._turn, self._turn, self._cut, self._splice, self._repeat, self._word, self._word, self._shuffle,
        )  # fmt: skip

    def keep(self, data: bytes) -> None:
        """Takes an input among the seeds; they stay few and short."""
        if len(data) < 65_536:
            if len(self._pool) >= 500:
                self._pool.pop(self._rng.randrange(len(self._pool)))
            self._pool.append(data)

    def next(self) -> bytes:
        """Another input."""
        data = self._rng.choice(self._pool)
        for _ in range(self._rng.choice((1, 1, 2, 3, 5, 8))):
            data = self._rng.choice(self._moves)(data)[: self._most]
        return data

    def _place(self, data: bytes) -> int:
        return self._rng.randrange(len(data) + 1)

    def _turn(self, data: bytes) -> bytes:
        if not data:
            return bytes([self._rng.randrange(256)])
        place = self._rng.randrange(len(data))
        return data[:place] + bytes([data[place] ^ (1 << self._rng.randrange(8))]) + data[place + 1 :]

    def _cut(self, data: bytes) -> bytes:
        first, last = sorted((self._place(data), self._place(data)))
        return data[:first] + data[last:] if self._rng.random() < 0.5 else data[first:last]

    def _splice(self, data: bytes) -> bytes:
        other = self._rng.choice(self._pool)
        return data[: self._place(data)] + other[self._place(other) :]

    def _repeat(self, data: bytes) -> bytes:
        first, last = sorted((self._place(data), self._place(data)))
        times = self._rng.choice((2, 3, 10, 100, 1000) if len(data) < 4000 else (2, 3))
        return data[:last] + data[first:last] * times + data[last:]

    def _word(self, data: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + self._rng.choice(self._words) + data[place + self._rng.randrange(4) :]

    def _shuffle(self, data: bytes) -> bytes:
        lines = data.split(b"\n")
        self._rng.shuffle(lines)
        return b"\n".join(lines)
