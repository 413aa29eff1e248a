"""What a plugin gives to be judged by: settings for its schemes, and how its devices write their records.

A distribution names its samples beside its plugin, under the same name:

    [project.entry-points."eperf.samples"]
    kota-contoh = "eperf_kota_contoh.samples:SAMPLES"

`eperf plugins check` reads them. They ship with the distribution, so an agency can check what it has installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from eperf.domain.attendance.carried import FileProfile
from eperf.domain.attendance.source import DeviceRequest, DeviceState

__all__ = ["GROUP", "Growth", "SchemeSample", "SourceSample", "Tap"]

GROUP = "eperf.samples"
"""The group of the entry points."""

Growth = Literal["work", "absence"]
"""`work`: more verified work never lowers a score. `absence`: more unexcused absence never raises it."""


@dataclass(frozen=True)
class SchemeSample:
    """How a scheme is judged.

    `settings`: JSON values as in a binding. `needs`: facts without which there is no figure, a table (`days`) or a
    column (`employees.job_class`). `asked`: paths of settings that must be given, beside those without a default.
    `least` and `most`: between which every score lies; None is no bound. `grows`: in what the scheme is monotone.
    """

    part: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    least: Decimal | None = Decimal(0)
    most: Decimal | None = Decimal(100)
    grows: tuple[Growth, ...] = ("work", "absence")


@dataclass(frozen=True)
class Tap:
    """One record in a device: who, when on the device's own clock (no zone), and its state and verify numbers."""

    pin: str
    at: datetime
    status: int = 0
    verify: int = 1


@dataclass(frozen=True)
class SourceSample:
    """How a source is judged: a device of its kind, and functions that write taps as such a device does.

    `request` for a source to which devices push, `file` for one that reads files, `answer` for the body that one that
    asks over HTTP is given; at least one of them. `undefined` is a state number without a meaning.
    """

    part: str
    device: DeviceState
    request: Callable[[Sequence[Tap]], DeviceRequest] | None = None
    file: Callable[[Sequence[Tap]], bytes] | None = None
    answer: Callable[[Sequence[Tap]], bytes] | None = None
    profile: FileProfile = field(default_factory=lambda: FileProfile(420))
    undefined: int = 99
