"""Every scheme that a checkout installs: where it is defined, and the sample that its plugin gives for it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Installed:
    """A scheme by its key; `needs` as in `assert_missing_is_said`, `asked` as in `assert_settings_are_asked_for`."""

    key: str
    where: str
    given: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


_WHERE = {
    "eperf/norm-minutes": "eperf.plugins.builtin.norm_minutes:SCHEME",
    "kemensos-2021/performance": "eperf_kemensos_2021.scheme:SCHEME",
    "ministry-70-30/attendance": "eperf_ministry_70_30.scheme:SCHEME",
    "ministry-70-30/pay": "eperf_ministry_70_30.scheme:PAY",
    "ministry-ladder/attendance": "eperf_ministry_ladder.scheme:SCHEME",
    "minutes-ceiling/activity": "eperf_minutes_ceiling.scheme:SCHEME",
    "minutes-ceiling/result": "eperf_minutes_ceiling.whole:RESULT",
    "pare/performance": "eperf_pare.scheme:SCHEME",
    "points-catalogue/points": "eperf_points_catalogue.scheme:SCHEME",
    "predikat-quarter-lag/paid": "eperf_predikat_quarter_lag.scheme:SCHEME",
    "surabaya-80-20/performance": "eperf_surabaya_80_20.scheme:SCHEME",
    "surplus-tier/workload": "eperf_surplus_tier.scheme:SCHEME",
    "surplus-tier/total": "eperf_surplus_tier.whole:TOTAL",
}


def _installed(key: str, where: str) -> Installed:
    plugin, _, part = key.partition("/")
    if plugin == "eperf":
        return Installed(key, where)
    samples = importlib.import_module(f"{where.partition('.')[0]}.samples").SAMPLES
    [sample] = [one for one in samples if one.part == part]
    return Installed(key, where, dict(sample.settings), sample.needs, sample.asked)


INSTALLED = tuple(_installed(key, where) for key, where in _WHERE.items())
"""Which facts a figure cannot do without is a claim of each scheme; the conformance tests hold it to that."""
