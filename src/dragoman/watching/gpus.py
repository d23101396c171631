"""Graphics cards as NVIDIA's management library (NVML) tells of them; nothing at all where there is none."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Value = TypeVar("Value")


class Memory(Protocol):
    """Bytes of a card's memory."""

    total: int
    used: int


class Utilization(Protocol):
    """Shares in use of the last moment, in percent: of its processors, and of its memory's bandwidth."""

    gpu: int
    memory: int


class Nvml(Protocol):
    """What is asked of NVML, in its own names; `pynvml` has all of it, with more beside. Any call may raise `NVMLError`."""

    NVML_TEMPERATURE_GPU: int
    NVMLError: type[Exception]

    def nvmlInit(self) -> object: ...  # noqa: D102, N802 - NVML's names, throughout
    def nvmlDeviceGetCount(self) -> int: ...  # noqa: D102, N802
    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> Any: ...  # noqa: D102, N802
    def nvmlDeviceGetName(self, handle: Any, /) -> str | bytes: ...  # noqa: D102, N802
    def nvmlDeviceGetMemoryInfo(self, handle: Any, /) -> Memory: ...  # noqa: D102, N802
    def nvmlDeviceGetUtilizationRates(self, handle: Any, /) -> Utilization: ...  # noqa: D102, N802
    def nvmlDeviceGetTemperature(self, handle: Any, sensor: int, /) -> int: ...  # noqa: D102, N802
    def nvmlDeviceGetPowerUsage(self, handle: Any, /) -> int: ...  # noqa: D102, N802


def load_nvml() -> Nvml | None:
    """Return NVML, begun, or None where there is no card, no driver or no `nvidia-ml-py`."""
    try:
        import pynvml  # pyright: ignore[reportMissingTypeStubs, reportMissingImports]
    except ImportError:
        return None
    return begun(cast("Nvml", pynvml))


def begun(nvml: Nvml) -> Nvml | None:
    """Return NVML once it has begun, or None where it has no driver to speak to."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    return nvml


@dataclass(frozen=True, slots=True)
class Card:
    """One graphics card now. What it does not tell (a laptop's power, a shared card's use) is None.

    Attributes:
        number: its place, from 0.
        memory_total, memory_used: in bytes.
        use: the share of its processors in use, 0 to 1.
        celsius: its temperature.
        watts: the power that it draws.
    """

    number: int
    name: str
    memory_total: int | None
    memory_used: int | None
    use: float | None
    celsius: float | None
    watts: float | None


def cards(nvml: Nvml) -> list[Card]:
    """Return what every card tells now; those that are lost (`NVML_ERROR_GPU_IS_LOST`) are left out. Blocks for milliseconds."""
    count = _told(nvml, nvml.nvmlDeviceGetCount) or 0
    found = (_card(nvml, number) for number in range(count))
    return [card for card in found if card is not None]


def _card(nvml: Nvml, number: int) -> Card | None:
    handle = _told(nvml, lambda: nvml.nvmlDeviceGetHandleByIndex(number))
    if handle is None:
        return None
    memory = _told(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    use = _told(nvml, lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    name = _told(nvml, lambda: nvml.nvmlDeviceGetName(handle)) or "unknown"
    milliwatts = _told(nvml, lambda: nvml.nvmlDeviceGetPowerUsage(handle))
    return Card(
        number=number,
        # Older versions of the package give bytes.
        name=name.decode(errors="replace") if isinstance(name, bytes) else name,
        memory_total=memory.total if memory is not None else None,
        memory_used=memory.used if memory is not None else None,
        use=use / 100 if use is not None else None,
        celsius=_told(nvml, lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
        watts=milliwatts / 1000 if milliwatts is not None else None,
    )


def _told(nvml: Nvml, ask: Callable[[], Value]) -> Value | None:
    try:
        return ask()
    except nvml.NVMLError:
        return None


# Name, help, and where the value stands in a card.
_GAUGES: tuple[tuple[str, str, Callable[[Card], float | None]], ...] = (
    ("memory_bytes", "Memory of the card.", lambda card: card.memory_total),
    ("memory_used_bytes", "Memory of the card in use, by whomever.", lambda card: card.memory_used),
    ("use_ratio", "Share of the card's processors in use, 0 to 1.", lambda card: card.use),
    ("temperature_celsius", "Temperature of the card.", lambda card: card.celsius),
    ("power_watts", "Power that the card draws.", lambda card: card.watts),
)


class Gpus(Collector):
    """The cards of this machine, all of them, whoever uses them. No line of it is told where there is none.

    Args:
        load: finds NVML; called once, at the first scrape, since it looks for a library on disk.
    """

    def __init__(self, load: Callable[[], Nvml | None] = load_nvml) -> None:
        self._load = load
        self._nvml: Nvml | None = None
        self._loaded = False
        self._loading = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        """Ask the cards."""
        with self._loading:
            if not self._loaded:
                self._nvml, self._loaded = self._load(), True
        found = cards(self._nvml) if self._nvml is not None else []
        if found:
            yield from (_family(name, text, value, found) for name, text, value in _GAUGES)


def _family(name: str, help: str, value: Callable[[Card], float | None], found: list[Card]) -> Metric:
    family = GaugeMetricFamily(f"dragoman_gpu_{name}", help, labels=["gpu", "name"])
    for card in found:
        if (told := value(card)) is not None:
            family.add_metric([str(card.number), card.name], told)
    return family
