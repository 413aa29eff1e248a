"""Every scheme that a checkout installs: where it is defined, settings for it as JSON, and what a score of it needs."""

from __future__ import annotations

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


_CEILING = {"absent_min": 300, "leave_min": 0, "reducer_basis": "Pergub Contoh 1/2026"}
_TIER = {"zero_surplus_k_pct": "50", "zero_surplus_basis": "Perbup Contoh 1/2026"}
_DIMENSIONS = [{"name": "service_oriented"}, {"name": "cooperation", "weight": 2}]
_FACTORS = [{"from_pct": "0", "counts_pct": "0"}, {"from_pct": "70.5", "counts_pct": "83.33"}]

INSTALLED = (
    Installed("eperf/norm-minutes", "eperf.plugins.builtin.norm_minutes:SCHEME"),
    Installed(
        "kemensos-2021/performance",
        "eperf_kemensos_2021.scheme:SCHEME",
        {
            "weights": {"work": 60, "behaviour": 20, "attendance": 20},
            "monthly_target": "6000.5",
            "cap_percent": "110",
            "dimensions": _DIMENSIONS,
            "scale": "above_lowest",
            "deciding": "previous_month",
            "basis": "Kepmensos Contoh 1/2026",
            "attendance_ladder": "ma-2020",
        },
        ("days", "behaviour"),
        ("weights.work", "monthly_target", "dimensions", "scale"),
    ),
    Installed("ministry-70-30/attendance", "eperf_ministry_70_30.scheme:SCHEME", {}, ("days",)),
    Installed(
        "ministry-70-30/pay",
        "eperf_ministry_70_30.scheme:PAY",
        {"deciding": "previous_quarter"},
        ("days", "predikat"),
        ("deciding",),
    ),
    Installed("ministry-ladder/attendance", "eperf_ministry_ladder.scheme:SCHEME", {}, ("days",)),
    Installed(
        "minutes-ceiling/activity",
        "eperf_minutes_ceiling.scheme:SCHEME",
        _CEILING,
        ("days",),
        tuple(_CEILING),
    ),
    Installed(
        "minutes-ceiling/result",
        "eperf_minutes_ceiling.whole:RESULT",
        {**_CEILING, "deciding": "year"},
        ("days", "targets", "employees.position_kind"),
        ("deciding",),
    ),
    Installed(
        "pare/performance",
        "eperf_pare.scheme:SCHEME",
        {"ethics_deciding": "month"},
        ("targets", "behaviour"),
        ("ethics_deciding",),
    ),
    Installed(
        "points-catalogue/points",
        "eperf_points_catalogue.scheme:SCHEME",
        {"attendance": {"absent": "5", "late": [{"from_min": 1, "cut": "0.5"}], "most": "30"}},
    ),
    Installed(
        "predikat-quarter-lag/paid",
        "eperf_predikat_quarter_lag.scheme:SCHEME",
        {"attendance": {"rates": {"absent": "5", "missing_tap": "1.5"}, "of": "received", "basis": "Contoh"}},
        ("days", "predikat"),
        ("attendance", "attendance.rates", "attendance.of", "attendance.basis"),
    ),
    Installed(
        "surabaya-80-20/performance",
        "eperf_surabaya_80_20.scheme:SCHEME",
        {
            "deciding": "quarter",
            "cost": {"weight_pct": 33, "factors": _FACTORS},
            "quality": {"weight_pct": 34, "factors": _FACTORS},
            "time": {"weight_pct": 33, "factors": _FACTORS},
            "dimensions": _DIMENSIONS,
            "scale": "of_highest",
            "least_score": "25.5",
            "tables_basis": "Perwali Contoh 1/2026",
        },
        ("targets", "behaviour"),
        ("cost.factors", "quality.weight_pct", "dimensions", "scale", "least_score", "tables_basis"),
    ),
    Installed("surplus-tier/workload", "eperf_surplus_tier.scheme:SCHEME", _TIER, (), tuple(_TIER)),
    Installed(
        "surplus-tier/total",
        "eperf_surplus_tier.whole:TOTAL",
        {
            **_TIER,
            "rating": {"dimensions": _DIMENSIONS, "scale": "of_highest", "deciding": "month"},
            "rating_basis": "Perbup Contoh 1/2026",
        },
        ("behaviour",),
        ("rating", "rating_basis"),
    ),
)
"""Which facts a figure cannot do without is a claim of each scheme; the conformance tests hold it to that."""
