"""Raw records: safe to store, and the same content is the same record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.punch import RAW_CHARS, PunchKind, RawPunch, Verify, digest, safe_text

AT = datetime(2026, 3, 2, 0, 20, tzinfo=UTC)


def test_a_record_s_key_is_its_device_pin_time_and_status() -> None:
    key = digest("adms-push", "SN1", "57", AT, 0)
    assert len(key) == 64
    assert key == digest("adms-push", "SN1", "57", AT.astimezone(timezone(timedelta(hours=7))), 0)
    others: list[tuple[Any, ...]] = [
        ("usb", "SN1", "57", AT, 0),
        ("adms-push", "SN2", "57", AT, 0),
        ("adms-push", "SN1", "58", AT, 0),
        ("adms-push", "SN1", "57", AT + timedelta(seconds=1), 0),
        ("adms-push", "SN1", "57", AT, 1),
        ("adms-push", "SN1", "57", AT, None),
        ("adms-push", "SN15", "7", AT, 0),
    ]
    assert len({key, *(digest(*other) for other in others)}) == len(others) + 1


def test_a_naive_or_local_instant_is_a_fault() -> None:
    with pytest.raises(ValueError, match="naive"):
        digest("adms-push", "SN1", "57", datetime(2026, 3, 2), 0)
    for wrong in (datetime(2026, 3, 2), AT.astimezone(timezone(timedelta(hours=7)))):
        with pytest.raises(ValueError, match="UTC"):
            RawPunch("57", wrong, "", PunchKind.IN, 0, "0", Verify.FINGER, 1, "1", None, "", 1)


@given(st.one_of(st.binary(max_size=3000), st.text(max_size=3000)))
def test_any_input_becomes_text_that_every_database_stores(raw: bytes | str) -> None:
    text = safe_text(raw)
    assert len(text) <= RAW_CHARS
    assert text.encode().decode() == text
    assert text.replace("\t", "").isprintable()


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=RAW_CHARS))
def test_plain_text_is_kept_letter_by_letter(text: str) -> None:
    assert safe_text(text) == text
    assert safe_text(text.encode()) == text


def test_what_does_not_print_is_shown_by_its_code() -> None:
    assert safe_text(b"a\x00b\xff\tc\x1b") == "a\\x00b\\xff\tc\\x1b"
    assert safe_text("\ud800") == "\\ud800"
