"""Machines and clouds over HTTP, on a real database: what they are answered, and what of it is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from eperf.app import devices
from eperf.domain.access import Role
from eperf.domain.errors import BadInput, Forbidden, TooMany
from eperf.services.attendance.devices import MOST_OPTIONS, enrol, register
from eperf.store.attendance import DayRow, DeviceRow, PunchRow, UnreadRow
from eperf.store.event import EventRow
from eperf_fingerspot.signature import signature_of
from tests.support.house import house_of, serving
from tests.support.town import NOW, SINCE, TODAY, Town, build

TOKEN = "rahasia-uji"
OLD, HUB = "/fingerspot/webhook", "/fingerspot/hub"
SCAN = {"pin": "2", "scan": "2026-11-24 07:25", "verify": "4", "status_scan": "0"}
EVENT = {
    "event": "attendance", "cloudId": "HUB1", "employeeNo": "2", "name": "Budi", "cardNo": "0009123456",
    "verifyMode": "face", "attendanceStatus": "check_in", "eventTime": "2026-11-24T07:25:00+07:00",
}  # fmt: skip


@dataclass
class Gate:
    """A town whose machines are listened to: a cloud of each generation, with Budi's PIN 2 in both."""

    town: Town
    client: httpx.AsyncClient

    async def scan(self, data: object, cloud_id: object = "CLOUD1", kind: str = "attlog") -> httpx.Response:
        return await self.client.post(OLD, json={"type": kind, "cloud_id": cloud_id, "data": data})

    async def event(self, event: object, token: str = TOKEN, age: int = 0, path: str = HUB) -> httpx.Response:
        body = json.dumps(event).encode()
        headers = {
            "X-Hub-API-Timestamp": str(int(NOW.timestamp()) - age),
            "X-Hub-API-Signature-256": signature_of(token, body),
        }
        return await self.client.post(path, content=body, headers=headers)


def officer(town: Town) -> Any:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))


