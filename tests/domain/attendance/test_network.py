"""From where a device is heard."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.network import is_within, networks_of
from eperf.domain.errors import BadInput

ALLOWED = networks_of("10.20.0.0/16, 203.0.113.7,2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "heard"),
    [
        ("10.20.0.0", True),
        ("10.20.255.255", True),
        ("10.21.0.0", False),
        ("203.0.113.7", True),
        ("203.0.113.8", False),
        ("::ffff:10.20.1.1", True),
        ("::ffff:10.21.1.1", False),
        ("2001:db8::1", True),
        ("2001:db8::1%eth0", True),
        ("2001:db9::1", False),
        ("", False),
        ("testclient", False),
    ],
)
def test_an_address_is_within_the_networks_or_not(peer: str, heard: bool) -> None:
    assert is_within(peer, ALLOWED) is heard


@pytest.mark.parametrize("text", ["", "10.20.0.1/16", "10.20.0.0/33", "office", "10.20.0.0/16,", "10.20"])
def test_an_allow_list_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="networks"):
        networks_of(text)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_network_holds_exactly_the_addresses_that_begin_as_it_does(one: int, other: int, bits: int) -> None:
    first = one >> (32 - bits) << (32 - bits)
    networks = networks_of(f"{IPv4Address(first)}/{bits}")
    assert is_within(str(IPv4Address(one)), networks)
    assert is_within(str(IPv4Address(other)), networks) == (one >> (32 - bits) == other >> (32 - bits))
