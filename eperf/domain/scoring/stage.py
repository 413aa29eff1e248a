"""A scheme is an ordered list of stages, each filled with parts.

The stages and their order are fixed, because an auditor of any unit must find the same steps; what fills
them is the unit's. `capacity` says what could be expected of a person (it publishes values, no points),
`work`, `behaviour`, `attendance` and `other` add or take hundredths of the score, `combine` weighs and
bounds the sum.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import polars as pl

from eperf.domain.scoring.frame import Frame

STAGES = ("capacity", "work", "behaviour", "attendance", "other", "combine")
NAME = re.compile(r"[a-z][a-z0-9-]{0,62}\Z")
"""How plugins and parts are named: lower case letters, digits and hyphens."""

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


@dataclass(frozen=True, eq=False)
class PartOutput:
    """What a part found.

    `leaves`: from `leaves(…)`, one frame or several, or None. `values`: `employee_id` and integer columns
    that later parts read with `frame.value(name)`. `missing`: `employee_id` and `cause` (a short code) of
    those for whom no figure can be had; their score becomes provisional with that cause, never zero.
    `looped`: rows that were visited in Python.
    """

    leaves: pl.DataFrame | Sequence[pl.DataFrame] | None = None
    values: pl.DataFrame | None = None
    missing: pl.DataFrame | None = None
    looped: int = 0


class Part(Protocol[S_contra]):
    """One rule. `rule_id` is `plugin.rule`; `legal_basis` cites the article that the rule carries out."""

    @property
    def rule_id(self) -> str: ...  # noqa: D102

    @property
    def legal_basis(self) -> str: ...  # noqa: D102

    def run(self, frame: Frame, settings: S_contra) -> PartOutput:
        """Pure: the same frame and settings give the same output; no clock, file, network or chance."""


@dataclass(frozen=True, eq=False)
class StagePart(Generic[S]):
    """A part in its stage."""

    stage: str
    part: Part[S]

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"stage {self.stage!r} is not one of {', '.join(STAGES)}")


@dataclass(frozen=True, eq=False)
class Scheme(Generic[S]):
    """A unit's way from a month of facts to a score.

    `name` is unique in its plugin; `version` changes when a figure can change. `settings` is a frozen
    dataclass of plain types (int, str, bool, Decimal, date, Enum, tuple, other such dataclasses), no
    floats; a field without a default must be given when the scheme is bound. Parts of the same stage run in
    the order given.
    """

    name: str
    version: str
    title_id: str
    title_en: str
    legal_basis: str
    settings: type[S]
    parts: tuple[StagePart[S], ...]

    def __post_init__(self) -> None:
        if not NAME.match(self.name):
            raise ValueError(f"scheme name {self.name!r} is not lower case letters, digits and hyphens")
        if not self.parts:
            raise ValueError(f"scheme {self.name!r} has no parts")
        _check_settings(self.settings)

    def ordered(self) -> list[StagePart[S]]:
        """The parts in the order in which they run."""
        return sorted(self.parts, key=lambda filled: STAGES.index(filled.stage))


def _check_settings(settings: type) -> None:
    if not dataclasses.is_dataclass(settings):
        raise TypeError(f"settings {settings!r} is not a dataclass")
    if not settings.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise TypeError(f"settings {settings.__name__} is not frozen")
    for name, hint in typing.get_type_hints(settings).items():
        _check_hint(f"{settings.__name__}.{name}", hint)


def _check_hint(name: str, hint: object) -> None:
    if hint is float or hint is complex:
        raise TypeError(f"setting {name} is a float; use int or Decimal")
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        _check_settings(hint)
    for inner in typing.get_args(hint):
        _check_hint(name, inner)
