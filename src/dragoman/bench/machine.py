"""What the bench runs on, and how busy it is. Nothing here names the host, its users or its folders."""

import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

# Long enough for the kernel's ticks of 10 ms to make a share.
_LOOK_SECONDS = 0.3
_PACKAGES = ("openvino-genai", "xllamacpp", "httpx", "uvicorn", "flask", "langdetect")


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the machine was before a turn, while all that is measured was idle.

    Attributes:
        average: the load average of the last minute, which remembers the turn before.
        busy: the share of all cores that was in use, between 0 and 1: others, or somebody who spins while idle.
    """

    average: float
    busy: float

    def as_json(self) -> dict[str, Any]:
        """Return it rounded to hundredths."""
        return {name: round(value, 2) for name, value in asdict(self).items()}


def idle_load() -> Load:
    """Look for a moment at what the machine does. Blocks for as long."""
    busy = psutil.cpu_percent(interval=_LOOK_SECONDS) / 100
    return Load(os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, busy)


def facts() -> Mapping[str, Any]:
    """Return what a reader needs to compare figures of two machines."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "python": ".".join(map(str, sys.version_info[:3])),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", described.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
