"""An agency's detector comes through the hook, is listed with its plugin, and must tell the innocent cause."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
import pytest

from eperf.domain.integrity.detector import detect
from eperf.plugins import (
    Detectable,
    Detector,
    EvidenceKind,
    Indicator,
    ReadyDetector,
    Strength,
    UnitPeriod,
)
from eperf.testing import activity, registry_of, unit_period
from tests.plugins.samples import cause_of, module

NIGHT = Indicator(
    "sample-long", "Kegiatan panjang", "Long activities", Detectable.YES, EvidenceKind.ENTRIES,
    Strength.WEAK, "Piket", "A watch", "Perwal Contoh 1/2026",
)  # fmt: skip


@dataclass(frozen=True)
class Long:
    """From which minutes on an activity is long."""

    over_min: int = 600


def long_ones(month: UnitPeriod, settings: Long) -> pl.DataFrame:
    rows = month.activities.filter(pl.col("minutes") > settings.over_min)
    return rows.select(
        "employee_id", "date", "minutes", evidence=pl.concat_list(pl.format("activity:{}", "activity_id"))
    )


DETECTOR: Detector = ReadyDetector("long", "1", NIGHT, Long, long_ones)


def test_a_detector_is_found_by_plugin_and_name_and_listed() -> None:
    registry = registry_of("sample", module(eperf_integrity_detectors=lambda: [DETECTOR]))
    assert list(registry.detectors) == ["sample/long"]
    [report] = registry.report()
    assert (report.state, report.parts) == ("ok", ("sample/long",))
    month = unit_period([], [activity(1, minutes=600), activity(2, minutes=601)], [])
    found = detect(registry.detectors["sample/long"].part, month)
    assert found["evidence"].to_list() == [["activity:2"]]


class AsyncFind:
    name, version, indicator, settings = "long", "1", NIGHT, Long

    async def find(self, month: object, settings: object) -> None: ...


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([ReadyDetector("long", "1", None, Long, long_ones)], "without indicator"),  # type: ignore[arg-type]
        ([replace(DETECTOR, indicator=replace(NIGHT, innocent_id=" "))], "without an innocent cause"),  # type: ignore[type-var]
        ([replace(DETECTOR, settings=dict)], "without settings"),  # type: ignore[type-var]
        ([replace(DETECTOR, name="Long Ones")], "name 'Long Ones'"),  # type: ignore[type-var]
        ([AsyncFind()], "find is async"),
        ([DETECTOR, DETECTOR], "two parts called sample/long"),
        (DETECTOR, "not a list"),
    ],
)
def test_a_wrong_detector_is_refused_with_the_reason(answer: object, why: str) -> None:
    assert why in cause_of(module(eperf_integrity_detectors=lambda: answer))
