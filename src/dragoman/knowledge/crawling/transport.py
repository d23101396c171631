"""Connections to checked addresses only: a host is looked up once, checked, and the checked address connected to."""

from collections.abc import Sequence

import httpx

from dragoman.knowledge.crawling.addresses import Resolve, reachable
from dragoman.knowledge.crawling.urls import check_port, port_of

_TRIED = 3


class CheckedTransport(httpx.AsyncBaseTransport):
    """Sends requests only to addresses that have been checked, whatever the name server says a moment later.

    The request goes to the address itself; the host's name stays in the `Host` header and in TLS, where the
    certificate is checked against it.

    Args:
        resolve: looks hosts up.
        allow_private: True lets any address and port through.
    """

    def __init__(self, *, resolve: Resolve, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        # One for each host: connections are kept by address, and two hosts at one address want different certificates.
        self._by_host: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            KnowledgeRefusedError: the host has an address that may not be reached, or none.
            httpx.TransportError: it could not be sent or answered.
        """
        check_port(request.url, allow_private=self._allow_private)
        addresses = await reachable(
            request.url.host, port_of(request.url), resolve=self._resolve, allow_private=self._allow_private
        )
        return await self._first_that_answers(request, addresses[:_TRIED])

    async def _first_that_answers(self, request: httpx.Request, addresses: Sequence[str]) -> httpx.Response:
        inner = self._by_host.setdefault(request.url.host, httpx.AsyncHTTPTransport(trust_env=False))
        for address in addresses[:-1]:
            try:
                return await inner.handle_async_request(_to(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await inner.handle_async_request(_to(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close all connections."""
        for inner in self._by_host.values():
            await inner.aclose()


def _to(request: httpx.Request, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
