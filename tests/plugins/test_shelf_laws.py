"""Every plugin of the checkout is checked by its name, as an agency would; and what is built in keeps the same laws."""

from __future__ import annotations

from pathlib import Path

import pytest

from eperf.domain.attendance.source import DeviceRequest, DeviceState
from eperf.plugins import builtin
from eperf.plugins.builtin.adms import AdmsPush
from eperf.plugins.builtin.carried_files import UsbFile
from eperf.plugins.discovery import discover
from eperf.plugins.samples import SourceSample, Tap
from eperf.testing.laws import Bounds, breaches
from eperf.testing.laws.case import verdict
from eperf.testing.laws.others import DETECTOR_LAWS, POLICY_LAWS, DetectorCase, PolicyCase, days
from eperf.testing.laws.sources import SOURCE_LAWS, SourceCase, taps
from eperf.testing.random_month import random_month
from tests.support.examples import TIMES

FOLDER = Path(builtin.__file__).parent
UNPLAYABLE = {"zk-pull"}
"""Asked in a protocol of its own, by a process of its own: its tests play a machine."""
NAMES = sorted({one.name for one in discover() if one.distribution.startswith("eperf-")} - UNPLAYABLE)


@pytest.mark.parametrize("name", NAMES)
def test_an_installed_plugin_keeps_every_law(name: str) -> None:
    assert [str(one) for one in breaches(name, Bounds(examples=TIMES))] == []


@pytest.mark.parametrize("policy", builtin.eperf_work_time_policies(), ids=lambda one: one.name)
def test_a_built_in_policy_keeps_every_law(policy: object) -> None:
    case = PolicyCase(policy, FOLDER, (), 5)  # type: ignore[arg-type]
    assert [verdict(law, case, day) for law in POLICY_LAWS for day in days(1)] == [None] * 4 * len(
        POLICY_LAWS
    )


@pytest.mark.parametrize("detector", builtin.eperf_integrity_detectors(), ids=lambda one: one.name)
def test_a_built_in_detector_keeps_every_law(detector: object) -> None:
    case, month = DetectorCase(detector, FOLDER, (), 5), random_month(1)  # type: ignore[arg-type]
    assert [verdict(law, case, month) for law in DETECTOR_LAWS] == [None] * len(DETECTOR_LAWS)


def lines(played: list[Tap]) -> bytes:
    return "".join(
        f"{tap.pin}\t{tap.at:%Y-%m-%d %H:%M:%S}\t{tap.status}\t{tap.verify}\t0\n" for tap in played
    ).encode()


def carried(played: list[Tap]) -> bytes:
    """A stick's own order: the machine's number stands before the state."""
    return "".join(
        f"{tap.pin:>9}\t{tap.at:%Y-%m-%d %H:%M:%S}\t1\t{tap.status}\t{tap.verify}\t0\n" for tap in played
    ).encode()


def pushed(played: list[Tap]) -> DeviceRequest:
    query = {"SN": "D1", "table": "ATTLOG", "Stamp": "1"}
    return DeviceRequest("POST", "/iclock/cdata", query, lines(played))


@pytest.mark.parametrize(
    ("source", "given"),
    [(AdmsPush(), {"request": pushed}), (UsbFile(), {"file": carried})],
    ids=["adms", "usb"],
)
def test_a_built_in_source_keeps_every_law(source: AdmsPush, given: dict[str, object]) -> None:
    sample = SourceSample(source.name, DeviceState("D1", "active", 420), **given)  # type: ignore[arg-type]
    case = SourceCase(source, sample)
    assert [verdict(law, case, taps(1)) for law in SOURCE_LAWS] == [None] * len(SOURCE_LAWS)
