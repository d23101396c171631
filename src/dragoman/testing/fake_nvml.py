"""NVIDIA's management library as if there were cards: for machines that have none."""

from dataclasses import dataclass, field


class NvmlError(Exception):
    """What every call of the library fails with."""


@dataclass(frozen=True, slots=True)
class FakeMemory:
    """See `dragoman.watching.gpus.Memory`."""

    total: int
    used: int


@dataclass(frozen=True, slots=True)
class FakeUtilization:
    """See `dragoman.watching.gpus.Utilization`."""

    gpu: int
    memory: int


@dataclass(slots=True)
class FakeCard:
    """A card and what it tells; None stands for what it refuses to tell, `lost` for one that fell off the bus."""

    name: str | bytes = "Fake RTX"
    memory: FakeMemory | None = FakeMemory(24_000_000_000, 6_000_000_000)
    gpu_percent: int | None = 40
    celsius: int | None = 61
    milliwatts: int | None = 125_000
    lost: bool = False


@dataclass(slots=True)
class FakeNvml:
    """See `dragoman.watching.gpus.Nvml`.

    Attributes:
        cards: what is in the machine.
        driver: whether there is one; without it nothing begins.
        begun: how often it was begun.
    """

    cards: list[FakeCard] = field(default_factory=lambda: [FakeCard()])
    driver: bool = True
    begun: int = 0
    NVML_TEMPERATURE_GPU: int = 0
    NVMLError: type[Exception] = NvmlError

    def nvmlInit(self) -> None:  # noqa: N802 - NVML's names, throughout
        """Begin."""
        if not self.driver:
            raise NvmlError("driver not loaded")
        self.begun += 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        """Count the cards."""
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> FakeCard:  # noqa: N802
        """Return the card itself."""
        card = self.cards[index]
        if card.lost:
            raise NvmlError("GPU is lost")
        return card

    def nvmlDeviceGetName(self, handle: FakeCard, /) -> str | bytes:  # noqa: N802
        """Return its name."""
        return handle.name

    def nvmlDeviceGetMemoryInfo(self, handle: FakeCard, /) -> FakeMemory:  # noqa: N802
        """Return its memory."""
        if handle.memory is None:
            raise NvmlError("not supported")
        return handle.memory

    def nvmlDeviceGetUtilizationRates(self, handle: FakeCard, /) -> FakeUtilization:  # noqa: N802
        """Return how busy it is."""
        return FakeUtilization(_known(handle.gpu_percent), 0)

    def nvmlDeviceGetTemperature(self, handle: FakeCard, sensor: int, /) -> int:  # noqa: N802
        """Return how hot it is."""
        if sensor != self.NVML_TEMPERATURE_GPU:
            raise NvmlError("invalid argument")
        return _known(handle.celsius)

    def nvmlDeviceGetPowerUsage(self, handle: FakeCard, /) -> int:  # noqa: N802
        """Return its power, in thousandths of a watt."""
        return _known(handle.milliwatts)


def _known(value: int | None) -> int:
    if value is None:
        raise NvmlError("not supported")
    return value
