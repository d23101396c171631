"""The machine: home folder, disk, memory, cores, clock, graphics cards."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import psutil

from dragoman.doctor.base import Case, Finding, fail, megabytes, ok, skip, warn
from dragoman.watching.gpus import cards, load_nvml
from dragoman.watching.machine import cores

# Weights as they come and as they are served, OpenVINO's form of them, the database with its log: 2 GB, measured
# after a first start. Below the second figure PostgreSQL may not be able to write its log out.
_ROOM_FOR_MODEL = 2_000_000_000
_ROOM_SHORT = 1_000_000_000
_ROOM_LEAST = 200_000_000
# The whole desk is to get along with 3 GB, and the system needs some too.
_MEMORY_SMALL = 3_500_000_000
_AVAILABLE_SHORT = 300_000_000


def home(case: Case) -> Iterator[Finding]:
    """Look whether the home can be written."""
    folder = _nearest(case.home)
    facts = {"path": str(case.home), "exists": case.home.is_dir()}
    if not folder.is_dir():
        yield fail(
            "home", f"{folder} is not a folder: choose another home with --home or DRAGOMAN_HOME.", **facts
        )
    elif not os.access(folder, os.W_OK | os.X_OK):
        text = f"{folder} cannot be written by this user: give it the right to, or choose another home with --home."
        yield fail("home", text, **facts)
    elif folder != case.home:
        yield ok("home", f"{case.home} is not there yet; the first start makes it", **facts)
    else:
        running = f", served by process {case.running.pid}" if case.running is not None else ""
        yield ok("home", f"{case.home}{running}", **facts)


def disk(case: Case) -> Iterator[Finding]:
    """Look how much room the disk of the home has."""
    try:
        free = shutil.disk_usage(_nearest(case.home)).free
    except OSError as error:
        yield fail("disk", f"It cannot be asked ({error.strerror}): see the home folder above.")
        return
    text = f"{megabytes(free)} free"
    first = not (case.home / "models").is_dir() and case.local_engine
    if free < _ROOM_LEAST:
        yield fail("disk", f"{text}: make room, or the database stops.", free_bytes=free)
    elif free < (_ROOM_FOR_MODEL if first else _ROOM_SHORT):
        need = f"the first start takes about {megabytes(_ROOM_FOR_MODEL)}" if first else "it may soon be full"
        yield warn(
            "disk", f"{text}, and {need}: make room, or move the home to a larger disk.", free_bytes=free
        )
    else:
        yield ok("disk", text, free_bytes=free)


def memory(case: Case) -> Iterator[Finding]:
    """Look whether there is memory for all of it."""
    found = psutil.virtual_memory()
    facts = {"total_bytes": found.total, "available_bytes": found.available}
    text = f"{megabytes(found.total)}, {megabytes(found.available)} available"
    if case.running is not None and found.available < _AVAILABLE_SHORT:
        yield warn(
            "memory", f"{text}: end other programs, or lower engine.kv_cache_mb and engine.running.", **facts
        )
    elif case.local_engine and case.running is None and found.available < _MEMORY_SMALL - 1_000_000_000:
        yield warn(
            "memory",
            f"{text}; model, desk and database want {megabytes(_MEMORY_SMALL - 1e9)}: end other programs, "
            "or set model.quantization = q4_0.",
            **facts,
        )
    else:
        yield ok("memory", text, **facts)


def processors(_case: Case) -> Iterator[Finding]:
    """Count the cores."""
    count = cores()
    if count < 2:
        text = "1 core: replies that the model writes will be slow; two are enough for a small desk."
        yield warn("cores", text, cores=count)
    else:
        yield ok("cores", f"{count} for this process", cores=count)


def clock(_case: Case) -> Iterator[Finding]:
    """Look whether the clock can be right: it is not before this program was installed."""
    now = time.time()
    installed = Path(str(distribution("dragoman").locate_file(""))).stat().st_mtime
    told = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if now < installed - 60:
        text = f"It says {told}, before this program was installed: set it, for instance with timedatectl set-ntp true."
        yield fail("clock", text, now=now)
    else:
        yield ok("clock", told, now=now)


def gpus(_case: Case) -> Iterator[Finding]:
    """Name NVIDIA's cards."""
    nvml = load_nvml()
    found = cards(nvml) if nvml is not None else []
    if not found:
        yield skip("gpu", "No NVIDIA card was found; the model runs on the processor.")
    for card in found:
        room = f", {megabytes(card.memory_total)}" if card.memory_total else ""
        used = f" ({megabytes(card.memory_used)} in use)" if card.memory_used is not None else ""
        yield ok("gpu", f"{card.name}{room}{used}", number=card.number, memory_bytes=card.memory_total)


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest of its parents that is there."""
    return next((one for one in (path, *path.parents) if one.exists()), path)
