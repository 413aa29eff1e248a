"""The file on a stick and the records of the pull protocol, as bytes become values."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, Refused
from eperf.plugins.builtin.usb import ColumnProfile, read_usb
from eperf_zk_pull.records import decode_time, encode_time, read_record_40, realtime_time

PROFILE = ColumnProfile(device=2, state=3, verify=4, workcode=5)


def test_the_good_lines_of_a_file_are_kept_and_the_others_counted() -> None:
    body = (
        b"        1\t2026-10-03 08:59:01\t1\t0\t1\t0\r\nrubbish\r\n        2\t2026-10-03 09:00:00\t1\r\n\r\n"
    )
    punches, skipped = read_usb(body, PROFILE, 480)
    assert [(p.pin, p.device_local, p.status, p.verify_code) for p in punches] == [
        ("1", "2026-10-03 08:59:01", 0, 1),
        ("2", "2026-10-03 09:00:00", None, None),
    ]
    assert [(skip.line_no, skip.reason) for skip in skipped] == [(2, "time_missing")]


def test_the_order_of_the_columns_is_the_profile_s() -> None:
    ((punch,), _) = read_usb(b"2026-10-03 08:59:01\t1\t15\t77", ColumnProfile(3, 0, state=1, verify=2), 420)
    assert (punch.pin, punch.kind, punch.verify) == ("77", "out", "face")


@pytest.mark.parametrize("places", [{"pin": -1}, {"verify": 20}, {"pin": 1}, {"state": 3, "verify": 3}])
def test_a_profile_that_cannot_be_is_refused(places: dict[str, int]) -> None:
    with pytest.raises(BadInput, match="column_profile"):
        ColumnProfile(**places)


@given(st.binary(max_size=400))
def test_any_file_is_kept_or_skipped_line_by_line(body: bytes) -> None:
    punches, skipped = read_usb(body, PROFILE, 420)
    lines = [line for line in body.removeprefix(b"\xef\xbb\xbf").rstrip(b"\0").split(b"\n") if line.strip()]
    assert len(punches) + len(skipped) == len(lines)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59, 59)))
def test_a_packed_time_is_read_back_as_it_was_written(wall: datetime) -> None:
    text = f"{wall:%Y-%m-%dT%H:%M:%S}"
    assert decode_time(encode_time(text)) == text


@given(st.integers(-(2**40), 2**40))
def test_a_packed_time_exists_or_is_none(code: int) -> None:
    text = decode_time(code)
    assert text is None or text >= "2100" or encode_time(text) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (100 * 12 * 31 * 86_400 - 1, "2099-12-31T23:59:59"),
        (100 * 12 * 31 * 86_400, "2100-01-01T00:00:00"),
        (2**32 - 1, "2133-08-18T06:28:15"),
        (2**32, None),
        (-1, None),
    ],
)
def test_a_packed_time_is_read_as_far_as_its_bits_reach(code: int, text: str | None) -> None:
    assert decode_time(code) == text


def test_a_record_later_than_a_device_can_count_is_refused() -> None:
    with pytest.raises(BadInput, match="2099"):
        read_record_40(record(packed=100 * 12 * 31 * 86_400))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30T00:00:00",
        "1999-12-31T23:59:59",
        "2100-01-01T00:00:00",
        "now",
        "2026-1-5T6:5:1",
        "\uff12026-10-05T06:58:10",
        "2026-10-05T06:58:60",
    ],
)
def test_a_time_the_device_cannot_count_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="time_local"):
        encode_time(text)


def record(pin: bytes = b"57", packed: int = 0x2368B36B, length: int = 40) -> bytes:
    whole = (
        b"\x0d\x00"
        + pin.ljust(24, b"\0")
        + b"\x01"
        + packed.to_bytes(4, "little")
        + b"\x00"
        + b"\0\0\0\0\xff\0\0\0"
    )
    return whole[:length]


def test_a_record_of_forty_bytes_is_read() -> None:
    read = read_record_40(record())
    assert (read.internal_sn, read.pin, read.verify, read.kind) == (13, "57", "finger", "in")
    assert read.time_local == "2018-06-25T17:50:35"
    assert read_record_40(record(pin=b"  57 ")).pin == "57"


@pytest.mark.parametrize(
    "broken",
    [
        record(length=39),
        record(pin=b""),
        record(pin=b"\xff57"),
        record(packed=840931200),
        record(packed=0xFFFFFFFF),
    ],
)
def test_a_broken_record_is_refused(broken: bytes) -> None:
    with pytest.raises(BadInput, match="record"):
        read_record_40(broken)


@given(st.binary(max_size=60) | st.binary(min_size=40, max_size=40))
def test_any_record_is_read_or_refused(raw: bytes) -> None:
    with suppress(Refused):
        assert read_record_40(raw).pin.isascii()


@pytest.mark.parametrize(
    "stamp",
    [b"", b"\x12\x06\x19\x11\x29", bytes([18, 2, 30, 0, 0, 0]), bytes([18, 6, 25, 24, 0, 0]), b"\xff" * 6],
)
def test_a_realtime_moment_that_does_not_exist_is_none(stamp: bytes) -> None:
    assert realtime_time(stamp) is None
