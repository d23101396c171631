"""Hubs: where they are, how they are asked for a file, and which of them answer.

They speak the protocol of the Hugging Face hub: `{base}/{repo}/resolve/{revision}/{file}` leads, by
redirects, to the bytes, and a HEAD of it announces a large file's size and SHA-256 (`X-Linked-Size`,
`X-Linked-ETag`). ModelScope has the same files under addresses of another form.
"""

import concurrent.futures
import re
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from dragoman.engines.models.catalogue import HubFile, HubSource

PUBLIC_HUBS = ("https://huggingface.co", "https://hf-mirror.com", "https://modelscope.cn")
ANSWER_SECONDS = 4.0
"""How long all hubs together, asked at the same time, have to answer."""

MAX_REDIRECTS = 5
_MODELSCOPE = re.compile(r"(^|\.)modelscope\.(cn|ai)$")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub by its base address. Plain HTTP is spoken only where the operator wrote it, or on this machine."""

    base: str

    @property
    def name(self) -> str:
        """Its host, for people."""
        return urlsplit(self.base).netloc

    def address(self, source: HubSource, file: HubFile) -> str:
        """Return where the file is."""
        if _MODELSCOPE.search(urlsplit(self.base).hostname or ""):
            return f"{self.base}/models/{source.repo}/resolve/master/{file.name}"
        return f"{self.base}/{source.repo}/resolve/{source.revision}/{file.name}"

    def may_follow(self, address: str) -> bool:
        """Tell whether a redirect to `address` is safe: over TLS, or no less than what the operator chose."""
        parts = urlsplit(address)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            return True
        return parts.scheme == "http" and urlsplit(self.base).scheme == "http"


def hubs_to_ask(
    given: Sequence[str], environment: Mapping[str, str], public: Sequence[str] = PUBLIC_HUBS
) -> tuple[Hub, ...]:
    """Return the hubs in the order they are preferred: those given, `HF_ENDPOINT`, the public ones.

    `HF_HUB_OFFLINE`, as huggingface_hub has it, leaves only those given.
    """
    bases = list(given)
    if environment.get("HF_HUB_OFFLINE", "").upper() not in ("1", "ON", "YES", "TRUE"):
        bases += [environment.get("HF_ENDPOINT", ""), *public]
    return tuple(Hub(base) for base in dict.fromkeys(base.strip().rstrip("/") for base in bases) if base)


class RefusedError(Exception):
    """Why one hub cannot give a file, in words that follow the hub's name."""


@dataclass
class Asked:
    """Hubs being asked for one file. `reasons` gathers, for people, why others cannot give it."""

    source: HubSource
    file: HubFile
    hubs: Sequence[Hub]
    seconds: float = ANSWER_SECONDS
    reasons: list[str] = field(default_factory=list[str])

    def offers(self) -> Generator[Hub]:
        """Yield the hubs that have the file, the preferred first, each as soon as those before it are settled."""
        until = time.monotonic() + self.seconds
        answers = [self._ask(hub) for hub in self.hubs]
        for hub, answer in zip(self.hubs, answers, strict=True):
            try:
                answer.result(timeout=max(0.0, until - time.monotonic()))
            except TimeoutError:
                self.refused(hub, f"did not answer within {self.seconds:g} s")
            except RefusedError as error:
                self.refused(hub, str(error))
            else:
                yield hub

    def refused(self, hub: Hub, why: str) -> None:
        """Note why a hub cannot give the file."""
        self.reasons.append(f"{hub.name} {why}")

    def _ask(self, hub: Hub) -> concurrent.futures.Future[None]:
        # A thread of its own, and a daemon: a name that does not resolve can hold it for longer than the
        # time-out of the connection, and must hold neither the other hubs nor the end of this process.
        answer: concurrent.futures.Future[None] = concurrent.futures.Future()

        def run() -> None:
            try:
                _check(hub, self.source, self.file, self.seconds)
            except Exception as error:
                answer.set_exception(error)
            else:
                answer.set_result(None)

        threading.Thread(target=run, name=f"ask {hub.name}", daemon=True).start()
        return answer


def _check(hub: Hub, source: HubSource, file: HubFile, seconds: float) -> None:
    """Ask a hub whether it has exactly this file. Raises `RefusedError`."""
    try:
        with httpx.Client(timeout=seconds) as client:
            response = _announcement(client, hub.address(source, file))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RefusedError(f"did not answer: {_brief(error)}") from error
    if response.status_code >= 400:
        raise RefusedError(refusal(response.status_code))
    announced = _announced_sum(response)
    if announced is not None and announced != file.sha256:
        raise RefusedError(
            f"has another file by that name (SHA-256 {announced[:12]}..., not {file.sha256[:12]}...)"
        )
    size = response.headers.get("x-linked-size") or (
        response.headers.get("content-length") if response.is_success else None
    )
    if size not in (None, "0", str(file.bytes)):
        raise RefusedError(
            "answered with something else than the file (is there a proxy or a login in between?)"
        )


def _announcement(client: httpx.Client, address: str) -> httpx.Response:
    """Follow redirects on the hub itself, up to the answer that announces the file or leads to its storage."""
    for _ in range(MAX_REDIRECTS):
        response = client.head(address, headers={"Accept-Encoding": "identity"})
        if not response.has_redirect_location or "x-linked-etag" in response.headers:
            return response
        following = redirected(address, response)
        if urlsplit(following).netloc != urlsplit(address).netloc:
            return response
        address = following
    raise RefusedError("redirects without end")


def redirected(address: str, response: httpx.Response) -> str:
    """Return where a redirect leads. Raises `RefusedError` where that is no address."""
    try:
        following = urljoin(address, response.headers["location"])
        urlsplit(following)
    except ValueError as error:
        raise RefusedError("redirects to something that is no address") from error
    return following


def _announced_sum(response: httpx.Response) -> str | None:
    tag = response.headers.get("x-linked-etag", "").strip().removeprefix("W/").strip('"').lower()
    return tag if _SHA256.fullmatch(tag) else None


def refusal(status: int) -> str:
    """Put an HTTP status that is no success into words that follow the hub's name."""
    if status == 404:
        return "does not have the file (404)"
    if status in (401, 403, 407):
        return f"refuses access ({status})"
    return f"answered with the error {status}"


def _brief(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    words = _ERRNO.sub("", str(error)).strip().split("\n", 1)[0]
    return words or type(error).__name__
