import pytest

from dragoman.knowledge.crawling.addresses import is_public, reachable, system_resolve
from dragoman.nouns.errors import KnowledgeRefusedError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.2.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "168.63.129.16",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1",
        "2130706433", "0x7f.1", "localhost", "", "1.2.3",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "93.184.216.34",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "::1",
        "::ffff:127.0.0.1",
        "0",
    ],
)
async def test_loopback_however_it_is_written(host: str) -> None:
    """The system itself says what such a host means; what it says is what is checked, and what would be connected to."""
    with pytest.raises(KnowledgeRefusedError, match=r"private network|no host"):
        await reachable(host, 80, resolve=system_resolve, allow_private=False)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(KnowledgeRefusedError, match="private network"):
        await reachable("x.example", 80, resolve=resolve, allow_private=False)
    assert await reachable("x.example", 80, resolve=resolve, allow_private=True) == ["8.8.8.8", "10.0.0.1"]


async def test_no_such_host() -> None:
    async def none(_host: str, _port: int) -> list[str]:
        raise OSError

    async def empty(_host: str, _port: int) -> list[str]:
        return []

    for resolve in (none, empty):
        with pytest.raises(KnowledgeRefusedError, match=r"no host x\.example"):
            await reachable("x.example", 80, resolve=resolve, allow_private=True)
