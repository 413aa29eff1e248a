"""From where a device may send: the protocols of attendance machines authenticate nobody, so the network has to.

An allow-list is a text of networks parted by commas, `10.20.0.0/16, 203.0.113.7`.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from eperf.domain.errors import BadInput

NETWORKS_OPTION = "networks"
"""A device's option that lists from where it is heard; without it, from anywhere."""

Network = IPv4Network | IPv6Network


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks of an allow-list; refuses one that is none, or has bits beyond its mask."""
    found: list[Network] = []
    for word in text.split(","):
        try:
            found.append(ip_network(word.strip()))
        except ValueError:
            raise BadInput(
                NETWORKS_OPTION, word.strip(), "networks are written 10.20.0.0/16, 203.0.113.7"
            ) from None
    return tuple(found)


def is_within(peer: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks; one that is unknown or unreadable does not."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)
