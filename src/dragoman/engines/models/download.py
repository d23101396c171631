"""Fetch one file from a hub: resumed where it broke, checked against its SHA-256, put in place whole.

While it comes it lies beside its place as `.NAME.part`, with what it is to become in `.NAME.part.json`. A cut
connection leaves both for the next try, in this process or a later one; a wrong sum or a full disk neither.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dragoman.engines.models.base import Progress, unheard
from dragoman.engines.models.catalogue import HubFile
from dragoman.engines.models.disk import local_faults, locked, put_in_place, require_space
from dragoman.engines.models.hub import MAX_REDIRECTS, Hub, RefusedError, redirected, refusal
from dragoman.engines.models.part import Part
from dragoman.nouns.errors import OperatorError

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""A connection that sends nothing for this long is taken for cut."""

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try; the count begins anew whenever a try brought bytes."""

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class WrongSumError(OperatorError):
    """A hub sent a whole file that is not the one it should be."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download waits, in seconds, and how it passes the time between tries."""

    connect: float = CONNECT_SECONDS
    silent: float = SILENT_SECONDS
    pauses: tuple[float, ...] = PAUSES
    sleep: Callable[[float], None] = time.sleep


class _CutError(Exception):
    """The connection ended early, or the server asked to come again; another try may help."""


def download(
    hub: Hub,
    address: str,
    file: HubFile,
    target: Path,
    *,
    progress: Progress = unheard,
    patience: Patience | None = None,
) -> None:
    """Bring `file` from `address` to `target`. Two processes that fetch the same file do it once.

    Raises:
        RefusedError: this hub cannot give it now; what has come is kept to go on from.
        WrongSumError: the hub sent other bytes; they are removed.
        OperatorError: this machine cannot take it: no room, or no right to write.
    """
    label = f"fetching {file.name} from {hub.name}"
    lock = target.with_name(f".{target.name}.lock")
    waiting = f"waiting for another process that fetches {file.name}"
    with locked(lock, while_waiting=lambda: progress(waiting, 0, file.bytes)), local_faults(target):
        if target.exists() and target.stat().st_size == file.bytes:
            return
        with Part.opened(target, file, progress) as part:
            require_space(target.parent, file.bytes - part.bytes)
            _fill(hub, address, part, lambda: progress(label, part.bytes, file.bytes), patience or Patience())
            _check_sum(hub, file, part)
            put_in_place(part.path, target)
            part.forget()


def _check_sum(hub: Hub, file: HubFile, part: Part) -> None:
    found = part.sha256()
    if found != file.sha256:
        part.forget()
        raise WrongSumError(
            f"{hub.name} sent a wrong {file.name}: its SHA-256 is {found}, and {file.sha256} was expected; "
            "nothing was kept: try again, or set model.hubs to another hub"
        )


def _fill(hub: Hub, address: str, part: Part, told: Callable[[], None], patience: Patience) -> None:
    """Try, and try again, until the part is as long as the file. Raises `RefusedError` when patience is out."""
    limits = httpx.Timeout(patience.silent, connect=patience.connect)
    step = 0
    with httpx.Client(timeout=limits) as client:
        while part.missing:
            before = part.bytes
            try:
                _go_on(client, hub, address, part, told)
            except (httpx.TransportError, httpx.DecodingError, _CutError) as error:
                step = 0 if part.bytes > before else step
                if step >= len(patience.pauses):
                    raise RefusedError(
                        f"broke off again and again ({error or type(error).__name__})"
                    ) from error
                patience.sleep(patience.pauses[step])
                step += 1
            except httpx.InvalidURL as error:
                raise RefusedError("redirects to something that is no address") from error


def _go_on(client: httpx.Client, hub: Hub, address: str, part: Part, told: Callable[[], None]) -> None:
    """Ask for what is missing and take what comes."""
    with _opened(client, hub, address, _range_of(part, hub)) as response:
        if response.status_code == 200:
            part.restart(hub.name, _validator(response))
        elif response.status_code == 206:
            _check_range(response, part)
        elif response.status_code == 416:
            part.restart(hub.name, None)
            raise _CutError("the hub's file is shorter than what had come")
        elif response.status_code in _AGAIN:
            raise _CutError(refusal(response.status_code))
        else:
            raise RefusedError(refusal(response.status_code))
        for piece in response.iter_raw():
            part.write(piece)
            told()
            if part.bytes > part.expected:
                return
    if part.missing:
        raise _CutError("the connection ended early")


def _range_of(part: Part, hub: Hub) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if part.bytes:
        headers["Range"] = f"bytes={part.bytes}-"
        # Without a validator of this hub's the sum at the end still tells whether the halves fit together.
        if validator := part.validator_of(hub.name):
            headers["If-Range"] = validator
    return headers


def _validator(response: httpx.Response) -> str | None:
    """Return the strong ETag of the answer; a weak one says nothing about bytes."""
    tag = response.headers.get("etag")
    return tag if tag is not None and not tag.startswith("W/") else None


def _check_range(response: httpx.Response, part: Part) -> None:
    expected = f"bytes {part.bytes}-{part.expected - 1}/{part.expected}"
    if response.headers.get("content-range", "") != expected:
        part.restart("", None)
        raise _CutError("the hub sent another range than was asked for")


@contextmanager
def _opened(
    client: httpx.Client, hub: Hub, address: str, headers: dict[str, str]
) -> Generator[httpx.Response]:
    """Open the answer at the end of the redirects. Raises `RefusedError` where one is not to be followed."""
    for _ in range(MAX_REDIRECTS + 1):
        if not hub.may_follow(address):
            raise RefusedError(f"redirects to {address.split('?', 1)[0]}, which is not secured by TLS")
        with client.stream("GET", address, headers=headers) as response:
            if not response.has_redirect_location:
                yield response
                return
            address = redirected(address, response)
    raise RefusedError("redirects without end")
