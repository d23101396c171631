"""Ports, seen to before anything is started."""

import socket

from dragoman.nouns.errors import OperatorError


def free_port(host: str, port: int, *, of: str, option: str, setting: str) -> int:
    """Return the port if it can be had, or a free one for 0.

    Raises:
        OperatorError: it is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise OperatorError(
                f"The {of} cannot have port {port} on {host} ({reason}): "
                f"stop what uses it, or choose another with {option} ({setting})."
            ) from None
        return int(probe.getsockname()[1])


def reachable(host: str, port: int) -> str:
    """Return the URL by which this machine reaches what listens on `host`."""
    if host in ("", "0.0.0.0"):  # noqa: S104 - compared with, not listened on
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
