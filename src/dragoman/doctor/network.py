"""Ports, and who can reach them."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

import httpx
import psutil

from dragoman.doctor.base import Case, Finding, fail, ok, warn
from dragoman.nouns.errors import OperatorError
from dragoman.supervisor.ports import free_port, reachable

_PATIENCE = 3.0


def ports(case: Case) -> Iterator[Finding]:
    """Look whether desk and engine have their ports, or can have them."""
    desk = case.live.desk
    yield _port(case, "desk", desk.host, desk.port, "/health/live", "--port")
    if case.local_engine:
        engine = case.live.engine
        yield _port(case, "engine", engine.host, engine.port, "/health", "--engine-port")


def exposure(case: Case) -> Iterator[Finding]:
    """Look who can reach desk and engine."""
    live = case.live
    if _loopback(live.desk.host):
        yield ok(
            "exposure", f"the desk listens on {live.desk.host}, for this machine only", host=live.desk.host
        )
    else:
        yield warn(
            "exposure",
            f"The desk listens on {live.desk.host} and speaks no TLS: what customers write can be read on the way. "
            "Put a proxy with TLS before it (deploy/nginx) and set desk.host to 127.0.0.1.",
            host=live.desk.host,
        )
    if case.local_engine and not _loopback(live.engine.host) and live.engine.api_key is None:
        yield warn(
            "exposure",
            f"The engine listens on {live.engine.host} and asks for no key: set engine.api_key, "
            "or engine.host to 127.0.0.1.",
            host=live.engine.host,
        )


def _port(case: Case, name: str, host: str, port: int, health: str, option: str) -> Finding:
    check, facts = f"{name} port", {"host": host, "port": port}
    if port == 0:
        return ok(check, "a free one is taken at the start", **facts)
    if _ours(host, port, health):
        served = f"process {case.running.pid}" if case.running is not None else "a Dragoman of another home"
        text = f"{host}:{port}, where {served} answers"
        if case.running is None:
            return warn(
                check, f"{text}: serve from here with another {option}, or stop that one first.", **facts
            )
        return ok(check, text, **facts)
    try:
        free_port(host, port, of=name, option=option, setting=f"{name}.port")
    except OperatorError as error:
        return fail(check, f"{error}{_holder(port)}", **facts)
    if case.running is not None:
        text = f"Nothing answers on {host}:{port} though serve runs: look at its log, it may be starting."
        return warn(check, text, **facts)
    return ok(check, f"{host}:{port} is free", **facts)


def _ours(host: str, port: int, health: str) -> bool:
    """Tell whether what listens there says what our own servers say."""
    with suppress(httpx.HTTPError, ValueError):
        told = httpx.get(f"{reachable(host, port)}{health}", timeout=_PATIENCE, trust_env=False).json()
        return isinstance(told, dict) and ("waiting" in told or told == {"status": "live"})
    return False


def _holder(port: int) -> str:
    """Name the process on a port, where the system lets us see it."""
    with suppress(psutil.Error, OSError):
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
                return f" It is used by process {one.pid} ({psutil.Process(one.pid).name()})."
    return ""


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
