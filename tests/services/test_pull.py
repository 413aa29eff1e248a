"""Devices that are asked: what comes is kept once, a failure stands on the device and harms no other, a pull resumes."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eperf.adapters.outgoing import Outgoing
from eperf.app.cli import app
from eperf.app.leader import Leader
from eperf.domain.access import Role
from eperf.domain.attendance.network import networks_of
from eperf.domain.attendance.pull import HttpAnswer, HttpAsk, next_pull
from eperf.domain.errors import BadInput, NotFound, PullFailed
from eperf.services.attendance.devices import enrol, register
from eperf.services.attendance.pull import pull_due, pull_named
from eperf.store.attendance import DayRow, DeviceRow, PunchRow, UnreadRow
from eperf_zk_pull.records import encode_time
from tests.support.town import NOW, Town
from tests.support.zk_machine import Machine, switched_on

EVERY = timedelta(minutes=15)
LOOPBACK = Outgoing(networks_of("127.0.0.0/8"))
TOKEN = "rahasia-uji"


class Cloud:
    """A cloud of ours: an answer for each request, in turn; what is no answer is raised."""

    def __init__(self, *answers: HttpAnswer | Exception) -> None:
        self.answers, self.asked = list(answers), []  # type: ignore[var-annotated]

    def http(self, ask: HttpAsk) -> HttpAnswer:
        self.asked.append(ask)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def address(self, host: str) -> str:
        raise AssertionError(host)


def scans(*times: str, pin: str = "2") -> HttpAnswer:
    data = [{"pin": pin, "scan_date": time, "verify": 1, "status_scan": 0} for time in times]
    return HttpAnswer(200, json.dumps({"success": True, "trans_id": "1", "data": data}).encode())


async def device(town: Town, serial: str, source: str, **options: str) -> int:
    admin = town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))
    number = await register(admin, serial, serial, town.units["office"], source, options)
    await enrol(admin, number, [("2", town.people["Budi"])], date(2026, 1, 1))
    return number


async def cloud_device(town: Town, first: str = "2026-11-21") -> int:
    return await device(town, "C1", "fingerspot/cloud", token=TOKEN, pull_from=first)


def log(*records: tuple[str, str]) -> bytes:
    return b"".join(
        struct.pack("<H24sBIB8s", 1, pin.encode(), 1, encode_time(wall), 0, b"\0\0\0\0\xff\0\0\0")
        for pin, wall in records
    )


async def test_a_cloud_is_asked_in_windows_of_two_days_and_days_follow(town: Town) -> None:
    number = await cloud_device(town)
    cloud = Cloud(scans("2026-11-21 07:00:00"), scans("2026-11-23 07:25:00", "2026-11-23 07:25:00"))
    done = await pull_named(town.call("Sri"), "C1", cloud, EVERY)
    assert (done.used, done.duplicates, done.unexplained, done.error) == (2, 1, 0, None)
    windows = [json.loads(ask.body) for ask in cloud.asked]
    assert [(one["start_date"], one["end_date"]) for one in windows] == [
        ("2026-11-21", "2026-11-22"),
        ("2026-11-23", "2026-11-24"),
    ]
    assert {ask.url for ask in cloud.asked} == {"https://developer.fingerspot.io/api/get_attlog"}
    assert cloud.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert await DayRow.exists(employee_id=town.people["Budi"], date=date(2026, 11, 23))
    row = await DeviceRow.get(id=number)
    assert (row.pulled_at, row.pull_at, row.pull_error) == (NOW, NOW + EVERY, None)
    assert row.stamps["pull_day"] == "2026-11-21"


async def test_a_pull_that_breaks_off_keeps_what_came_says_why_and_goes_on_there(town: Town) -> None:
    number = await cloud_device(town, "2026-11-17")
    broken = Cloud(
        scans("2026-11-17 07:00:00"), PullFailed("host", "developer.fingerspot.io", "it does not answer")
    )
    done = await pull_named(town.call("Sri"), "C1", broken, EVERY)
    assert (done.used, done.error is not None) == (1, True)
    row = await DeviceRow.get(id=number)
    assert (row.pulled_at, row.pull_failed_at, row.pull_failures) == (None, NOW, 1)
    assert "it does not answer" in (row.pull_error or "")
    assert TOKEN not in (row.pull_error or "")
    assert row.pull_at == NOW + 2 * EVERY
    later = NOW + 2 * EVERY
    whole = Cloud(scans(), scans(), scans("2026-11-23 07:25:00"))
    assert [one.used for one in await pull_due(town.call("Sri", now=later), whole, EVERY)] == [1]
    assert json.loads(whole.asked[0].body)["start_date"] == "2026-11-19"
    row = await DeviceRow.get(id=number)
    assert (row.pulled_at, row.pull_failures, row.pull_error) == (later, 0, None)
    assert row.pull_failed_at == NOW


async def test_what_a_webhook_brought_counts_once_when_it_is_asked_for(town: Town) -> None:
    await cloud_device(town, "2026-11-23")
    for expected in ((1, 0), (0, 1)):
        done = await pull_named(town.call("Sri"), "C1", Cloud(scans("2026-11-23 07:25:00"), scans()), EVERY)
        assert (done.used, done.duplicates) == expected
    assert (await PunchRow.get()).copies == 1


async def test_one_device_s_trouble_is_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await cloud_device(town, "2026-11-23")
    await device(town, "Z1", "zk-pull/port-4370", host="127.0.0.1", port="1")
    await device(town, "S1", "eperf/soap-file", host="10.0.0.1")

    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(town.registry.sources["eperf/soap-file"].part), "pull", breaks)

    class Both(Cloud):
        def address(self, host: str) -> str:
            return LOOPBACK.address(host)

    done = await pull_due(town.call("Sri"), Both(scans("2026-11-23 07:25:00"), scans()), EVERY)
    by_serial = {one.serial: one for one in done}
    assert set(by_serial) == {"C1", "S1", "Z1"}
    assert by_serial["C1"].error is None
    assert "ZeroDivisionError" in (by_serial["S1"].error or "")
    assert "127.0.0.1:1" in (by_serial["Z1"].error or "")
    assert await pull_due(town.call("Sri"), Cloud(), EVERY) == []


async def test_a_source_that_cannot_say_whom_it_asks_keeps_no_other_from_being_asked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cloud_device(town, "2026-11-23")
    await device(town, "S1", "eperf/soap-file", host="10.0.0.1")

    def breaks(*_: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(type(town.registry.sources["eperf/soap-file"].part), "is_asked", breaks)
    done = await pull_due(town.call("Sri"), Cloud(scans("2026-11-23 07:25:00"), scans()), EVERY)
    assert [(one.serial, one.error) for one in done] == [("C1", None)]
    with pytest.raises(ZeroDivisionError):
        await pull_named(town.call("Sri"), "S1", Cloud(), EVERY)


async def test_a_machine_at_port_4370_is_read_and_unknown_pins_and_broken_records_are_kept(
    town: Town,
) -> None:
    records = (("2", "2026-11-23T07:25:00"), ("77", "2026-11-23T07:26:00"), ("2", "2026-11-23T16:05:00"))
    with switched_on(Machine(log=log(*records) + b"\xff" * 40, count=4)) as machine:
        await device(town, "Z1", "zk-pull/port-4370", host="127.0.0.1", port=str(machine.port))
        done = await pull_named(town.call("Sri"), "Z1", LOOPBACK, EVERY)
        assert (done.used, done.unexplained, done.error) == (2, 2, None)
        again = await pull_named(town.call("Sri"), "Z1", LOOPBACK, EVERY)
    assert (again.used, again.duplicates, again.unexplained) == (0, 0, 0)
    assert (await UnreadRow.get()).line == "ff" * 40
    assert await PunchRow.all().count() == 3


async def test_a_device_that_is_not_to_be_asked_is_refused_by_name(town: Town) -> None:
    await device(town, "C1", "fingerspot/cloud")
    with pytest.raises(BadInput, match="C1"):
        await pull_named(town.call("Sri"), "C1", Cloud(), EVERY)
    with pytest.raises(NotFound):
        await pull_named(town.call("Sri"), "NOBODY", Cloud(), EVERY)
    assert await pull_due(town.call("Sri"), Cloud(), EVERY) == []


async def test_the_leader_asks_what_is_due_and_does_not_stop_at_a_failure(town: Town) -> None:
    await cloud_device(town, "2026-11-23")
    asked: list[str] = []

    def call() -> Any:
        asked.append("")
        if len(asked) == 1:
            raise RuntimeError("the database was away")
        return town.call("Sri")

    cloud = Cloud(scans("2026-11-23 07:25:00"))
    leader = Leader({}, call, None, None, cloud, pull_every=timedelta(seconds=0.1))  # type: ignore[arg-type]
    duty = asyncio.create_task(leader._ask_around())
    async with asyncio.timeout(200):
        while (await DeviceRow.get(serial="C1")).pulled_at is None:
            await asyncio.sleep(0.1)
    duty.cancel()
    assert len(asked) >= 2
    assert await PunchRow.all().count() == 1


def test_failures_in_a_row_are_tried_ever_later_up_to_six_hours() -> None:
    waits = [next_pull(NOW, EVERY, failures) - NOW for failures in (0, 1, 2, 3, 10, 1000)]
    assert waits == [EVERY, 2 * EVERY, 4 * EVERY, 8 * EVERY, timedelta(hours=6), timedelta(hours=6)]
    assert next_pull(NOW, timedelta(days=1), 3) - NOW == timedelta(days=1)


def test_the_command_asks_one_device_and_says_what_came(
    new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPERF_DATABASE_URL", new_database())
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path))
    nothing = CliRunner().invoke(app, ["pull"])
    assert (nothing.exit_code, nothing.stdout.strip()) == (0, "No device is due.")
    unknown = CliRunner().invoke(app, ["pull", "NOBODY"])
    assert unknown.exit_code == 2
