"""Which addresses may be met by calls whose host somebody outside has named.

An address of the own network is met only where the installation says so. Addresses that carry another one inside
(IPv4 in IPv6 by mapping or translation) are judged by that one too: a gateway on the way would unpack it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eperf.domain.attendance.network import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str], Sequence[str]]
"""The addresses of a name, as texts; raises `OSError` or `UnicodeError` when it is not known."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_OWN_OF_IPV6 = ipaddress.IPv6Network("::/112")
_FORMERLY_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_NOBODYS = tuple(
    ipaddress.ip_network(one)
    for one in ("2002::/16", "2001::/32", "64:ff9b:1::/48", "5f00::/16", "3fff::/20", "192.0.0.0/24")
)
"""6to4 and Teredo, which nobody routes any more; local NAT64, segment routing, documentation, and what the protocols
keep for themselves. Versions of Python differ in which of them they call public.
"""
_LAST_FOUR = 0xFFFFFFFF


class Unmet(Exception):
    """An address that may not be met."""


def resolved(host: str) -> Sequence[str]:
    """The addresses that the system knows for a name."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Reachable:
    """What may be met: public addresses, and those within `networks`. `resolve` looks names up, once a call."""

    networks: tuple[Network, ...] = ()
    resolve: Resolve = resolved

    def addresses(self, host: str) -> list[Address]:
        """Every address of a host; raises `Unmet` when one of them may not be met, `OSError` when there is none."""
        found = [plain(ipaddress.ip_address(one.partition("%")[0])) for one in self.resolve(host)]
        if not found:
            raise OSError("no address")
        for one in found:
            if not self.may_meet(one):
                raise Unmet(str(one))
        return found

    def may_meet(self, address: Address) -> bool:
        """Whether an address, and any that it carries inside, is public or within the networks."""
        return all(is_public(one) or self.is_own(one) for one in (address, *_inside(address)))

    def is_own(self, address: Address) -> bool:
        """Whether an address lies within the networks."""
        return any(address.version == network.version and address in network for network in self.networks)


def plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 is the IPv4 address."""
    return getattr(address, "ipv4_mapped", None) or address


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's."""
    nobodys = any(address in network for network in _NOBODYS if network.version == address.version)
    local = address.is_multicast or getattr(address, "is_site_local", False)
    return address.is_global and not nobodys and not local


def _inside(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = []
    carries = any(address in network for network in (_NAT64, _COMPATIBLE, _FORMERLY_TRANSLATED))
    if carries and address not in _OWN_OF_IPV6:  # `::` and `::1` carry nothing
        found.append(ipaddress.IPv4Address(int(address) & _LAST_FOUR))
    return found
