"""The way to receivers: which addresses are met, over what, and what a hostile one can cost."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from eperf.adapters.addresses import Reachable, Unmet
from eperf.adapters.poster import MOST_BYTES, HttpPoster
from eperf.domain.attendance.network import networks_of
from eperf.domain.webhook.call import NotBegun, Outcome
from eperf.domain.webhook.endpoint import endpoint_of
from eperf.domain.webhook.state import Fault
from tests.support.receivers import (
    OK,
    Answer,
    certificates,
    drips,
    floods,
    hangs,
    is_no_http,
    receiving,
    resets,
    status,
)

LOOPBACK = networks_of("127.0.0.0/8")


@asynccontextmanager
async def poster(
    names: dict[str, Sequence[str]] | None = None,
    tls: ssl.SSLContext | None = None,
    networks: object = LOOPBACK,
) -> AsyncIterator[HttpPoster]:
    known = names or {}

    def resolve(host: str) -> Sequence[str]:
        if host.replace(".", "").isdigit():
            return [host]
        if host not in known:
            raise OSError("unknown")
        return known[host]

    made = HttpPoster(Reachable(networks, resolve), tls, whole_seconds=1.5, connect_seconds=0.5)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.aclose()


async def posted(answer: Answer, **given: object) -> Outcome:
    async with poster() as way, receiving(answer) as receiver:
        return await way.post(endpoint_of(receiver.url()), {"x-a": "b"}, b"{}")


async def test_a_request_arrives_whole_with_its_name_and_is_taken_by_any_2xx() -> None:
    async with poster({"receiver.test": ["127.0.0.1"]}) as way, receiving(status(202, b"thanks")) as receiver:
        outcome = await way.post(endpoint_of(receiver.url("receiver.test")), {"x-a": "b"}, b'{"a":1}')
        again = await way.post(endpoint_of(receiver.url("receiver.test")), {}, b"{}")
    assert (outcome.status, outcome.fault, outcome.body) == (202, None, b"thanks")
    first = receiver.got[0]
    assert (first.line, first.body) == ("POST /hook HTTP/1.1", b'{"a":1}')
    assert first.headers["host"] == f"receiver.test:{receiver.port}"
    assert (first.headers["x-a"], first.headers["accept-encoding"]) == ("b", "identity")
    assert again.fault is None
    assert receiver.connections == 1, "the connection is kept for the same name"


@pytest.mark.parametrize(
    ("answer", "fault", "code"),
    [
        (status(500), Fault.STATUS, 500),
        (status(410), Fault.STATUS, 410),
        (status(404), Fault.STATUS, 404),
        (status(429, headers="Retry-After: 7\r\n"), Fault.BUSY, 429),
        (status(429), Fault.BUSY, 429),
        (status(503, headers="Retry-After: 7\r\n"), Fault.BUSY, 503),
        (status(503), Fault.STATUS, 503),
        (hangs, Fault.TIMEOUT, None),
        (drips(b"HTTP/1.1 200 OK\r\nX: "), Fault.TIMEOUT, None),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), None, 200),
        (floods, None, 200),
        (resets, Fault.BROKEN, None),
        (is_no_http, Fault.BROKEN, None),
    ],
)
async def test_each_misdeed_has_its_name_and_an_end(
    answer: Answer, fault: Fault | None, code: int | None
) -> None:
    begun = monotonic()
    outcome = await posted(answer)
    assert (outcome.fault, outcome.status) == (fault, code)
    assert len(outcome.body) <= MOST_BYTES
    assert monotonic() - begun < 4


@pytest.mark.parametrize("code", [200, 429, 500, 503])
async def test_what_it_asks_for_is_read_whatever_the_status(code: int) -> None:
    assert (await posted(status(code, headers="Retry-After: 7\r\n"))).asked == 7
    assert (await posted(status(code, headers="Retry-After: whenever\r\n"))).asked is None


async def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    async with receiving(OK) as inner:
        moved = status(302, headers=f"Location: {inner.url()}\r\n")
        outcome = await posted(moved)
    assert (outcome.fault, outcome.status) == (Fault.REDIRECT, 302)
    assert inner.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:5db8:d822::1", "2002:a00:1::1", "::7f00:1", "::ffff:0:127.0.0.1",
        "2001:0:7f00:1::", "fe80::1%eth0", "64:ff9b:1::a00:1", "192.0.0.192", "192.0.0.9", "5f00::1", "3fff::1",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_not_met(address: str) -> None:
    with pytest.raises(Unmet):
        Reachable(resolve=lambda _: [address]).addresses("any.test")
    async with poster({"any.test": [address]}, networks=()) as way:
        outcome = await way.post(endpoint_of("https://any.test/"), {}, b"{}")
    assert (outcome.fault, outcome.status) == (Fault.ADDRESS, None)
    assert outcome.why == "an address that may not be met, or not without TLS"


def test_public_addresses_are_met_whatever_they_are_written_as() -> None:
    public = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"]
    assert Reachable(resolve=lambda _: public).addresses("any.test") == [
        ipaddress.ip_address(one) for one in public
    ]


async def test_one_address_among_several_that_may_not_be_met_spoils_the_name() -> None:
    async with poster({"mixed.test": ["93.184.216.34", "10.0.0.1"]}) as way:
        outcome = await way.post(endpoint_of("https://mixed.test/"), {}, b"{}")
    assert outcome.fault is Fault.ADDRESS


async def test_a_name_that_leads_elsewhere_after_the_look_gains_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    def rebinding(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    way = HttpPoster(Reachable(LOOPBACK, rebinding), whole_seconds=1.5)
    async with receiving(status(200, headers="Connection: close\r\n")) as receiver:
        first = await way.post(endpoint_of(receiver.url("rebinds.test")), {}, b"{}")
        second = await way.post(endpoint_of(receiver.url("rebinds.test")), {}, b"{}")
    await way.aclose()
    assert first.fault is None
    assert second.fault is Fault.ADDRESS
    assert asked == ["rebinds.test"] * 2, "one look for one connection"
    assert receiver.connections == 1


async def test_a_call_that_waited_for_another_name_is_not_its_receivers_fault() -> None:
    free, looked = threading.Event(), threading.Event()

    def slow(host: str) -> Sequence[str]:
        looked.set()
        free.wait(10)
        return ["127.0.0.1"]

    way = HttpPoster(Reachable(LOOPBACK, slow), whole_seconds=0.3, lookups=1)
    try:
        hanging = asyncio.create_task(way.post(endpoint_of("https://slow.test/"), {}, b"{}"))
        await asyncio.to_thread(looked.wait, 5)
        with pytest.raises(NotBegun):
            await way.post(endpoint_of("https://other.test/"), {}, b"{}")
        assert (await hanging).fault is Fault.TIMEOUT
    finally:
        free.set()
        await way.aclose()


async def test_without_tls_only_ones_own_networks_are_met() -> None:
    async with poster({"public.test": ["93.184.216.34"]}) as way:
        outcome = await way.post(endpoint_of("http://public.test/"), {}, b"{}")
    assert outcome.fault is Fault.ADDRESS


async def test_tls_is_for_the_name_and_by_an_authority_that_is_trusted(tmp_path: Path) -> None:
    server, chain = certificates(tmp_path, "good.test")
    trusting = ssl.create_default_context(cafile=str(chain))
    names = {"good.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    async with receiving(OK, server) as receiver:
        async with poster(names, trusting) as way:
            good = await way.post(endpoint_of(receiver.url("good.test")), {}, b"{}")
            other = await way.post(endpoint_of(receiver.url("other.test")), {}, b"{}")
        async with poster(names) as way:
            bad = await way.post(endpoint_of(receiver.url("good.test")), {}, b"{}")
    assert good.fault is None
    assert other.fault is Fault.TLS, "a kept connection of one name serves no other at the same address"
    assert bad.fault is Fault.TLS
    assert len(receiver.got) == 1


async def test_who_speaks_no_tls_and_who_is_not_there_are_told_apart() -> None:
    async with poster({"plain.test": ["127.0.0.1"]}) as way:
        async with receiving(is_no_http) as receiver:
            plain = await way.post(
                endpoint_of(receiver.url("plain.test").replace("http:", "https:")), {}, b"{}"
            )
        away = await way.post(endpoint_of(receiver.url("plain.test")), {}, b"{}")
        unknown = await way.post(endpoint_of("https://nobody.test/"), {}, b"{}")
    assert plain.fault in (Fault.TLS, Fault.TIMEOUT, Fault.CONNECT)
    assert away.fault is Fault.CONNECT
    assert unknown.fault is Fault.NAME
