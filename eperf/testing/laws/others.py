"""The laws of work-time policies and of integrity detectors."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from eperf.domain.attendance.day import DayInput, LocalPunch
from eperf.domain.attendance.policy import WorkTimePolicy
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import BadInput
from eperf.domain.integrity.detector import Detector, detect
from eperf.domain.scoring import UnitPeriod
from eperf.testing.broken import LawBroken, hold
from eperf.testing.laws.case import Law
from eperf.testing.laws.guard import Watch
from eperf.testing.laws.outside import OUTSIDE, calls_of

_ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class PolicyCase:
    """A work-time policy on trial."""

    policy: WorkTimePolicy
    folder: Path
    files: tuple[Path, ...]
    seconds: float

    def run(self, day: DayInput) -> object:
        """The day as the policy has it, with its default settings."""
        return self.policy.classify(day, self.policy.settings())


@dataclass(frozen=True)
class DetectorCase:
    """A detector on trial."""

    detector: Detector
    folder: Path
    files: tuple[Path, ...]
    seconds: float

    def run(self, month: UnitPeriod) -> object:
        """The checked hints of a month, with default thresholds."""
        return detect(self.detector, month).to_dicts()


Case = PolicyCase | DetectorCase
OtherLaw = Law[Case, object]


def days(seed: int, count: int = 4) -> list[DayInput]:
    """Days by chance: with taps in any number, holidays, leave, and without anything."""
    chance = random.Random(seed)  # noqa: S311 - a seed that repeats is the point
    return [_day(chance) for _ in range(count)]


def _day(chance: random.Random) -> DayInput:
    on = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
    midnight = datetime(on.year, on.month, on.day, tzinfo=_ZONE)
    minutes = sorted(chance.sample(range(300, 1_430), chance.randrange(5)))
    punches = tuple(
        LocalPunch(midnight + timedelta(minutes=one), chance.choice(list(PunchKind)), place + 1)
        for place, one in enumerate(minutes)
    )
    return DayInput(
        on,
        _ZONE,
        punches,
        is_holiday=chance.random() < 0.1,
        is_ramadan=chance.random() < 0.1,
        leave="CT" if chance.random() < 0.1 else None,
        duty="DL" if chance.random() < 0.1 else None,
        is_over=chance.random() < 0.9,
    )


def plainer(day: DayInput) -> list[DayInput]:
    """Days with a thing less each."""
    less = [replace(day, punches=day.punches[:at] + day.punches[at + 1 :]) for at in range(len(day.punches))]
    plain: list[dict[str, Any]] = [{name: value} for name, value in _PLAIN if getattr(day, name) != value]
    return [*less, *(replace(day, **given) for given in plain)]


def _fails(case: Case, example: object) -> None:
    with _watch(case).on() as seen:
        try:
            _run(case, example)
        except BadInput:
            return  # its own law
        except Exception as error:
            if seen.seen is None:
                raise LawBroken("fails", f"raises {error!r}") from error
        except BaseException:
            if seen.seen is None:
                raise


def _pure(case: Case, example: object) -> None:
    try:
        first, second = _run(case, example), _run(case, example)
    except Exception:
        return  # another law's business
    hold("pure", first == second, "a second run gives something else")


def _outside(law: str) -> OtherLaw:
    def judge(case: Case, example: object) -> None:
        for found, name, path, line in calls_of(case.files):
            if found == law:
                raise LawBroken(law, f"calls {name}", place=f"{path}:{line}")
        watch = _watch(case)
        try:
            with watch.on():
                _run(case, example)
        except BaseException:
            if watch.seen is None:
                return
        if watch.seen is not None and watch.seen.law == law:
            raise LawBroken(law, watch.seen.what, place=watch.seen.place)

    return Law(law, f"reads no {law}", judge)


def _slow(case: Case, example: object) -> None:
    _outside("slow").judge(case, example)


def _evident(case: Case, example: object) -> None:
    try:
        _run(case, example)
    except BadInput as refused:
        raise LawBroken("evident", f"a hint is refused: {refused}") from refused
    except Exception:
        return  # another law's business


def _run(case: Case, example: object) -> object:
    return case.run(example)  # type: ignore[arg-type]


def _watch(case: Case) -> Watch:
    return Watch(case.folder, case.seconds)


_PLAIN = (("is_holiday", False), ("is_ramadan", False), ("leave", None), ("duty", None), ("is_over", True))
_SHARED: tuple[OtherLaw, ...] = (
    Law("slow", "it ends within the time that is given", _slow),
    *(_outside(name) for name in OUTSIDE),
    Law("fails", "nothing makes it fail", _fails),
    Law("pure", "the same input gives the same output", _pure),
)
POLICY_LAWS: tuple[OtherLaw, ...] = _SHARED
DETECTOR_LAWS: tuple[OtherLaw, ...] = (
    *_SHARED,
    Law("evident", "every hint has evidence, is about the unit's people and within the month", _evident),
)
