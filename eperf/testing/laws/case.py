"""A part on trial: what it is, what it was given, and where its code stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from eperf.domain.scoring import Scheme, UnitPeriod
from eperf.plugins.samples import SchemeSample
from eperf.testing.broken import LawBroken
from eperf.testing.laws.guard import Watch

C = TypeVar("C")
E = TypeVar("E")


@dataclass(frozen=True)
class SchemeCase:
    """A scheme with the settings of its sample; `origin` is where another process imports its plugin from."""

    scheme: Scheme[Any]
    settings: Any
    sample: SchemeSample
    origin: str
    folder: Path
    files: tuple[Path, ...]
    seconds: float


@dataclass(frozen=True)
class Law(Generic[C, E]):
    """A law of a kind of part: its name, what it says, and the judge, who raises `LawBroken` over an example.

    `whole`: the example is a month in which nothing is missing. `once`: one example is enough.
    """

    name: str
    says: str
    judge: Callable[[C, E], None]
    whole: bool = False
    once: bool = False


SchemeLaw = Law[SchemeCase, UnitPeriod]


def verdict(law: Law[C, E], case: C, example: E) -> LawBroken | None:
    """How the example breaks the law, or None."""
    try:
        law.judge(case, example)
    except LawBroken as broken:
        return broken if broken.law == law.name else None
    return None


def watch(case: SchemeCase) -> Watch:
    """Guards for a run of the case's code."""
    return Watch(case.folder, case.seconds)
