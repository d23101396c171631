"""Which addresses a crawl may reach: those of the open internet, and never the owner's own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from dragoman.nouns.errors import KnowledgeRefusedError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, as text, for a port; raises OSError where there are none."""

# Beside what `ipaddress` calls not global (IANA's special-purpose registries): relays of 6to4, which reach anything,
# and the address at which one cloud answers its machines about themselves.
_CLOSED_4 = (IPv4Network("192.88.99.0/24"), IPv4Network("168.63.129.16/32"))
# Prefixes that carry an IPv4 address: that address is what is really reached.
_NAT64 = IPv6Network("64:ff9b::/96")
# 6to4, Teredo, NAT64 inside a network, the old "IPv4-compatible" ones, site-local, ORCHID: nobody publishes pages there.
_CLOSED_6 = tuple(
    map(
        IPv6Network,
        ("2002::/16", "2001::/23", "64:ff9b:1::/48", "::/96", "fec0::/10", "5f00::/16", "3fff::/20"),
    )
)


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet.

    Private, loopback, link-local, shared (CGNAT), multicast, reserved and documentation addresses do not, nor do IPv6
    addresses that stand for such an IPv4 address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        return _is_public_6(ip)
    return _is_public_4(ip)


def _is_public_4(ip: IPv4Address) -> bool:
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip in net for net in _CLOSED_4)
    )


def _is_public_6(ip: IPv6Address) -> bool:
    if ip.ipv4_mapped is not None:
        return _is_public_4(ip.ipv4_mapped)
    if ip in _NAT64:
        return _is_public_4(IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip.scope_id is not None or any(ip in net for net in _CLOSED_6):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_site_local


async def reachable(host: str, port: int, *, resolve: Resolve, allow_private: bool) -> Sequence[str]:
    """Return the addresses of a host, all of them checked; only these may then be connected to.

    Raises:
        KnowledgeRefusedError: there are none, or one of them is not public.
    """
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise KnowledgeRefusedError(f"there is no host {host}") from error
    if not addresses:
        raise KnowledgeRefusedError(f"there is no host {host}")
    if not allow_private and not all(map(is_public, addresses)):
        raise KnowledgeRefusedError(
            f"{host} is inside a private network, where pages are only fetched when that is allowed"
        )
    return addresses
