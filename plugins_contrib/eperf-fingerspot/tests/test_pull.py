"""Asking the clouds: windows of two days, pages of a hundred, and where the next pull begins."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.plugins import BadInput, DeviceState
from eperf.plugins.sources import HttpAnswer, HttpAsk, PullFailed
from eperf_fingerspot.cloud import Fingerspot
from eperf_fingerspot.hub import PAGE_RECORDS, FingerspotHub
from eperf_fingerspot.windows import DAY, window_of

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)  # the 11th in Jakarta
HUB = {"token": "rahasia-uji", "api_url": "https://hub.example/api/"}


class Cloud:
    """Answers with the bodies given, in turn."""

    def __init__(self, *bodies: object, status: int = 200) -> None:
        self.bodies, self.status = list(bodies), status
        self.asked: list[HttpAsk] = []

    def http(self, ask: HttpAsk) -> HttpAnswer:
        self.asked.append(ask)
        return HttpAnswer(self.status, json.dumps(self.bodies.pop(0)).encode())

    def address(self, host: str) -> str:
        raise AssertionError(host)


def device(options: dict[str, str], **stamps: str) -> DeviceState:
    return DeviceState("C 1", "active", 420, stamps=stamps, options=options)


def event(number: int) -> dict[str, str]:
    return {
        "employeeNo": str(number),
        "eventTime": "2026-03-09T07:20:31+07:00",
        "attendanceStatus": "check_in",
    }


def test_windows_follow_each_other_to_today_by_the_device_s_clock_and_then_look_back() -> None:
    asked = []
    stamps = {DAY: "2026-03-08"}
    while True:
        window = window_of(device({}, **stamps), NOW)
        asked.append((window.first.day, window.last.day))
        stamps = {DAY: window.next_first.isoformat()}
        if not window.more:
            break
    assert asked == [(8, 9), (10, 11)]
    assert stamps == {DAY: "2026-03-08"}


def test_a_first_pull_begins_where_the_option_says_or_thirty_days_ago() -> None:
    assert window_of(device({"pull_from": "2025-12-01"}), NOW).first == date(2025, 12, 1)
    assert window_of(device({}), NOW).first == date(2026, 2, 9)
    with pytest.raises(BadInput, match="pull_from"):
        window_of(device({"pull_from": "1 Maret"}), NOW)


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(-840, 840))
def test_no_window_is_longer_than_two_days_or_lies_ahead(stamp: date, zone: int) -> None:
    state = DeviceState("C1", "active", zone, stamps={DAY: stamp.isoformat()})
    window = window_of(state, NOW)
    today = (NOW + timedelta(minutes=zone)).date()
    assert window.first <= window.last <= today
    assert window.last - window.first <= timedelta(days=1)
    assert window.more is (window.last < today)
    assert not window.more or window.next_first == window.last + timedelta(days=1)


def test_a_full_page_is_followed_by_the_next_and_a_short_one_by_the_next_days() -> None:
    full = {"records": [event(number) for number in range(1, PAGE_RECORDS + 1)]}
    cloud = Cloud(full, {"records": [event(101), {}]})
    first = FingerspotHub().pull(device(HUB, pull_day="2026-03-08"), NOW, cloud)
    assert (len(first.punches), first.more) == (PAGE_RECORDS, True)
    second = FingerspotHub().pull(device(HUB, **first.stamps), NOW, cloud)
    assert (len(second.punches), len(second.skipped), second.more) == (1, 1, True)
    assert second.stamps == {"pull_day": "2026-03-10", "pull_page": "1"}
    urls = [urlsplit(ask.url) for ask in cloud.asked]
    assert {(url.netloc, url.path) for url in urls} == {("hub.example", "/api/v1/C%201/attendance")}
    assert [parse_qs(url.query)["page"] for url in urls] == [["1"], ["2"]]
    assert parse_qs(urls[0].query)["startDate"] == ["2026-03-08"]
    assert {ask.headers["authorization"] for ask in cloud.asked} == {"Bearer rahasia-uji"}


def test_a_cloud_without_a_last_page_is_not_followed_for_ever() -> None:
    full = {"records": [event(1)] * PAGE_RECORDS}
    with pytest.raises(PullFailed, match="10000"):
        FingerspotHub().pull(device(HUB, pull_day="2026-03-08", pull_page="10000"), NOW, Cloud(full))


def test_who_has_no_token_or_no_address_is_not_asked() -> None:
    assert not Fingerspot().is_asked({})
    assert Fingerspot().is_asked({"token": "x"})
    assert not FingerspotHub().is_asked({"token": "x"})
    assert FingerspotHub().is_asked(HUB)


@pytest.mark.parametrize("status", [301, 401, 500])
def test_an_answer_that_is_none_is_a_failure_and_shows_no_token(status: int) -> None:
    with pytest.raises(PullFailed, match=str(status)) as failed:
        Fingerspot().pull(device({"token": "rahasia-uji"}), NOW, Cloud({}, status=status))
    assert "rahasia" not in str(failed.value)


@pytest.mark.parametrize("url", ["", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://[x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="api_url"):
        FingerspotHub().pull(device({**HUB, "api_url": url}), NOW, Cloud({}))
