"""Machines at port 4370, right ones and hostile ones, against a protocol simulator of ours."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.plugins import BadInput, DeviceState
from eperf.plugins.sources import HttpAnswer, HttpAsk, PullFailed
from eperf_zk_pull import fetch as fetching
from eperf_zk_pull import records
from eperf_zk_pull.records import encode_time, read_records, split
from eperf_zk_pull.source import SEEN, ZkPull
from tests.support.zk_machine import CLEAR, Machine, switched_on

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WALL = "2026-03-02T07:20:31"
INSTANT = datetime(2026, 3, 2, 0, 20, 31, tzinfo=UTC)
NO_DAY = 30 * 86_400 + 31 * 86_400
"""31 February 2000 in packed seconds."""


class Loopback:
    """The way to the outside: this machine only."""

    def http(self, ask: HttpAsk) -> HttpAnswer:
        raise AssertionError(ask)

    def address(self, host: str) -> str:
        assert host == "mesin"
        return "127.0.0.1"


def of_40(pin: str, wall: str | int = WALL, state: int = 0, verify: int = 1) -> bytes:
    packed = wall if isinstance(wall, int) else encode_time(wall)
    return struct.pack("<H24sBIB8s", 13, pin.encode(), verify, packed, state, b"\0\0\0\0\xff\0\0\0")


def of_16(pin: int, wall: str = WALL, state: int = 1, verify: int = 15) -> bytes:
    return struct.pack("<IIBB2sI", pin, encode_time(wall), verify, state, b"\0\0", 7)


def of_8(number: int, wall: str = WALL, state: int = 0, verify: int = 1) -> bytes:
    return struct.pack("<HBIB", number, verify, encode_time(wall), state)


def holding(*logged: bytes, **more: object) -> Machine:
    return Machine(log=b"".join(logged), count=len(logged), **more)  # type: ignore[arg-type]


def asked(machine: Machine, stamps: dict[str, str] | None = None, **options: str):
    device = DeviceState(
        "Z1",
        "active",
        420,
        stamps=stamps or {},
        options={"host": "mesin", "port": str(machine.port)} | options,
    )
    return ZkPull().pull(device, NOW, Loopback())


def test_records_of_forty_bytes_become_punches_in_the_machine_s_zone() -> None:
    with switched_on(holding(of_40("57"), of_40("58", "2026-03-02T16:05:00", 1, 15))) as machine:
        read = asked(machine)
    first, second = read.punches
    assert (first.pin, first.occurred_at, first.kind, first.verify) == ("57", INSTANT, "in", "finger")
    assert (second.pin, second.kind, second.verify, second.line_no) == ("58", "out", "face", 2)
    assert bytes.fromhex(first.raw) == of_40("57")
    assert (read.skipped, read.more) == ((), False)


def test_records_of_sixteen_bytes_name_the_pin_and_a_work_code() -> None:
    with switched_on(holding(of_16(57), of_16(4_000_000_000))) as machine:
        read = asked(machine)
    assert [(one.pin, one.kind, one.verify, one.workcode) for one in read.punches] == [
        ("57", "out", "face", "7"),
        ("4000000000", "out", "face", "7"),
    ]


def test_records_of_eight_bytes_find_the_pin_in_the_user_table_and_nothing_else_of_it() -> None:
    with switched_on(holding(of_8(1), of_8(2), of_8(9), users=[(1, "57"), (2, "58")])) as machine:
        read = asked(machine)
    assert [one.pin for one in read.punches] == ["57", "58"]
    assert [(skip.line_no, skip.reason, skip.raw) for skip in read.skipped] == [
        (3, "pin_missing", of_8(9).hex())
    ]
    assert "Siti" not in repr(read)
    assert "rahas" not in repr(read)


def test_an_impossible_day_is_kept_as_its_bytes_and_the_rest_is_read() -> None:
    logged = (of_40("57"), of_40("58", NO_DAY), of_40(""), of_40("5 8"), of_40("59"))
    with switched_on(holding(*logged)) as machine:
        read = asked(machine)
    assert [one.pin for one in read.punches] == ["57", "59"]
    assert [(skip.line_no, skip.reason) for skip in read.skipped] == [
        (2, "time_unreadable"),
        (3, "pin_missing"),
        (4, "pin_unreadable"),
    ]
    assert read.skipped[0].raw == of_40("58", NO_DAY).hex()


def test_a_long_log_comes_in_many_chunks_and_whole() -> None:
    logged = [of_40(str(number)) for number in range(1, 5001)]
    with switched_on(holding(*logged)) as machine:
        read = asked(machine)
    assert [one.pin for one in read.punches] == [str(number) for number in range(1, 5001)]


def test_only_what_is_new_is_given_and_a_cleared_log_is_read_anew() -> None:
    with switched_on(holding(of_40("57"), of_40("58"))) as machine:
        first = asked(machine)
        machine.log, machine.count = machine.log + of_40("59"), 3
        second = asked(machine, dict(first.stamps))
        again = asked(machine, dict(second.stamps))
        machine.log, machine.count = of_40("60"), 1
        cleared = asked(machine, dict(second.stamps))
    assert [(one.pin, one.line_no) for one in second.punches] == [("59", 3)]
    assert (again.punches, again.skipped) == ((), ())
    assert [one.pin for one in cleared.punches] == ["60"]
    assert cleared.stamps[SEEN].startswith("1:")


def test_a_log_is_never_cleared_and_an_empty_machine_is_no_failure() -> None:
    with switched_on(holding()) as machine:
        assert asked(machine).punches == ()
        assert CLEAR not in machine.commands
    with switched_on(holding(of_40("57"))) as machine:
        asked(machine)
        assert machine.commands
        assert CLEAR not in machine.commands


def test_the_communication_key_opens_the_machine_and_a_wrong_one_does_not() -> None:
    with switched_on(holding(of_40("57"), key=123_456)) as machine:
        assert [one.pin for one in asked(machine, comm_key="123456").punches] == ["57"]
        with pytest.raises(PullFailed, match="communication key"):
            asked(machine, comm_key="654321")


@pytest.mark.parametrize(
    ("options", "field"),
    [({"port": "0"}, "port"), ({"port": "x"}, "port"), ({"comm_key": "1000000"}, "comm_key")],
)
def test_an_option_that_cannot_be_is_named_and_no_key_is_shown(options: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput, match=field) as refused:
        asked(Machine(port=4370), **options)
    assert "1000000" not in str(refused.value)


def test_a_machine_that_is_switched_off_is_a_failure_with_its_address() -> None:
    with switched_on(holding()) as machine:
        port = machine.port
    with pytest.raises(PullFailed, match=f"127.0.0.1:{port}"):
        asked(machine)


@pytest.mark.parametrize("fault", ["silent", "garbage", "cut", "endless", "huge"])
def test_a_hostile_machine_ends_the_client_and_not_us(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.fetch, "__defaults__", (4.0,))
    with switched_on(holding(of_40("57"), fault=fault)) as machine:
        begin = time.monotonic()
        with pytest.raises(PullFailed):
            asked(machine)
        assert time.monotonic() - begin < 20


def test_a_count_that_fits_no_size_of_record_is_refused_whole() -> None:
    with (
        switched_on(Machine(log=of_40("57") * 3 + b"\0" * 13, count=3)) as machine,
        pytest.raises(PullFailed),
    ):
        asked(machine)


def test_records_that_came_while_the_log_was_read_are_read_too() -> None:
    log = struct.pack("<I", 40 * 12) + of_40("57") * 12
    assert len(split(log, 10)) == 12


def test_a_log_that_breaks_off_gives_its_whole_records_and_keeps_the_cut_one() -> None:
    log = struct.pack("<I", 120) + of_40("57") * 2 + of_40("58")[:17]
    punches, skipped = read_records(split(log, 3), {}, 420)
    assert len(punches) == 2
    assert [(skip.line_no, skip.reason, skip.raw) for skip in skipped] == [
        (3, "record_unreadable", of_40("58")[:17].hex())
    ]


@given(st.binary(max_size=2000), st.integers(-5, 300), st.booleans())
def test_any_log_is_read_record_by_record_or_refused(body: bytes, count: int, true_length: bool) -> None:
    log = struct.pack("<I", len(body)) + body if true_length else body
    try:
        found = split(log, count)
    except PullFailed:
        return
    punches, skipped = read_records(found, {1: "57"}, 420)
    assert len(punches) + len(skipped) == len(found)
    assert b"".join(found) == log[4 : 4 + int.from_bytes(log[:4], "little")]
    assert {len(one) for one in found[:-1]} <= set(records.SIZES)


def test_the_client_library_is_a_dependency_and_meets_nothing_of_eperf() -> None:
    assert any(line.startswith("pyzk2") for line in distribution("eperf-zk-pull").requires or ())
    program = "import sys, eperf_zk_pull; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pyzk2" not in run.stdout.split()
    assert not re.search(
        r"import eperf|from eperf", Path(fetching.__file__).with_name("client.py").read_text()
    )