@pytest.fixture
async def gate(database: str, tmp_path: Path) -> AsyncIterator[Gate]:
    town = await build()
    office = town.units["office"]
    old = await register(officer(town), "CLOUD1", "Back door", office, "fingerspot/cloud")
    hub = await register(officer(town), "HUB1", "Side door", office, "fingerspot/hub", {"token": TOKEN})
    for device in (old, hub):
        await enrol(officer(town), device, [("2", town.people["Budi"])], SINCE)
    house = house_of(database, tmp_path / "data", town.registry, lambda: NOW)
    async with (
        serving(devices.routes(house)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield Gate(town, client)


async def test_a_scan_of_the_first_generation_becomes_a_punch_and_a_day(gate: Gate) -> None:
    answer = await gate.scan(SCAN)
    assert (answer.status_code, answer.text) == (200, "OK")
    punch = await PunchRow.get()
    assert (punch.source, punch.pin, punch.kind, punch.verify) == ("fingerspot/cloud", "2", "in", "face")
    assert punch.occurred_at.isoformat() == "2026-11-24T00:25:00+00:00"
    assert (punch.employee_id, punch.outcome) == (gate.town.people["Budi"], "used")
    assert json.loads(punch.line) == SCAN
    day = await DayRow.get(employee_id=gate.town.people["Budi"], date=TODAY)
    assert day.first_in == punch.occurred_at


async def test_a_signed_event_becomes_a_punch_and_a_replay_with_a_fresh_time_adds_nothing(gate: Gate) -> None:
    answers = [await gate.event(EVENT, age=age) for age in (5, 0, 300)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "OK")}
    punch = await PunchRow.get()
    assert (punch.source, punch.kind, punch.verify) == ("fingerspot/hub", "in", "face")
    assert punch.copies == 2
    assert "0009123456" not in punch.line
    assert await EventRow.filter(kind="attendance.punched").count() == 1


async def test_copies_at_once_count_once(gate: Gate) -> None:
    answers = await asyncio.gather(
        *(gate.event(EVENT) for _ in range(8)), *(gate.scan(SCAN) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert sorted([punch.source for punch in await PunchRow.all()]) == [
        "fingerspot/cloud",
        "fingerspot/hub",
    ]


async def test_what_is_not_believed_is_answered_401_and_nothing_is_kept(gate: Gate) -> None:
    for answer, reason in (
        (await gate.event(EVENT, token="another"), "BAD_SIGNATURE"),
        (await gate.event(EVENT, age=301), "TOO_OLD"),
        (await gate.client.post(HUB, json=EVENT), "TOO_OLD"),
    ):
        assert (answer.status_code, answer.text) == (401, reason)
    assert await PunchRow.all().count() == 0
    assert await UnreadRow.all().count() == 0


async def test_a_signed_device_cannot_be_spoken_for_where_nothing_is_signed(gate: Gate) -> None:
    """The unsigned doors of other sources do not open for a device that is registered for a signed one."""
    old = await gate.scan(SCAN, cloud_id="HUB1")
    adms = await gate.client.post(
        "/iclock/cdata", params={"SN": "HUB1", "table": "ATTLOG"}, content=b"2\t2026-11-24 07:25:00\t0\t1"
    )
    crossed = await gate.event(EVENT | {"cloudId": "CLOUD1"})
    assert [answer.status_code for answer in (old, adms, crossed)] == [403, 403, 403]
    assert await PunchRow.all().count() == 0


async def test_a_cloud_id_that_nobody_registered_is_kept_as_inactive_and_can_be_adopted(gate: Gate) -> None:
    assert (await gate.scan(SCAN, cloud_id="NEW1")).status_code == 403
    device = await DeviceRow.get(serial="NEW1")
    assert (device.state, device.source) == ("inactive", "fingerspot/cloud")
    assert await PunchRow.all().count() == 0
    await register(officer(gate.town), "NEW1", "Gate", gate.town.units["office"], "fingerspot/cloud")
    assert (await gate.scan(SCAN, cloud_id="NEW1")).status_code == 200
    assert (await PunchRow.get()).outcome == "unexplained"


async def test_what_cannot_be_read_is_acknowledged_and_kept_once_with_its_reason(gate: Gate) -> None:
    for _ in range(2):
        assert (await gate.scan({"pin": "2"})).status_code == 200
        assert (await gate.event({"event": "attendance", "cloudId": "HUB1"})).status_code == 200
    rows = await UnreadRow.all().order_by("id")
    assert [(row.source, row.outcome, row.reason, row.copies) for row in rows] == [
        ("fingerspot/cloud", "unexplained", "time_missing", 1),
        ("fingerspot/hub", "unexplained", "pin_missing", 1),
    ]
    assert json.loads(rows[0].line) == {"pin": "2"}
    assert await PunchRow.all().count() == 0


async def test_a_device_is_heard_from_its_own_networks_only(gate: Gate) -> None:
    office = gate.town.units["office"]
    for networks, answer in (("203.0.113.0/24", 403), ("10.0.0.0/8, 127.0.0.0/8", 200)):
        options = {"networks": networks}
        await register(officer(gate.town), "CLOUD1", "Back door", office, "fingerspot/cloud", options)
        assert (await gate.scan(SCAN)).status_code == answer
    assert await PunchRow.all().count() == 1


BODIES: list[bytes] = [
    b"", b"\x00", b"\xff\xfe\xfd", b"null", b"[]", b"{}", b"[" * 200_000, b'{"cloud_id":' * 20_000, b"NaN",
    b'{"cloud_id":"CLOUD1","cloud_id":"CLOUD1","cloudId":"HUB1"}', b'{"cloud_id":null,"cloudId":7}',
    b'{"cloud_id":"CLOUD1","cloudId":"HUB1","n":' + b"9" * 5000 + b"}",
    b'{"cloud_id":"' + b"A" * 65 + b'","cloudId":"../etc"}', b"a=1&b=2", b"2\t2026-11-24 07:25:00\t0\n",
    '{"cloud_id":"CLOUD1","cloudId":"HUB1"}'.encode("utf-16"), b"9" * 300_000,
]  # fmt: skip
RECORDS: list[Any] = [
    None, [], {}, "x", 1e308, {"pin": "2", "scan": "2026-02-30 07:25"}, {"pin": "'; DROP TABLE punch; --", "scan": 1},
    {"pin": "\ud800", "scan": "2026-11-24 07:25"}, {"pin": "2\u0000", "scan": "2026-11-24 07:25"},
    {"pin": "2", "scan": "9999-12-31 23:59"}, {"pin": {"a": [1]}, "scan": [2]}, [[[[]]]], {"pin": "9" * 100_000},
    {"pin": "2", "scan": "\u0662\u0660\u0662\u0666-11-24 07:25", "status_scan": "\u0661"},
]  # fmt: skip


async def test_hostile_bodies_are_refused_or_kept_as_unreadable_and_break_nothing(gate: Gate) -> None:
    with structlog.testing.capture_logs() as logs:
        for body in BODIES:
            for path in (OLD, HUB):
                answer = await gate.client.post(path, content=body)
                assert answer.status_code == 400, body[:40]
                assert answer.text in ("BAD_INPUT", "BAD_SERIAL")
        for record in RECORDS:
            assert (await gate.client.post(OLD, content=_scan(record))).status_code == 200
            assert (await gate.event({**EVENT, "employeeNo": record, "eventTime": record})).status_code == 200
    assert [log for log in logs if log["event"] == "devices.failed"] == []
    assert await PunchRow.all().count() == 0
    assert await DeviceRow.filter(state="inactive").count() == 0
    too_large = await gate.client.post(OLD, content=b" " * (2 * 1024 * 1024))
    assert (too_large.status_code, too_large.text) == (413, "LIMIT_EXCEEDED")
    assert (await gate.client.get(OLD)).status_code == 405
    assert (await gate.scan(SCAN)).status_code == 200


def _scan(record: Any) -> bytes:
    return json.dumps({"type": "attlog", "cloud_id": "CLOUD1", "data": record}).encode()


async def test_a_failing_database_is_answered_503_so_that_the_cloud_sends_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(PunchRow, "bulk_create", fails)
        answer = await gate.event(EVENT)
        assert (answer.status_code, answer.text) == (503, "UNAVAILABLE")
    assert await PunchRow.all().count() == 0
    assert (await gate.event(EVENT)).status_code == 200
    assert await PunchRow.all().count() == 1


@pytest.mark.parametrize(
    "options",
    [
        {"": "x"},
        {"a b": "x"},
        {"token": ""},
        {"token": "x" * 513},
        {"token": "s3cret\n"},
        {"networks": "10.0.0.1/8"},
    ],
)
async def test_a_setting_of_a_wrong_shape_is_refused_without_its_value(
    gate: Gate, options: dict[str, str]
) -> None:
    with pytest.raises(BadInput, match=r"options|networks") as refused:
        await register(officer(gate.town), "HUB1", "x", gate.town.units["office"], "fingerspot/hub", options)
    assert "s3cret" not in str(refused.value)
    assert (await DeviceRow.get(serial="HUB1")).options == {"token": TOKEN}


async def test_settings_stay_unless_given_and_are_an_officer_s_to_give(gate: Gate) -> None:
    office = gate.town.units["office"]
    await register(officer(gate.town), "HUB1", "Other name", office, "fingerspot/hub")
    assert (await DeviceRow.get(serial="HUB1")).options == {"token": TOKEN}
    await register(officer(gate.town), "HUB1", "Other name", office, "fingerspot/hub", {})
    assert (await gate.event(EVENT)).status_code == 401
    many = {f"o{n}": "1" for n in range(MOST_OPTIONS + 1)}
    with pytest.raises(TooMany):
        await register(officer(gate.town), "HUB1", "x", office, "fingerspot/hub", many)
    with pytest.raises(Forbidden):
        await register(gate.town.call("Budi"), "HUB1", "x", office, "fingerspot/hub", {"token": "mine"})
