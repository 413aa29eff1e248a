"""Counters for `/metrics` that cost a request an addition or two: the library's take a lock and four calls for each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector


class Tally(Collector):
    """Counts by labels, from one thread; read from any. `counts` has every combination from the start."""

    def __init__(
        self, name: str, meaning: str, labels: Iterable[str], combinations: Iterable[tuple[str, ...]]
    ) -> None:
        self._name, self._meaning, self._labels = name, meaning, list(labels)
        self.counts = dict.fromkeys(combinations, 0)
        REGISTRY.register(self)

    def collect(self) -> Iterable[CounterMetricFamily]:
        """The counts as the library shows them."""
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for combination, count in self.counts.items():
            family.add_metric(combination, count)
        yield family


class Spread(Collector):
    """How long things took, in seconds, by labels, from one thread; read from any."""

    bounds = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

    def __init__(
        self, name: str, meaning: str, labels: Iterable[str], combinations: Iterable[tuple[str, ...]]
    ) -> None:
        self._name, self._meaning, self._labels = name, meaning, list(labels)
        self._counts = {each: [0] * (len(self.bounds) + 1) for each in combinations}
        self._sums = dict.fromkeys(self._counts, 0.0)
        REGISTRY.register(self)

    def took(self, combination: tuple[str, ...], seconds: float) -> None:
        """One took so long."""
        self._counts[combination][bisect_left(self.bounds, seconds)] += 1
        self._sums[combination] += seconds

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """The counts as the library shows them."""
        family = HistogramMetricFamily(self._name, self._meaning, labels=self._labels)
        names = [*map(str, self.bounds), "+Inf"]
        for combination, counts in self._counts.items():
            family.add_metric(
                combination, list(zip(names, accumulate(counts), strict=True)), self._sums[combination]
            )
        yield family
